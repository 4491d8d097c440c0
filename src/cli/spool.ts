/**
 * `connect spool status`: what waits for Kafka, and how fast it goes, also while a worker runs.
 *
 * @module
 */

import { ConfigError, localDisk, type Logger, type Secrets, systemClock } from "../base/mod.ts";
import { spoolConfig } from "../herder/mod.ts";
import { readSpool, type SpoolStatus } from "../topics/mod.ts";
import { inFile, readWorkerFile } from "./files.ts";

/** How long the rate is measured, in milliseconds. */
const rateMs = 2000;
/** The worker remembers what Kafka took so often, in milliseconds, if that has changed. */
const rememberMs = 500;

/** What `spool status` tells. */
interface Report {
  dir: string;
  bytes: number;
  maxBytes: number;
  waitingRecords: string;
  oldestAgeMs: number | null;
  recordsPerSecond: number;
  partitions: {
    topic: string;
    partition: number;
    waitingRecords: string;
    oldestAgeMs: number | null;
    recordsPerSecond: number;
    problem: string | null;
  }[];
}

/** The state of a worker's spool, as lines or as JSON. @throws {ConfigError} when the worker has none */
export async function spoolStatus(
  workerFile: string,
  asJson: boolean,
  log: Logger,
  secrets: Secrets,
): Promise<string> {
  const { props, config } = await readWorkerFile(workerFile, log, secrets);
  const spool = await inFile(workerFile, () => spoolConfig(props, config["bootstrap.servers"]));
  if (spool === null) {
    throw new ConfigError(`${workerFile}: there is no spool: spool.dir is not set`);
  }
  const read = () => readSpool(localDisk, spool.folder, (damage) => console.error(damage));
  const before = await read();
  await systemClock.sleep(rateMs);
  const report = reportOf(spool, before, await read(), systemClock.now());
  return asJson ? JSON.stringify(report, null, 2) + "\n" : textOf(report);
}

function reportOf(
  { folder, bytesMax }: { folder: string; bytesMax: number },
  before: SpoolStatus,
  now: SpoolStatus,
  nowMs: number,
): Report {
  const ages = (times: (number | null)[]) =>
    times.filter((time) => time !== null).map((time) => Math.max(0, nowMs - time));
  // What is remembered is a little old, the second time as the first; how old, is not known of what
  // has not changed for long.
  const elapsedMs = now.rememberedMs - before.rememberedMs;
  const seconds = Math.max(rateMs - rememberMs, Math.min(elapsedMs, rateMs + rememberMs)) / 1000;
  const partitions = now.partitions.map(({ topic, partition, position, waiting, ...rest }) => {
    const earlier = before.partitions.find((other) =>
      other.topic === topic && other.partition === partition
    );
    return {
      topic,
      partition,
      waitingRecords: String(waiting),
      oldestAgeMs: ages([rest.oldestMs])[0] ?? null,
      recordsPerSecond: Math.round(Number(position - (earlier?.position ?? 0n)) / seconds),
      problem: rest.problem,
    };
  });
  return {
    dir: folder,
    bytes: now.usedBytes,
    maxBytes: bytesMax,
    waitingRecords: String(now.partitions.reduce((sum, { waiting }) => sum + waiting, 0n)),
    oldestAgeMs: ages(now.partitions.map(({ oldestMs }) => oldestMs))
      .reduce<number | null>((oldest, age) => Math.max(oldest ?? 0, age), null),
    recordsPerSecond: partitions.reduce((sum, { recordsPerSecond }) => sum + recordsPerSecond, 0),
    partitions,
  };
}

function textOf(report: Report): string {
  const { dir, bytes, maxBytes, partitions } = report;
  const lines = [`Spool: ${dir}\tBytes: ${bytes} of ${maxBytes}\t${figures(report)}`];
  for (const each of partitions) {
    const problem = each.problem === null ? "" : `\tProblem: ${each.problem}`;
    lines.push(`\t${each.topic}-${each.partition}\t${figures(each)}${problem}`);
  }
  return `${lines.join("\n")}\n`;
}

function figures(
  { waitingRecords, oldestAgeMs, recordsPerSecond }:
    | Omit<Report["partitions"][0], "problem">
    | Report,
): string {
  const age = oldestAgeMs === null ? "-" : `${(oldestAgeMs / 1000).toFixed(1)} s`;
  return `Waiting: ${waitingRecords}\tOldest: ${age}\tForwarding: ${recordsPerSecond}/s`;
}
