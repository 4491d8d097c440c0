/** Reads Prometheus' text format, strictly: what does not belong there is an error. */

/** A metric and its samples. */
export interface ReadMetric {
  type: string;
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

const name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const label = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const sample = new RegExp(`^(${name})(?:\\{(${label}(?:,${label})*)?\\})? (\\S+)$`);

/** The metrics of a scrape, by their names. @throws {Error} naming the line that is wrong */
export function readMetrics(text: string): Map<string, ReadMetric> {
  const metrics = new Map<string, ReadMetric>();
  const helps = new Map<string, string>();
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const [, what, of, said] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (what === "HELP") helps.set(of, said);
    else if (what === "TYPE") {
      if (metrics.has(of)) throw new Error(`twice: ${line}`);
      metrics.set(of, { type: said, help: helps.get(of) ?? "", samples: [] });
    } else {
      const [, metric, labels = "", number] = sample.exec(line) ?? [];
      if (!metrics.has(metric)) throw new Error(`not a sample of a metric: ${line}`);
      const value = /^nan$/i.test(number) ? NaN : Number(number);
      if (Number.isNaN(value) && !/^nan$/i.test(number)) throw new Error(`no number: ${line}`);
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
        .map(([, key, text]) => [key, text.replace(/\\(.)/g, (_, c) => c === "n" ? "\n" : c)]);
      metrics.get(metric)!.samples.push({ labels: Object.fromEntries(pairs), value });
    }
  }
  return metrics;
}
