/** Records in test/golden again what comes from the real Kafka. */

import { configGolden, recordConfig } from "./config_golden.ts";
import { answersOf, converterGolden } from "./converter_golden.ts";
import { transformAnswers, transformGolden } from "./transform_golden.ts";
import { Java } from "./java.ts";
import { answersOf as textAnswersOf, recordedCases } from "./java_text_cases.ts";
import { recordBatches } from "./record_batches.ts";

const folder = new URL("../golden/", import.meta.url).pathname;
const java = await Java.open();

async function write(file: string, value: unknown): Promise<void> {
  await Deno.writeTextFile(folder + file, JSON.stringify(value));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", folder + file] }).output();
}

await write("java-text.json", await textAnswersOf(java, recordedCases()));
await write("record-batches.json", await recordBatches(java));
for (const [file, program] of Object.entries(configGolden)) {
  await write(file, await recordConfig(java, program));
}
await write(converterGolden, await answersOf(java, folder + converterGolden));
await write(transformGolden, await transformAnswers(java, folder + transformGolden));
