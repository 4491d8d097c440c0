/** Answers a scrape of a worker's metrics; loaded at the first one. */

import { type DiskSyncs, localDisk, systemClock } from "../base/mod.ts";
import type { Measurable } from "../herder/mod.ts";
import { webWorkers } from "../sandbox/mod.ts";
import { EmbeddedTopics, readSpool, type Topics } from "../topics/mod.ts";

/** A worker as far as metrics go. */
export interface ScrapedWorker {
  /** The herder; null while the worker starts. */
  herder: Measurable | null;
  /** The topics; null while the worker starts. */
  topics: Topics | null;
  /** Where sources are spooled; null when they are not. */
  spool: { folder: string; bytesMax: number } | null;
  /** How long the disk took. */
  syncs: { log: DiskSyncs; spool: DiskSyncs };
}

/** What Prometheus is told. */
export async function scrapeWorker(
  { herder, topics, spool, syncs }: ScrapedWorker,
): Promise<{ type: string; text: string }> {
  const { ownMetrics, scrape } = await import("../metrics/mod.ts");
  return await scrape({
    herder: () => herder,
    own: async () =>
      ownMetrics({
        webWorkers,
        log: topics instanceof EmbeddedTopics ? { ...topics.usage, syncs: syncs.log } : null,
        spool: spool && topics && { ...await spooled(spool), syncs: syncs.spool },
      }),
  });
}

async function spooled({ folder, bytesMax }: { folder: string; bytesMax: number }) {
  const { usedBytes: bytes, partitions } = await readSpool(localDisk, folder, () => {});
  const now = systemClock.now();
  const ages = partitions.map(({ oldestMs }) => oldestMs === null ? 0 : now - oldestMs);
  const records = partitions.reduce((sum, { waiting }) => sum + Number(waiting), 0);
  return { bytes, bytesMax, records, oldestMs: Math.max(0, ...ages) };
}
