/**
 * What `/metrics` tells of tasks: how many records went through, how many failed, how far behind a sink is. A
 * worker that does not have it, as Kafka's, tells nothing, and that is no mistake.
 *
 * @module
 */

/** One line of Prometheus's text format. */
export interface Sample {
  /** The metric. */
  name: string;
  /** What of it, such as the connector. */
  labels: Map<string, string>;
  /** In the metric's unit. */
  value: number;
}

/** The figures of a task at one time. */
export interface TaskFigures {
  /** Records that a source has given, or that a sink was given. */
  records: number;
  /** Records that failed. */
  errors: number;
  /** Records that a sink has yet to read; null when that is not told. */
  lag: number | null;
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?$/;
const label = /\s*([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"\s*,?/gy;

/** Reads Prometheus's text format; a line that is not of it is passed over. */
export function parseMetrics(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split("\n")) {
    const [, name, labels = "", value] = sampleLine.exec(line.trim()) ?? [];
    if (name === undefined || Number.isNaN(Number(value))) continue;
    const pairs = [...labels.matchAll(label)].map(([, key, text]) =>
      [key, unescaped(text)] as const
    );
    samples.push({ name, labels: new Map(pairs), value: Number(value) });
  }
  return samples;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, letter) => letter === "n" ? "\n" : letter);
}

/** Where they are told: by the names of Strimzi's rules for Kafka's metrics; the lag is an addition of ours. */
const figures: Record<string, keyof TaskFigures> = {
  kafka_connect_source_task_source_record_poll_total: "records",
  kafka_connect_sink_task_sink_record_read_total: "records",
  kafka_connect_task_error_total_record_failures: "errors",
  connect_edge_sink_task_records_lag: "lag",
};

/** The figures of each task, by {@linkcode taskKey}. */
export function taskFigures(samples: readonly Sample[]): Map<string, TaskFigures> {
  const tasks = new Map<string, TaskFigures>();
  for (const { name, labels, value } of samples) {
    const figure = Object.hasOwn(figures, name) ? figures[name] : undefined;
    const connector = labels.get("connector");
    const task = labels.get("task");
    if (figure === undefined || connector === undefined || task === undefined) continue;
    const key = taskKey(connector, Number(task));
    const known = tasks.get(key) ?? { records: 0, errors: 0, lag: null };
    tasks.set(key, { ...known, [figure]: (known[figure] ?? 0) + value });
  }
  return tasks;
}

/** A task, as a key of maps. */
export function taskKey(connector: string, task: number): string {
  return `${task}/${connector}`;
}
