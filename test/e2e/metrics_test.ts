/** Metrics of a worker that runs, beside those that Kafka's worker told over JMX of the same work. */

import assert from "node:assert/strict";
import { linesThrough, type MetricsBean, recordedProps } from "../kafka/metrics_golden.ts";
import { Connect, inTemporaryFolder, until } from "./connect.ts";
import { type ReadMetric, readMetrics } from "./prometheus.ts";

const beans: MetricsBean[] = JSON.parse(
  await Deno.readTextFile(new URL("../golden/metrics.json", import.meta.url)),
);

/** What Strimzi's rules make of JMX: what a bean is called, and which attributes are what. */
const rules: [bean: RegExp, attribute: RegExp, type: "counter" | "gauge", name: string][] = [
  [
    /^connector-metrics\|connector$/,
    /^(?:connector-(?:class|type|version)|status)$/,
    "gauge",
    "connector",
  ],
  [/^connector-task-metrics\|connector,task$/, /^status$/, "gauge", "connector_task"],
  [/-metrics\|connector,task$/, /-total$/, "counter", "*"],
  [
    /-metrics\|connector,task$/,
    /-(?:count|ms|ratio|seq-no|rate|max|avg|failures|requests|timestamp|logged|errors|retries|skipped)$/,
    "gauge",
    "*",
  ],
  [/^connect-worker-metrics\|connector$/, /./, "gauge", "worker"],
  [/^connect-worker-metrics\|$/, /-total$/, "counter", "worker"],
  [/^connect-worker-metrics\|$/, /./, "gauge", "worker"],
];

interface Expected {
  type: string;
  /** The values by their labels, which have no order. */
  samples: Map<string, string>;
}

const labelsText = (labels: Record<string, string>) =>
  JSON.stringify(Object.entries(labels).sort());

/** What Prometheus would be told of Kafka's worker. */
function expectedMetrics(): Map<string, Expected> {
  const metrics = new Map<string, Expected>();
  for (const { type: bean, tags, attributes } of beans) {
    const place = `${bean}|${Object.keys(tags)}`;
    for (const [attribute, { class: kind, value }] of Object.entries(attributes)) {
      const rule = rules.find(([of, which]) => of.test(place) && which.test(attribute));
      if (rule === undefined) continue;
      const [_, __, type, what] = rule;
      const isText = kind === "String";
      const part = what === "*" ? bean.replace(/-metrics$/, "") : what;
      const name = `kafka_connect_${part}_${attribute}`.replaceAll("-", "_");
      const labels = isText ? { ...tags, [attribute.replaceAll("-", "_")]: value } : tags;
      const metric = metrics.get(name) ?? { type, samples: new Map() };
      metric.samples.set(labelsText(labels), isText ? "1" : value);
      metrics.set(name, metric);
    }
  }
  return metrics;
}

async function scraped(url: string): Promise<Map<string, ReadMetric>> {
  const answer = await fetch(`${url}metrics`);
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  return readMetrics(await answer.text());
}

function valueOf(metrics: Map<string, ReadMetric>, name: string, labels = {}): number {
  const found = metrics.get(name)?.samples.find((sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
  );
  assert.ok(found, name);
  return found.value;
}

Deno.test("metrics are those of Kafka's worker by Strimzi's names, and their totals are the same", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const { worker, source, sink, text } = recordedProps(folder, "lines");
    await Deno.writeTextFile(`${folder}/in.txt`, text);
    const url = await connect.start({ worker, source, sink });
    const isDone = async () => {
      const metrics = await scraped(url);
      const written = valueOf(metrics, "kafka_connect_sink_task_sink_record_send_total");
      const active = valueOf(metrics, "kafka_connect_sink_task_sink_record_active_count");
      return written === linesThrough && active === 0;
    };
    await until(isDone, () => connect.log);
    const metrics = await scraped(url);
    const expected = expectedMetrics();
    assert.ok(expected.size >= 60, `${expected.size}`);
    for (const [name, { type, samples }] of expected) {
      const found = metrics.get(name);
      assert.ok(found, name);
      assert.equal(found.type, type, name);
      assert.notEqual(found.help, "", name);
      const labels = found.samples.map(({ labels }) => labelsText(labels));
      assert.deepEqual(labels.sort(), [...samples.keys()].sort(), name);
      if (!/_(total|skipped|failures|errors|logged|requests|retries|count)$/.test(name)) continue;
      // How often offsets were committed depends on time; Kafka's worker does not count how tasks start.
      if (/offset_commit|task_startup/.test(name)) continue;
      for (const { labels, value } of found.samples) {
        assert.equal(
          value,
          Number(samples.get(labelsText(labels))),
          `${name} ${labelsText(labels)}`,
        );
      }
    }
    const clientid = new URL(url).host;
    const begun = valueOf(metrics, "kafka_connect_start_time_seconds", { clientid });
    assert.ok(Math.abs(Date.now() / 1000 - begun) < 600, `${begun}`);
    assert.equal(valueOf(metrics, "kafka_connect_version_info", { version: "4.2.0" }), 1);
    assert.equal(valueOf(metrics, "kafka_connect_commit_id_info", { clientid }), 1);
    const cpuSeconds = valueOf(metrics, "process_cpu_seconds_total");
    assert.ok(cpuSeconds > 0.05 && cpuSeconds < 600, `${cpuSeconds}`);
    assert.ok(valueOf(metrics, "process_resident_memory_bytes") > 3e7);
    const appInfo = /^kafka_connect_(start_time_seconds|(version|commit_id)_info)$/;
    const ours = [...metrics.keys()].filter((name) => {
      return name.startsWith("kafka_connect_") && !appInfo.test(name);
    });
    assert.deepEqual(ours.filter((name) => !expected.has(name)), []);
    const rate = valueOf(metrics, "kafka_connect_source_task_source_record_poll_rate");
    assert.ok(rate > 1 && rate <= 1e6, `${rate}`);
    const running = valueOf(metrics, "kafka_connect_connector_task_running_ratio", { task: "0" });
    assert.ok(running > 0 && running <= 1);
    const source0 = { connector: source.name };
    const polled = valueOf(metrics, "kafka_connect_connector_task_batch_size_max", source0);
    assert.equal(polled, linesThrough + 1);
    // What Kafka's worker has not.
    assert.equal(valueOf(metrics, "connect_edge_web_workers"), 2);
    assert.equal(valueOf(metrics, "connect_edge_sink_task_records_lag", { task: "0" }), 0);
    assert.equal(valueOf(metrics, "connect_edge_web_workers_failed_total"), 0);
    assert.ok(valueOf(metrics, "connect_edge_log_bytes") > 5000);
    assert.ok(valueOf(metrics, "connect_edge_log_segments") >= 2);
    assert.ok(valueOf(metrics, "connect_edge_log_syncs_total") > 0);
    assert.ok(valueOf(metrics, "connect_edge_log_sync_seconds_total") > 0);
    assert.equal(metrics.has("connect_edge_spool_bytes"), false);
    await connect.stop();
  });
});

Deno.test("metrics are on the admin listener, and nowhere when there is none", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const { worker } = recordedProps(folder, "lines");
    const off = { ...worker, "admin.listeners": "" };
    const url = await connect.start({ worker: off });
    const answer = await fetch(`${url}metrics`);
    assert.equal(answer.status, 404);
    await answer.body?.cancel();
    await connect.stop();
  });
});
