/** Records test/golden/record-batches.json again, from the real Kafka. */

import { recordBatches } from "./record_batches.ts";
import { Java } from "./java.ts";

const path = new URL("../golden/record-batches.json", import.meta.url).pathname;
await Deno.writeTextFile(path, JSON.stringify(await recordBatches(await Java.open())));
await new Deno.Command(Deno.execPath(), { args: ["fmt", path] }).output();
