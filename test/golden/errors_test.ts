/** What happens to records that fail, against what Kafka Connect's worker did with the same. */

import { systemClock } from "../../src/base/mod.ts";
import { EmbeddedTopics } from "../../src/topics/mod.ts";
import { inTemporaryFolder } from "../e2e/connect.ts";
import { keptLog, MemoryDisk } from "../faults/memory_disk.ts";
import { scenarios, Stage } from "./error_scenarios.ts";

for (const [i, scenario] of scenarios.entries()) {
  Deno.test({
    name: `errors are handled as by Kafka: ${scenario.scenario}`,
    fn: () =>
      inTemporaryFolder(async (folder) => {
        const log = keptLog();
        const disk = new MemoryDisk();
        const topics = await EmbeddedTopics.open({ disk, folder: "log", clock: systemClock, log });
        const stage = new Stage(topics, folder, {}, null);
        try {
          await stage.play(scenario, `gold-${i}`);
        } finally {
          await stage.stop();
          await topics.close();
        }
      }),
  });
}
