/** Writes metrics in Prometheus' text format. prom-client, which does it, is loaded when it is first asked for. */

import type { Measurable } from "../herder/mod.ts";
import { type Sample, samplesOf } from "./jmx_rules.ts";

/** A metric that Kafka Connect has not. */
export type OwnMetric = Sample;

/** What a scrape is answered. */
export interface Exposition {
  /** Its content type. */
  type: string;
  /** The metrics. */
  text: string;
}

/** What is told of a worker. */
export interface MetricsSources {
  /** The herder; null while the worker starts. */
  herder: () => Measurable | null;
  /** What else there is to be told. */
  own: () => Promise<OwnMetric[]>;
}

/** Answers one scrape. */
export async function scrape({ herder, own }: MetricsSources): Promise<Exposition> {
  const [measured, others, { Counter, Gauge, Registry }] = await Promise.all([
    herder()?.measure() ?? [],
    own(),
    import("./prom_client.ts"),
  ]);
  const samples = [...samplesOf(measured), ...others];
  const registry = new Registry();
  for (const [name, all] of Map.groupBy(samples, ({ name }) => name)) {
    const [{ type, help }] = all;
    const labelNames = [...new Set(all.flatMap(({ labels }) => Object.keys(labels)))];
    const options = { name, help, labelNames, registers: [registry] };
    if (type === "counter") {
      const metric = new Counter(options);
      for (const { labels, value } of all) metric.inc({ ...labels }, value);
    } else {
      const metric = new Gauge(options);
      for (const { labels, value } of all) metric.set({ ...labels }, value);
    }
  }
  // As the format has it; prom-client writes Nan, which not all readers know.
  const text = (await registry.metrics()).replaceAll(/ Nan$/gm, " NaN");
  return { type: registry.contentType, text };
}
