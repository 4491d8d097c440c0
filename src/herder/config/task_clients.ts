/** What is wrong with the Kafka clients that the tasks of a connector will have. */

import { ConfigError } from "../../base/mod.ts";
import {
  adminConfigs,
  clientFindings,
  clientIdOf,
  type ClientKind,
  consumerConfigs,
  producerConfigs,
} from "./client_configs.ts";
import {
  adminSettings,
  type ClientSources,
  consumerSettings,
  producerSettings,
} from "./client_settings.ts";
import type { Finding } from "./plugin_validation.ts";
import type { Props } from "./properties.ts";
import { usesTopicCreation } from "./topic_creation.ts";

/** Makes the settings of a connector's clients as its tasks do. @returns what keeps them from it */
export async function taskClientFindings(
  type: "source" | "sink",
  worker: Props,
  connector: Props,
  clients: ClientSources,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const kind of kindsOf(type, connector)) {
    const owner = { worker, connector, clientId: clientIdOf(kind, connector.name, 0) };
    const wrong = clientFindings(kind, owner);
    findings.push(...wrong);
    if (wrong.length > 0) continue;
    try {
      if (kind === "producer") await producerSettings(producerConfigs(owner), clients);
      else if (kind === "consumer") await consumerSettings(consumerConfigs(owner), clients);
      else await adminSettings(adminConfigs(owner), clients);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      findings.push({ name: `${kind}.override`, errorMessages: [error.message] });
    }
  }
  return findings;
}

function kindsOf(type: "source" | "sink", connector: Props): ClientKind[] {
  if (type === "sink") return ["consumer"];
  return usesTopicCreation(connector) ? ["producer", "admin"] : ["producer"];
}
