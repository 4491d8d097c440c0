/** Records in test/golden again what comes from the real Kafka. */

import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { configGolden, recordConfig } from "./config_golden.ts";
import { converterAnswers, converterGolden } from "./converter_golden.ts";
import { errorGolden, recordErrors } from "./error_recording.ts";
import { Java } from "./java.ts";
import { answersOf, recordedCases } from "./java_text_cases.ts";
import { metricsGolden, recordMetrics } from "./metrics_golden.ts";
import { recordBatches } from "./record_batches.ts";
import { listenersGolden, recordListeners } from "./rest_listeners.ts";
import { topicsOf } from "./topics_of.ts";
import { transformAnswers, transformGolden } from "./transform_golden.ts";

const folder = new URL("../golden/", import.meta.url).pathname;
const java = await Java.open();

async function write(file: string, json: string): Promise<void> {
  await Deno.writeTextFile(folder + file, json);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", folder + file] }).output();
}

/** JSON in one line with escapes for what cannot be seen; numbers stay as Java writes them. */
function visible(json: string): string {
  const escape = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return json.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (one) => one.split("").map(escape).join(""));
}

/** Has Java's worker play the scenarios with a broker. */
async function errors(): Promise<unknown> {
  const cluster = await anyCluster();
  const topics = topicsOf(cluster.bootstrapServers);
  try {
    return await recordErrors(java, cluster.bootstrapServers, topics);
  } finally {
    await topics.close();
    await cluster.stop();
  }
}

/** Has Java's worker do some work with a broker, and asks how much it was. */
async function metrics(): Promise<unknown> {
  const cluster = await anyCluster();
  try {
    return await recordMetrics(java, cluster.bootstrapServers);
  } finally {
    await cluster.stop();
  }
}

await write("java-text.json", JSON.stringify(await answersOf(java, recordedCases())));
await write("record-batches.json", JSON.stringify(await recordBatches(java)));
for (const [file, program] of Object.entries(configGolden)) {
  await write(file, JSON.stringify(await recordConfig(java, program)));
}
await write(converterGolden, visible(await converterAnswers(java, folder + converterGolden)));
await write(transformGolden, visible(await transformAnswers(java, folder + transformGolden)));
await write(errorGolden, JSON.stringify(await errors()));
await write(metricsGolden, JSON.stringify(await metrics()));
await write(listenersGolden, JSON.stringify(await recordListeners(java)));
