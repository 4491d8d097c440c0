/** What Java's worker does with records that fail: the scenarios of errors-dlq.json, with the answers of today. */

import type { Topics } from "../../src/topics/mod.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import {
  nonFrameLines,
  type Scenario,
  scenarios,
  Scenery,
  withoutTime,
} from "../golden/error_scenarios.ts";
import type { Java } from "./java.ts";
import { JavaWorker } from "./java_worker.ts";

/** The file in test/golden that holds scenarios with records that fail. */
export const errorGolden = "errors-dlq.json";

/** A worker's configuration, but for where Kafka is and where offsets go. */
export const errorWorkerProps = {
  "key.converter": "org.apache.kafka.connect.storage.StringConverter",
  "value.converter": "org.apache.kafka.connect.storage.StringConverter",
  "offset.flush.interval.ms": "200",
  "listeners": "http://127.0.0.1:0",
};

/** Has Java's worker play all scenarios, with its topics on a broker. */
export async function recordErrors(
  java: Java,
  bootstrapServers: string,
  topics: Topics,
): Promise<{ scenarios: Scenario[] }> {
  let recorded: Scenario[] = [];
  await inTemporaryFolder(async (folder) => {
    const scenery = new Scenery(topics, folder);
    const prefix = `recorded-${crypto.randomUUID().slice(0, 8)}`;
    const names = scenarios.map((_, i) => `${prefix}-${String(i).padStart(2, "0")}`);
    const connectors = await Promise.all(
      scenarios.map((one, i) => scenery.prepare(one, names[i])),
    );
    const props = {
      ...errorWorkerProps,
      "bootstrap.servers": bootstrapServers,
      "offset.storage.file.filename": `${folder}/offsets`,
    };
    const worker = await JavaWorker.start(java, folder, props, connectors);
    let statuses: Status[];
    try {
      statuses = await Promise.all(
        scenarios.map((one, i) => settled(worker, scenery, one, names[i])),
      );
    } finally {
      // Dead letters are written by then, and files.
      await worker.stop();
    }
    recorded = await Promise.all(
      scenarios.map((one, i) => result(worker, scenery, one, names[i], statuses[i])),
    );
  });
  return { scenarios: recorded };
}

/** How a connector is, and which offsets it has. */
interface Status {
  task: { state: string; trace?: string };
  offsets: { offsets: unknown[] };
}

/** Waits until a connector has failed, or has seen all that there is for it. */
async function settled(
  worker: JavaWorker,
  scenery: Scenery,
  scenario: Scenario,
  name: string,
): Promise<Status> {
  let task: Status["task"] | undefined;
  const isDone = async () => {
    type Answer = { tasks: Status["task"][] };
    ({ tasks: [task] } = await worker.get<Answer>(`connectors/${name}/status`));
    if (task === undefined || task.state === "FAILED") return task !== undefined;
    if (scenario.input !== undefined) return await scenery.isConsumed(scenario, name);
    // A source asks for records again once all it had are away.
    const lines = worker.lines.filter((line) => line.includes(`[${name}|task-0]`));
    const sent = lines.findIndex((line) => line.includes(" About to send 2 records to Kafka"));
    return sent !== -1 && lines.slice(sent).some((line) => line.includes(" Nothing to send "));
  };
  await until(isDone, () => `${scenario.scenario}: ${worker.lines.join("\n")}`);
  return { task: task!, offsets: await worker.get(`connectors/${name}/offsets`) };
}

async function result(
  worker: JavaWorker,
  scenery: Scenery,
  { scenario, config, input, inputFile }: Scenario,
  name: string,
  { task, offsets }: Status,
): Promise<Scenario> {
  const logLines = worker.lines
    .filter((line) => line.startsWith(`ERROR [${name}|task-0] Error encountered in task`))
    .map((line) => withoutTime(scenery.recorded(line, name)));
  const isSink = input !== undefined;
  return {
    scenario,
    config,
    ...isSink ? { input } : { inputFile },
    taskState: task.state,
    ...task.trace !== undefined && { traceNonFrameLines: nonFrameLines(task.trace) },
    ...isSink
      ? { sinkFile: await Deno.readTextFile(scenery.actual(config.file, name)) }
      : { offsets },
    logLines,
    ...await scenery.deadLetters(name),
  };
}
