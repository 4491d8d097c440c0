/** Answers a scrape of a worker's metrics; loaded at the first one. */

import { type DiskSyncs, localDisk, systemClock } from "../base/mod.ts";
import type { Herder, Measurable } from "../herder/mod.ts";
import { KAFKA_VERSION } from "../rest/mod.ts";
import { openFiles, webWorkers } from "../sandbox/mod.ts";
import { EmbeddedTopics, readSpool, type Topics } from "../topics/mod.ts";
import { commit } from "./commit.ts";

/** A worker as far as metrics go. */
export interface ScrapedWorker {
  /** The herder; null while the worker starts. */
  herder: Measurable & Pick<Herder, "workerId"> | null;
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
        app: herder && { clientId: herder.workerId, version: KAFKA_VERSION, commit },
        process: await processMeasures(),
        webWorkers,
        log: topics instanceof EmbeddedTopics ? { ...topics.usage, syncs: syncs.log } : null,
        spool: spool && topics && { ...await spooled(spool), syncs: syncs.spool },
      }),
  });
}

async function processMeasures() {
  const { default: process } = await import("node:process");
  const { user, system } = process.cpuUsage();
  return {
    startMs: performance.timeOrigin,
    cpuMs: (user + system) / 1000,
    residentBytes: Deno.memoryUsage().rss,
    files: openFiles(),
  };
}

async function spooled({ folder, bytesMax }: { folder: string; bytesMax: number }) {
  const { usedBytes: bytes, partitions } = await readSpool(localDisk, folder, () => {});
  const now = systemClock.now();
  const ages = partitions.map(({ oldestMs }) => oldestMs === null ? 0 : now - oldestMs);
  const records = partitions.reduce((sum, { waiting }) => sum + Number(waiting), 0);
  return { bytes, bytesMax, records, oldestMs: Math.max(0, ...ages) };
}
