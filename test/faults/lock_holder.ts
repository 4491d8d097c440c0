/** Owns the log in the folder that it is given, says so, and stays until it is killed. */

import { localDisk, systemClock } from "../../src/base/mod.ts";
import { EmbeddedTopics } from "../../src/topics/mod.ts";
import { keptLog } from "./memory_disk.ts";

const [folder] = Deno.args;
await EmbeddedTopics.open({ disk: localDisk, folder, clock: systemClock, log: keptLog() });
console.log("open");
await new Promise(() => setInterval(() => {}, 1000));
