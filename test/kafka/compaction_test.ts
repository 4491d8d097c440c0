/** Kafka's own tool reads what compaction leaves. */

import { deepStrictEqual, match, ok } from "node:assert/strict";
import { type Clock, localDisk, systemClock } from "../../src/base/mod.ts";
import { checkProducedBatch } from "../../src/batch/mod.ts";
import { EmbeddedLog } from "../../src/log/mod.ts";
import { inTemporaryFolder } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { batchOf, readAll } from "../unit/log/partition.ts";
import { dumpPartition } from "./dump_log.ts";
import { javaTest } from "./java.ts";

javaTest(
  "DumpLogSegments reads compacted segments, and the time when deletes may go",
  async (java) => {
    await inTemporaryFolder(async (folder) => {
      const nowMs = 1_800_000_000_000;
      const clock: Clock = { ...systemClock, now: () => nowMs };
      const log = await EmbeddedLog.open({ disk: localDisk, folder, clock, log: keptLog() });
      await log.createTopic("t", 1, { "cleanup.policy": "compact", "segment.bytes": "20000" });
      const partition = log.partition("t", 0);
      for (let i = 0; i < 600; i++) {
        const records = Array.from({ length: 5 }, (_, j) => ({
          key: `key ${(i * 7 + j * 3) % 200}`,
          value: i % 9 === 0 ? null : `value ${i} ${j} `.repeat(8),
          timestampMs: nowMs - 600_000 + i * 1000 + j,
        }));
        const batch = batchOf(records, 0, (["none", "gzip", "zstd"] as const)[i % 3]);
        await partition.append(batch, checkProducedBatch(batch));
      }
      await log.maintain(new AbortController().signal);
      const ours = await readAll(partition);
      await log.close();
      ok(ours.length < 1000, `${ours.length} records are left of 3000`);

      const dump = await dumpPartition(java, `${folder}/t-0`);
      deepStrictEqual(dump.complaints, []);
      const theirs = dump.batches.flatMap(({ records }) => records);
      deepStrictEqual(
        theirs.map(({ offset, key, value, timestampMs }) => ({ offset, key, value, timestampMs })),
        ours.map(({ offset, key, value, timestampMs }) => ({ offset, key, value, timestampMs })),
      );
      const { stdout } = await java.run(
        ...["kafka.tools.DumpLogSegments", "--deep-iteration", "--files"] as const,
        `${folder}/t-0/00000000000000000000.log`,
      );
      match(stdout, new RegExp(`deleteHorizonMs: OptionalLong\\[${nowMs + 86_400_000}\\]`));
    });
  },
);
