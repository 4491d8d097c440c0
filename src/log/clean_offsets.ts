/**
 * How far partitions are compacted, in the format of Kafka's `cleaner-offset-checkpoint`
 * (`OffsetCheckpointFile`): lines of text, the version, 0, the number of entries, and the entries,
 * `TOPIC PARTITION OFFSET`. It only saves work: without it a partition is compacted from its begin.
 */

import { type Disk, replaceFile } from "../base/mod.ts";

const fileName = "cleaner-offset-checkpoint";

/** Reads them, by `TOPIC PARTITION`; none from a file that is missing or not what it should be. */
export async function readCleanOffsets(disk: Disk, folder: string): Promise<Map<string, bigint>> {
  const bytes = await disk.readFile(`${folder}/${fileName}`);
  const [version, count, ...lines] = new TextDecoder().decode(bytes ?? new Uint8Array(0)).split(
    "\n",
  );
  const entries = lines.map((line) => /^([\w.-]+ \d+) (\d+)$/.exec(line)).filter((e) => e !== null);
  if (version !== "0" || Number(count) !== entries.length) return new Map();
  return new Map(entries.map(([_, partition, offset]) => [partition, BigInt(offset)]));
}

/** Replaces them. */
export function writeCleanOffsets(
  disk: Disk,
  folder: string,
  offsets: ReadonlyMap<string, bigint>,
): Promise<void> {
  const lines = [...offsets].map(([partition, offset]) => `${partition} ${offset}\n`);
  return replaceFile(disk, `${folder}/${fileName}`, `0\n${offsets.size}\n${lines.join("")}`);
}
