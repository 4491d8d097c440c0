/** What there is to be told of a worker that Kafka Connect has not: Web Workers, the embedded log, the spool. */

import type { OwnMetric } from "./exposition.ts";

/** A process, as far as its system tells. */
export interface ProcessMeasures {
  /** When it began, in milliseconds since the epoch. */
  startMs: number;
  /** The time it had of all cores. */
  cpuMs: number;
  /** The memory it takes. */
  residentBytes: number;
  /** How many files it has open, and may have. */
  files: { open: number; limit: number } | null;
}

/** What is measured. */
export interface OwnMeasures {
  /** What runs; null while the worker starts. Kafka: `AppInfoParser`. */
  app: { clientId: string; version: string; commit: string } | null;
  /** The process. */
  process: ProcessMeasures;
  /** The Web Workers of plugins. */
  webWorkers: { alive: number; started: number; failed: number };
  /** The embedded log, and how long it took to sync files; null: topics are in Kafka. */
  log: {
    partitions: number;
    segments: number;
    bytes: number;
    syncs: { count: number; tookMs: number };
  } | null;
  /** What waits for Kafka; null: nothing is spooled. */
  spool: {
    bytes: number;
    bytesMax: number;
    records: number;
    /** How old the oldest of them is. */
    oldestMs: number;
    syncs: { count: number; tookMs: number };
  } | null;
}

/** The metrics of these measures. */
export function ownMetrics(
  { app, process, webWorkers, log, spool }: OwnMeasures,
): OwnMetric[] {
  const { alive, started, failed } = webWorkers;
  const all = [
    ...app === null ? [] : appMetrics(app, process),
    ...processMetrics(process),
    gauge("web_workers", "Web Workers that run: one for each task, and those of connectors", alive),
    counter("web_workers_started_total", "Web Workers that were started", started),
    counter("web_workers_failed_total", "Web Workers that have ended with an error", failed),
  ];
  if (log !== null) {
    all.push(
      gauge("log_partitions", "Partitions in the embedded log", log.partitions),
      gauge("log_segments", "Segments of these partitions", log.segments),
      gauge("log_bytes", "Bytes of these segments", log.bytes),
      ...syncs("log", "the embedded log", log.syncs),
    );
  }
  if (spool !== null) {
    all.push(
      gauge("spool_bytes", "Bytes of the spool's segments", spool.bytes),
      gauge("spool_bytes_max", "Bytes that these may take (spool.max.bytes)", spool.bytesMax),
      gauge("spool_records", "Records that wait for Kafka", spool.records),
      gauge("spool_oldest_age_seconds", "Age of the oldest of them", spool.oldestMs / 1000),
      ...syncs("spool", "the spool", spool.syncs),
    );
  }
  return all;
}

/** By the names of Strimzi's rules. */
function appMetrics(
  { clientId, version, commit }: NonNullable<OwnMeasures["app"]>,
  { startMs }: ProcessMeasures,
): OwnMetric[] {
  const of = (what: string, value: number, labels: Record<string, string>): OwnMetric => ({
    name: `kafka_connect_${what}`,
    type: "gauge",
    labels: { clientid: clientId, ...labels },
    value,
    help: `${what.replaceAll("_", "-")} of Kafka Connect's app-info`,
  });
  return [
    of("start_time_seconds", startMs / 1000, {}),
    of("version_info", 1, { version }),
    of("commit_id_info", 1, { commit_id: commit }),
  ];
}

/** By the names that all Prometheus' clients give them. */
function processMetrics({ startMs, cpuMs, residentBytes, files }: ProcessMeasures): OwnMetric[] {
  const of = (
    name: string,
    help: string,
    value: number,
    type: OwnMetric["type"] = "gauge",
  ): OwnMetric => ({ name: `process_${name}`, type, labels: {}, value, help });
  return [
    of("start_time_seconds", "When the process began, since the epoch", startMs / 1000),
    of("cpu_seconds_total", "Time that it had of all cores", cpuMs / 1000, "counter"),
    of("resident_memory_bytes", "Memory that it takes", residentBytes),
    ...files === null ? [] : [
      of("open_fds", "Files that it has open", files.open),
      of("max_fds", "Files that it may have open", files.limit),
    ],
  ];
}

function syncs(name: string, what: string, { count, tookMs }: { count: number; tookMs: number }) {
  return [
    counter(`${name}_syncs_total`, `Syncs of files of ${what} (fdatasync)`, count),
    counter(`${name}_sync_seconds_total`, "Time that these took together", tookMs / 1000),
  ];
}

function gauge(name: string, help: string, value: number): OwnMetric {
  return { name: `connect_edge_${name}`, type: "gauge", labels: {}, value, help };
}

function counter(name: string, help: string, value: number): OwnMetric {
  return { name: `connect_edge_${name}`, type: "counter", labels: {}, value, help };
}
