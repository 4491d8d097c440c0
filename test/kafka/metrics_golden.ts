/** What Java's worker tells over JMX, with a source and a sink that have done some work. */

import { strictEqual } from "node:assert/strict";
import { inTemporaryFolder } from "../e2e/connect.ts";
import type { Java } from "./java.ts";

/** The file in test/golden that holds it. */
export const metricsGolden = "metrics.json";

/** An object of JMX. */
export interface MetricsBean {
  type: string;
  tags: Record<string, string>;
  attributes: Record<string, { class: string | null; value: string }>;
}

/** How many lines go through. */
export const linesThrough = 1000;

/** The files of a worker, of a source, and of a sink that cannot read one line of all. */
export function recordedProps(folder: string, topic: string) {
  const lines = Array.from({ length: linesThrough }, (_, i) => `"${i}"\n`).join("");
  return {
    text: `${lines}none\n`,
    worker: {
      "key.converter": "org.apache.kafka.connect.storage.StringConverter",
      "value.converter": "org.apache.kafka.connect.storage.StringConverter",
      "offset.storage.file.filename": `${folder}/offsets`,
      "offset.flush.interval.ms": "200",
      listeners: "http://127.0.0.1:0",
      "plugin.discovery": "only_scan",
    },
    source: {
      name: "a-source",
      "connector.class": "FileStreamSource",
      file: `${folder}/in.txt`,
      topic,
    },
    sink: {
      name: "a-sink",
      "connector.class": "FileStreamSink",
      file: `${folder}/out.txt`,
      topics: topic,
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "false",
      "errors.tolerance": "all",
      "errors.log.enable": "true",
      "errors.deadletterqueue.topic.name": `${topic}-letters`,
      "errors.deadletterqueue.topic.replication.factor": "1",
    },
  };
}

/** Has Java's worker bring lines into a topic and out of it. */
export async function recordMetrics(java: Java, bootstrapServers: string): Promise<MetricsBean[]> {
  let beans: MetricsBean[] = [];
  await inTemporaryFolder(async (folder) => {
    const { text, worker, source, sink } = recordedProps(folder, `metrics-${crypto.randomUUID()}`);
    const write = async (name: string, props: Record<string, string>) => {
      const path = `${folder}/${name}.properties`;
      const lines = Object.entries(props).map(([key, value]) => `${key}=${value}\n`);
      await Deno.writeTextFile(path, lines.join(""));
      return path;
    };
    await Deno.writeTextFile(`${folder}/in.txt`, text);
    const files = [
      await write("worker", { ...worker, "bootstrap.servers": bootstrapServers }),
      await write("source", source),
      await write("sink", sink),
    ];
    const compiled = await java.withPrograms();
    const { code, stdout, stderr } = await compiled.run(
      "ConnectMetrics",
      String(linesThrough),
      `${folder}/out.txt`,
      ...files,
    );
    strictEqual(code, 0, stderr);
    // The log of Kafka may go to standard output, too.
    beans = JSON.parse(stdout.trimEnd().split("\n").at(-1)!);
  });
  return beans;
}
