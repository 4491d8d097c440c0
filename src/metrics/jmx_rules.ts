/**
 * What Kafka Connect's JMX metrics are called in Prometheus, by the rules that Strimzi gives its exporter
 * (`kafka-connect-metrics.yaml`): dashboards and alerts made for these find ours. As there, the first rule that
 * fits counts, names are in lower case, and what no rule fits is left out.
 *
 * @module
 */

import type { Measured } from "../herder/mod.ts";

/** One value for Prometheus. */
export interface Sample {
  /** The metric. */
  name: string;
  /** Whether it only grows. */
  type: "counter" | "gauge";
  /** What it is of. */
  labels: Readonly<Record<string, string>>;
  /** How much it is. */
  value: number;
  /** What it is. */
  help: string;
}

/** The attributes of a task that are told. */
const taskGauges =
  /-(count|ms|ratio|seq-no|rate|max|avg|failures|requests|timestamp|logged|errors|retries|skipped)$/;

/** Of what Kafka Connect does not tell. */
const ownHelp = "Records that a sink task has yet to be handed";

/** What Prometheus is told of measurements. */
export function samplesOf(measured: readonly Measured[]): Sample[] {
  return measured.flatMap(({ type, tags, attributes }) =>
    Object.entries(attributes).flatMap(([attribute, value]) =>
      sampleOf(type.replace(/-metrics$/, ""), tags, attribute, value) ?? []
    )
  );
}

function sampleOf(
  what: string,
  tags: Measured["tags"],
  attribute: string,
  value: number | string,
): Sample | null {
  const type = attribute.endsWith("-total") ? "counter" : "gauge";
  const help = `${attribute} of Kafka Connect's ${what}-metrics`;
  if (typeof value === "string") {
    // What something is, is a label of a 1.
    const isTold = what === "connector" || attribute === "status" && what === "connector-task";
    if (!isTold) return null;
    const labels = { ...tags, [nameOf(attribute)]: value };
    return {
      name: nameOf(`kafka_connect_${what}_${attribute}`),
      type: "gauge",
      labels,
      value: 1,
      help,
    };
  }
  if (what.startsWith("connect-edge-")) {
    return { name: nameOf(`${what}_${attribute}`), type, labels: tags, value, help: ownHelp };
  }
  if (what === "connect-worker") {
    return { name: nameOf(`kafka_connect_worker_${attribute}`), type, labels: tags, value, help };
  }
  if (type === "gauge" && !taskGauges.test(attribute)) return null;
  return { name: nameOf(`kafka_connect_${what}_${attribute}`), type, labels: tags, value, help };
}

function nameOf(text: string): string {
  return text.toLowerCase().replaceAll("-", "_");
}
