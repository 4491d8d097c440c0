/**
 * `deno task bench`: a file into the embedded log, and through it into another file, as ratios against
 * `cp` of the same file; the second `cp` (A/A) shows the noise. Generates its own data. Reads figures of
 * the process from /proc, so it wants Linux.
 *
 *     deno task bench [--lines N] [--command "./connect"]
 */

import { parseArgs } from "node:util";
import { localDisk } from "../src/base/mod.ts";
import { EmbeddedLogReader } from "../src/log/mod.ts";
import { connectCommand, cpuOf, generate, linesOf, memoryOf, sizeOf, until } from "./measure.ts";

const { values } = parseArgs({
  options: { lines: { type: "string", default: "2000000" }, command: { type: "string" } },
});
const lines = Number(values.lines);
const folder = await Deno.makeTempDir({ prefix: "connect-bench-" });
const [program, ...programArgs] = await connectCommand(values.command, folder);

/** What one run took. */
interface Run {
  wallS: number;
  cpuS: number;
  peakMb: number;
  /** How many lines, or records, were where they should be at its end. */
  arrived: number;
}

try {
  const bytes = await generate(`${folder}/in.txt`, lines);
  console.log(
    `${lines} lines, ${(bytes / 1e6).toFixed(0)} MB, ${navigator.hardwareConcurrency} cores\n`,
  );
  const cp = await copy();
  report("cp and sync", cp, cp);
  report("cp and sync (A/A)", await copy(), cp);
  report("file → log", await connect("log", bytes), cp);
  report("file → log, half the lines", await half(), cp, lines / 2);
  report("file → log → file", await connect("file", bytes), cp);
  await startAndIdle();
} finally {
  await Deno.remove(folder, { recursive: true });
}

async function copy(): Promise<Run> {
  const startMs = performance.now();
  const script = `cp in.txt cp.txt && sync cp.txt && cat /proc/self/stat > /dev/null`;
  await new Deno.Command("sh", { args: ["-c", script], cwd: folder }).output();
  const wallS = (performance.now() - startMs) / 1000;
  const arrived = await linesOf(`${folder}/cp.txt`);
  await Deno.remove(`${folder}/cp.txt`);
  return { wallS, cpuS: NaN, peakMb: NaN, arrived };
}

async function half(): Promise<Run> {
  await Deno.rename(`${folder}/in.txt`, `${folder}/whole.txt`);
  const bytes = await generate(`${folder}/in.txt`, lines / 2);
  const run = await connect("log", bytes, lines / 2);
  await Deno.rename(`${folder}/whole.txt`, `${folder}/in.txt`);
  return run;
}

/** Runs a worker until all lines are where they should be. */
async function connect(to: "log" | "file", bytes: number, count = lines): Promise<Run> {
  const startMs = performance.now();
  const child = await start(to);
  const log = new EmbeddedLogReader(localDisk, `${folder}/data`, console.error);
  let reader: Awaited<ReturnType<EmbeddedLogReader["partition"]>> | null = null;
  const stored = async () => {
    reader ??= await log.partition("bench", 0).catch(() => null);
    await reader?.refresh();
    return Number(reader?.endOffset ?? 0n);
  };
  await until(
    to === "file"
      ? () => sizeOf(`${folder}/out.txt`) >= bytes
      : async () => await stored() >= count,
  );
  const wallS = (performance.now() - startMs) / 1000;
  const [cpuS, peakMb] = [cpuOf(child.pid), memoryOf(child.pid, "VmHWM")];
  const arrived = to === "file" ? await linesOf(`${folder}/out.txt`) : await stored();
  await end(child);
  return { wallS, cpuS, peakMb, arrived };
}

/** One line through a source and a sink, and what the worker holds when nothing happens. */
async function startAndIdle(): Promise<void> {
  await Deno.writeTextFile(`${folder}/in.txt`, "one line\n");
  let fastestMs = Infinity;
  let idleMb = 0;
  for (let i = 0; i < 5; i++) {
    const startMs = performance.now();
    const child = await start("file");
    await until(() => sizeOf(`${folder}/out.txt`) > 0);
    fastestMs = Math.min(fastestMs, performance.now() - startMs);
    if (i === 4) {
      const cpuS = cpuOf(child.pid);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      idleMb = memoryOf(child.pid, "VmRSS");
      console.log(`idle: ${((cpuOf(child.pid) - cpuS) / 3 * 100).toFixed(1)} % of a core`);
    }
    await end(child);
  }
  console.log(`first line through after ${fastestMs.toFixed(0)} ms; ${idleMb.toFixed(0)} MB idle`);
}

async function start(to: "log" | "file"): Promise<Deno.ChildProcess> {
  const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
  await write(
    "worker.properties",
    "key.converter=StringConverter\nvalue.converter=StringConverter\n" +
      "offset.storage.file.filename=offsets\nlisteners=http://127.0.0.1:0\n",
  );
  await write(
    "source.properties",
    "name=in\nconnector.class=FileStreamSource\nfile=in.txt\ntopic=bench\n",
  );
  await write(
    "sink.properties",
    "name=out\nconnector.class=FileStreamSink\nfile=out.txt\ntopics=bench\n",
  );
  const files = ["worker", "source", ...to === "file" ? ["sink"] : []];
  return new Deno.Command(program, {
    args: [...programArgs, "standalone", ...files.map((name) => `${name}.properties`)],
    cwd: folder,
    stdin: "null",
    stderr: "null",
  }).spawn();
}

async function end(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGTERM");
  const { code } = await child.status;
  if (code !== 0) throw new Error(`connect ended with ${code}`);
  for (const name of ["data", "offsets", "out.txt"]) {
    await Deno.remove(`${folder}/${name}`, { recursive: true }).catch(() => {});
  }
}

function report(what: string, { wallS, cpuS, peakMb, arrived }: Run, cp: Run, count = lines): void {
  const rate = `${Math.round(count / wallS / 1000)}k lines/s`;
  const ratio = `${(wallS / cp.wallS * lines / count).toFixed(2)} × cp`;
  const process = Number.isNaN(cpuS)
    ? ""
    : `  ${(cpuS / count * 1e6).toFixed(2)} CPU µs/line, peak ${peakMb.toFixed(0)} MB`;
  const columns = [`${wallS.toFixed(2)} s`, rate, ratio, `${arrived} arrived`]
    .map((text) => text.padStart(17));
  console.log(`${what.padEnd(28)}${columns.join("")}${process}`);
}
