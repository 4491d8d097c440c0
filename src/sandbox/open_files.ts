/**
 * Whether there is room for another Web Worker among the files that the process may have open. Where one cannot
 * open what it needs Deno ends the whole process, and with it all tasks that run.
 *
 * @module
 */

/** How many files a Web Worker has open; of one that starts it is not known how many of them it has. */
const filesEach = 10;
/** How many are left to connections and to the files of topics. */
const filesSpared = 64;

/** How many others there were when no Web Worker was starting. */
let others = 0;

/** How many files the process has open, and may have; null where the system does not tell. */
export function openFiles(): { open: number; limit: number } | null {
  try {
    // An administrator may change it at any time.
    const limits = Deno.readTextFileSync("/proc/self/limits");
    const limit = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity);
    return { open: [...Deno.readDirSync("/proc/self/fd")].length, limit };
  } catch {
    return null;
  }
}

/** Why another Web Worker cannot be started beside those that there are, or null. */
export function lackOfFiles(
  { alive, starting }: { alive: number; starting: number },
): string | null {
  const files = openFiles();
  if (files === null) return null;
  const { open, limit } = files;
  if (starting === 0) others = open - filesEach * alive;
  const used = Math.max(open, others + filesEach * alive);
  if (used + filesEach + filesSpared <= limit) return null;
  return `there is no room for another Web Worker: this process has ${used} files open, and may have ` +
    `${limit} (ulimit -n)`;
}
