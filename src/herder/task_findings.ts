/** What would keep the tasks of a connector from being made, found before they are. */

import { ConfigError } from "../base/mod.ts";
import {
  clientFindings,
  clientIdOf,
  type ClientKind,
  deadLetterTopic,
  type Finding,
  usesTopicCreation,
} from "./config/mod.ts";
import {
  consumerOptions,
  deadLetterOptions,
  producerOptions,
  type TaskOwner,
} from "./task_clients.ts";
import { taskSpec } from "./task_spec.ts";

/**
 * Makes the settings of a connector's Kafka clients as its tasks do.
 * @param owner with a connector without variables
 * @returns what keeps them from it, by the keys that say it
 */
export async function taskFindings(kind: "source" | "sink", owner: TaskOwner): Promise<Finding[]> {
  const { worker, connector, clients } = owner;
  if (clients === null) return [];
  const findings = kindsOf(kind, owner).flatMap((client) =>
    clientFindings(client, { worker, connector, clientId: clientIdOf(client, connector.name, 0) })
  );
  if (findings.length > 0) return findings;
  const spec = taskSpec({ kind, worker, connector, task: 0, config: {} });
  const letters = deadLetterTopic(connector);
  try {
    if (kind === "source") await producerOptions(owner, spec);
    else {
      await consumerOptions(owner, spec);
      if (letters !== null) await deadLetterOptions(owner, spec, letters);
    }
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [{ name: "", errorMessages: [error.message] }];
  }
}

function kindsOf(kind: "source" | "sink", { connector }: TaskOwner): ClientKind[] {
  const hasLetters = deadLetterTopic(connector) !== null;
  if (kind === "sink") return hasLetters ? ["consumer", "producer", "admin"] : ["consumer"];
  return hasLetters || usesTopicCreation(connector) ? ["producer", "admin"] : ["producer"];
}
