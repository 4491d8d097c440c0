/** The benchmarks run through with few lines: every row is there, with all that should arrive. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { javaTest } from "../kafka/java.ts";
import { connectCommand } from "./connect.ts";

const lines = 3000;

/** Runs a benchmark with few lines. @returns its rows, in which words stand two spaces apart */
async function rowsOf(script: string, ...args: string[]): Promise<string[][]> {
  const path = new URL(`../../scripts/${script}`, import.meta.url).pathname;
  const command = [Deno.execPath(), ...connectCommand].join(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", path, "--lines", String(lines), "--command", command, ...args],
    stdin: "null",
    // Figures of so few lines say nothing: Java need not optimize for them.
    env: { NO_COLOR: "1", _JAVA_OPTIONS: "-XX:TieredStopAtLevel=1" },
  }).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  const [head, rest] = new TextDecoder().decode(stdout).split("\n\n");
  match(head, new RegExp(`^${lines} lines, \\d+ MB, \\d+ cores$`));
  return rest.trimEnd().split("\n").map((row) => row.split(/\s{2,}/));
}

/** What a row's figures look like: numbers are `#`, but for how many lines there were. */
function shapeOf(row: readonly string[]): string {
  return row.join(" | ").replaceAll(/\d+(\.\d+)?(?! arrived|\d|\.)/g, "#");
}

Deno.test("bench moves all lines, and prints finite figures for each way", async () => {
  const shape = (arrived: number) => `# s | #k lines/s | # × cp | ${arrived} arrived`;
  const ours = (arrived: number) => `${shape(arrived)} | # CPU µs/line, peak # MB`;
  deepStrictEqual((await rowsOf("benchmark.ts")).map(shapeOf), [
    `cp and sync | ${shape(lines)}`,
    `cp and sync (A/A) | ${shape(lines)}`,
    `file → log | ${ours(lines)}`,
    `file → log, half the lines | ${ours(lines / 2)}`,
    `file → log → file | ${ours(lines)}`,
    "idle: # % of a core",
    "first line through after # ms; # MB idle",
  ]);
});

Deno.test("bench:chain builds no schema after the first record, and prints finite figures", async () => {
  const script = new URL("../../scripts/benchmark_chain.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", script, "--lines", String(lines), "--rounds", "1"],
    env: { NO_COLOR: "1" },
  }).output();
  const [head, ...rows] = new TextDecoder().decode(stdout).trimEnd().split(/\n+/);
  deepStrictEqual([code, head], [0, `${lines} lines, 0 schemas built after the first record`]);
  deepStrictEqual(rows.map((row) => row.replaceAll(/-?\d+/g, "#").split(/\s{2,}/)), [
    ["text", "# ns", "# ns more than text"],
    ["text (A/A)", "# ns", "# ns more than text"],
    ["chain, JSON", "# ns", "# ns more than text"],
    ["chain, JSON with schemas", "# ns", "# ns more than text"],
  ]);
});

javaTest("bench:kafka moves all lines through each peer, and prints finite figures", async () => {
  const kcat = await new Deno.Command("sh", { args: ["-c", "command -v kcat"] }).output();
  const both = ["connect", "connect", "Java's Connect"];
  const all = kcat.success ? ["connect", "connect", "kcat", "Java's Connect"] : both;
  const rows = await rowsOf("benchmark_kafka.ts", "--tries", "1");
  const shape = `# s | # × ours | # CPU s | # × ours | peak # MB | ${lines} arrived`;
  deepStrictEqual(rows.map(shapeOf), [
    ...both.map((name) => `file → JSON → Kafka | ${name} | ${shape}`),
    ...all.map((name) => `file → Kafka | ${name} | ${shape}`),
    ...all.map((name) => `Kafka → file | ${name} | ${shape}`),
    ...both.map((name) => `start to first line | ${name} | # ms | # × ours | idle # MB | # × ours`),
  ]);
  ok(rows.every((row) => !row.join(" ").includes("NaN")));
});
