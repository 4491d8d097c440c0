/** Kafka's own `DumpLogSegments`, and what it says. */

import { strictEqual } from "node:assert/strict";
import type { Java, JavaResult } from "./java.ts";

/** A batch as Kafka reads it. */
export interface DumpedBatch {
  baseOffset: number;
  lastOffset: number;
  count: number;
  position: number;
  size: number;
  maxTimestampMs: number;
  compression: string;
  crc: number;
  isValid: boolean;
  records: DumpedRecord[];
}

/** A record as Kafka reads it; keys and values as text. */
export interface DumpedRecord {
  offset: number;
  timestampMs: number;
  key: string | null;
  value: string | null;
  headerKeys: string[];
}

/** What the tool says of the files of one partition. */
export interface Dump {
  batches: DumpedBatch[];
  /** Where a record's offset does not follow the one before: the tool tells every gap, compaction's too. */
  gaps: { after: number; next: number }[];
  /** How many entries the `.index` files have, and the `.timeindex` files. */
  indexEntryCount: number;
  timeIndexEntryCount: number;
  /** Every line that is none of those it prints when all is well. */
  complaints: string[];
}

const batchLine =
  /^baseOffset: (\d+) lastOffset: (\d+) count: (\d+) .* position: (\d+) CreateTime: (-?\d+) size: (\d+) magic: 2 compresscodec: (\w+) crc: (\d+) isvalid: (true|false)$/;
const recordLine =
  /^\| offset: (\d+) CreateTime: (-?\d+) keySize: (-?\d+) valueSize: (-?\d+) sequence: -1 headerKeys: \[(.*?)\]( key: .*?)?( payload: .*)?$/;

const captions =
  /^Dumping |^Log starting offset: \d+$|^Non-consecutive offsets in | passed sanity check\.$|\.index is empty\.$/;

/** All files of a partition's folder, in the order of their names. */
async function filesOf(folder: string): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => `${folder}/${name}`);
  return names.sort().join(",");
}

/** Has Kafka read all files of a partition: every record, and every entry of the indexes. */
export async function dumpPartition(java: Java, folder: string): Promise<Dump> {
  const files = await filesOf(folder);
  const dumper = "kafka.tools.DumpLogSegments";
  const [data, verified, checked] = await Promise.all([
    java.run(dumper, "--files", files, "--deep-iteration", "--print-data-log"),
    java.run(dumper, "--files", files, "--verify-index-only"),
    java.run(dumper, "--files", files, "--index-sanity-check"),
  ]);
  const dump = parse(data);
  for (const other of [verified, checked]) dump.complaints.push(...parse(other).complaints);
  return dump;
}

/** Has Kafka read a segment of `__consumer_offsets`. @returns its lines of keys and values */
export async function dumpGroupOffsets(java: Java, folder: string): Promise<string[]> {
  const { code, stdout, stderr } = await java.run(
    "kafka.tools.DumpLogSegments",
    "--files",
    await filesOf(folder),
    "--offsets-decoder",
  );
  strictEqual(code, 0, stderr);
  strictEqual(stderr, "");
  return linesOf(stdout).filter((line) => line.startsWith("|"));
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

function parse({ code, stdout, stderr }: JavaResult): Dump {
  const dump: Dump = {
    batches: [],
    gaps: [],
    indexEntryCount: 0,
    timeIndexEntryCount: 0,
    complaints: code === 0 ? [] : [`exit code ${code}`],
  };
  for (const line of linesOf(stdout + stderr)) {
    const batch = batchLine.exec(line);
    const record = recordLine.exec(line);
    const gap = /^ {2}(\d+) is followed by (\d+)$/.exec(line);
    if (batch !== null) {
      dump.batches.push(batchOf(batch));
      if (batch[9] !== "true") dump.complaints.push(line);
    } else if (record !== null) {
      dump.batches.at(-1)!.records.push(recordOf(record));
    } else if (gap !== null) {
      dump.gaps.push({ after: Number(gap[1]), next: Number(gap[2]) });
    } else if (/^offset: \d+ position: \d+$/.test(line)) {
      dump.indexEntryCount++;
    } else if (/^timestamp: \d+ offset: \d+$/.test(line)) {
      dump.timeIndexEntryCount++;
    } else if (!captions.test(line)) {
      dump.complaints.push(line);
    }
  }
  return dump;
}

function batchOf(line: RegExpExecArray): DumpedBatch {
  const [baseOffset, lastOffset, count, position, maxTimestampMs, size] = line.slice(1, 7)
    .map(Number);
  return {
    ...{ baseOffset, lastOffset, count, position, maxTimestampMs, size },
    compression: line[7],
    crc: Number(line[8]),
    isValid: line[9] === "true",
    records: [],
  };
}

function recordOf(line: RegExpExecArray): DumpedRecord {
  const [_, offset, timestamp, keySize, valueSize, headerKeys, key, payload] = line;
  const textOf = (size: string, shown: string | undefined, label: string) =>
    Number(size) < 0 ? null : (shown ?? label).slice(label.length);
  return {
    offset: Number(offset),
    timestampMs: Number(timestamp),
    key: textOf(keySize, key, " key: "),
    value: textOf(valueSize, payload, " payload: "),
    headerKeys: headerKeys === "" ? [] : headerKeys.split(","),
  };
}
