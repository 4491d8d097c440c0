/**
 * What benchmarks share: generated lines, the executable, and the figures of a process. They come from
 * /proc, so benchmarks want Linux.
 *
 * @module
 */

/** The project's folder. */
export const root: string = new URL("../", import.meta.url).pathname;

/** Writes a file of log lines, about a hundred bytes each. @returns its size in bytes */
export async function generate(path: string, count: number): Promise<number> {
  const file = await Deno.open(path, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  let bytes = 0;
  for (let first = 0; first < count; first += 10_000) {
    let text = "";
    for (let i = first; i < Math.min(count, first + 10_000); i++) {
      text += `2026-11-24T12:00:00.${String(i).padStart(9, "0")}Z host app[${i % 999}]: request ` +
        `${i * 7919 % 1_000_003} took ${i % 77} ms and was answered with status 200\n`;
    }
    const block = encoder.encode(text);
    bytes += block.length;
    for (let start = 0; start < block.length;) start += await file.write(block.subarray(start));
  }
  file.close();
  return bytes;
}

/** The words of a command: those told, or an executable made for this run in `folder`. */
export async function connectCommand(told: string | undefined, folder: string): Promise<string[]> {
  if (told !== undefined) return told.split(" ");
  const connect = `${folder}/connect`;
  const { success } = await new Deno.Command("sh", { args: [`${root}compile.sh`, connect] })
    .output();
  if (!success) throw new Error("compile.sh failed");
  await new Deno.Command(connect, { args: ["--version"] }).output();
  return [connect];
}

/** The CPU time that a process has used so far, in seconds. */
export function cpuOf(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A process's memory in MiB: `VmHWM` for its peak, `VmRSS` for now. */
export function memoryOf(pid: number, field: "VmHWM" | "VmRSS"): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]) / 1024;
}

/** A file's size in bytes; 0 when there is none. */
export function sizeOf(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch {
    return 0;
  }
}

/** How many lines a file has. */
export async function linesOf(path: string): Promise<number> {
  let count = 0;
  for await (const block of (await Deno.open(path)).readable) {
    for (let at = block.indexOf(10); at >= 0; at = block.indexOf(10, at + 1)) count++;
  }
  return count;
}

/** Waits until something holds, looking every few milliseconds. @throws after `patienceMs` */
export async function until(
  holds: () => boolean | Promise<boolean>,
  { patienceMs = 120_000, everyMs = 5 }: { patienceMs?: number; everyMs?: number } = {},
): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!await holds()) {
    if (performance.now() > endMs) throw new Error(`a run did not end within ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** The middle one of some numbers; of an even count the upper of the two in the middle. */
export function medianOf(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}
