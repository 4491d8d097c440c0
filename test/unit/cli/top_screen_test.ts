/** What `connect top` shows. */

import assert from "node:assert/strict";
import { parseMetrics, taskFigures, taskKey } from "../../../src/cli/task_figures.ts";
import { rowsOf, screenOf, type Sight } from "../../../src/cli/top_screen.ts";
import { statuses } from "./recorded_worker.ts";

function sight(atMs: number, records: number, lag: number | null = null): Sight {
  return {
    url: "http://h:8083",
    version: "4.2.0",
    health: null,
    connectors: [statuses.lines.status],
    figures: new Map([[taskKey("lines", 0), { records, errors: 2, lag }]]),
    atMs,
  };
}

Deno.test("rowsOf() tells rates between two sights, and none that a restart makes negative", () => {
  const rates = (now: Sight, before: Sight | null) =>
    rowsOf(now, before).map(({ recordsPerSecond }) => recordsPerSecond);
  assert.deepEqual(rates(sight(3000, 500), sight(1000, 100)), [200, 200, null]);
  assert.deepEqual(rates(sight(3000, 5), sight(1000, 100)), [0, 0, null]);
  assert.deepEqual(rates(sight(3000, 5), null), [null, null, null]);
  assert.deepEqual(rowsOf(sight(1, 1, 7), null).map(({ lag }) => lag), [7, 7, null]);
});

Deno.test("parseMetrics() reads Prometheus's text, and passes over what is not of it", () => {
  const text = `# HELP a b
a 1
a{x="1",y="q\\"\\\\ \\n,}"} 2.5e3 1700000000000
a{x="1"} NaN
a{x= 3
<html>
b_total{} +Inf
`;
  assert.deepEqual(
    parseMetrics(text).map(({ name, labels, value }) => [name, [...labels], value]),
    [["a", [], 1], ["a", [["x", "1"], ["y", 'q"\\ \n,}']], 2500]],
  );
});

Deno.test("taskFigures() knows tasks by connector and number, and nothing that has none", () => {
  const figures = taskFigures(parseMetrics(`
kafka_connect_sink_task_sink_record_read_total{connector="s",task="1"} 7
kafka_connect_task_error_total_record_failures{connector="s",task="1"} 3
connect_edge_sink_task_records_lag{connector="s",task="1"} 5
kafka_connect_source_task_source_record_poll_total{connector="s"} 9
`));
  assert.deepEqual([...figures], [[taskKey("s", 1), { records: 7, errors: 3, lag: 5 }]]);
});

Deno.test("screenOf() is never larger than the terminal", () => {
  const lines = Array.from({ length: 50 }, (_, i) => `line ${i} ${"漢".repeat(100)}`);
  const screen = screenOf(lines, { columns: 20, rows: 10 }, "gone", false);
  const shown = screen.replaceAll(/\p{Cc}\[[HKJ]/gu, "").split("\r\n");
  assert.equal(shown.length, 10);
  assert.match(shown[7], /^… 43 more lines$/);
  assert.equal(shown[9], "gone");
  assert.ok(shown.every((line) => [...line].length <= 20));
});
