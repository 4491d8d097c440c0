import assert from "node:assert/strict";
import type { Measured } from "../../../src/herder/mod.ts";
import { ownMetrics, samplesOf, scrape } from "../../../src/metrics/mod.ts";
import { readMetrics } from "../../e2e/prometheus.ts";

Deno.test("samplesOf() leaves out what Strimzi's rules leave out", () => {
  const tags = { connector: "c", task: "0" };
  const samples = samplesOf([
    { type: "connector-task-metrics", tags, attributes: { "task-class": "X", status: "running" } },
    { type: "source-task-metrics", tags, attributes: { "odd-one": 1, "some-total": 2 } },
  ]);
  assert.deepEqual(
    samples.map(({ name, type, labels, value }) => ({ name, type, labels, value })),
    [
      {
        name: "kafka_connect_connector_task_status",
        type: "gauge",
        labels: { ...tags, status: "running" },
        value: 1,
      },
      { name: "kafka_connect_source_task_some_total", type: "counter", labels: tags, value: 2 },
    ],
  );
});

Deno.test("scrape() writes what Prometheus reads, whatever connectors are called", async () => {
  const connector = 'a "b"\\\n{c}, d=e 😀';
  const { type, text } = await scrape({
    herder: () => ({
      measure: () =>
        Promise.resolve<Measured[]>([
          { type: "connect-worker-metrics", tags: {}, attributes: { "connector-count": 1 } },
          {
            type: "connector-task-metrics",
            tags: { connector, task: "0" },
            attributes: { "batch-size-avg": NaN, "x-total": 1e15 },
          },
        ]),
    }),
    own: () =>
      Promise.resolve(ownMetrics({
        app: { clientId: "edge:8083", version: "4.2.0", commit: "abc" },
        process: { startMs: 1500, cpuMs: 2500, residentBytes: 7, files: { open: 8, limit: 9 } },
        webWorkers: { alive: 1, started: 2, failed: 1 },
        log: null,
        spool: {
          ...{ bytes: 3, bytesMax: 4, records: 5, oldestMs: 6000 },
          syncs: { count: 7, tookMs: 8000 },
        },
      })),
  });
  assert.match(type, /^text\/plain/);
  assert.match(text, /^kafka_connect_connector_task_batch_size_avg\{.*\} NaN$/m);
  const metrics = readMetrics(text);
  const one = (name: string) => metrics.get(name)!.samples[0];
  assert.deepEqual(one("kafka_connect_worker_connector_count"), { labels: {}, value: 1 });
  assert.deepEqual(one("kafka_connect_connector_task_batch_size_avg"), {
    labels: { connector, task: "0" },
    value: NaN,
  });
  assert.equal(one("kafka_connect_connector_task_x_total").value, 1e15);
  assert.equal(metrics.get("kafka_connect_connector_task_x_total")!.type, "counter");
  assert.equal(one("connect_edge_spool_oldest_age_seconds").value, 6);
  assert.equal(one("connect_edge_spool_sync_seconds_total").value, 8);
  assert.equal(one("connect_edge_web_workers_failed_total").value, 1);
  assert.equal(metrics.has("connect_edge_log_bytes"), false);
  const clientid = "edge:8083";
  assert.deepEqual(one("kafka_connect_start_time_seconds"), { labels: { clientid }, value: 1.5 });
  assert.deepEqual(one("kafka_connect_version_info").labels, { clientid, version: "4.2.0" });
  assert.deepEqual(one("kafka_connect_commit_id_info").labels, { clientid, commit_id: "abc" });
  const ofProcess = [...metrics].filter(([name]) => name.startsWith("process_"));
  assert.deepEqual(
    Object.fromEntries(ofProcess.map(([name, { samples: [{ value }] }]) => [name, value])),
    {
      process_start_time_seconds: 1.5,
      process_cpu_seconds_total: 2.5,
      process_resident_memory_bytes: 7,
      process_open_fds: 8,
      process_max_fds: 9,
    },
  );
});

Deno.test("scrape() tells of a worker that starts what there is to be told", async () => {
  const { text } = await scrape({ herder: () => null, own: () => Promise.resolve([]) });
  assert.equal(readMetrics(text || "\n").size, 0);
});
