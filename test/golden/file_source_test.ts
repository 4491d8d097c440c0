/** FileStreamSource against what Kafka Connect's did with the same files, case by case. */

import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert/strict";
import type { OffsetMap, SourceConnector, SourceRecord, SourceTask } from "connect";
import plugin from "../../plugins/connectors/file_stream_source.ts";
import { inTemporaryFolder } from "../e2e/connect.ts";
import golden from "./file-connector.json" with { type: "json" };
import { type Tagged, valueOf } from "./tagged_values.ts";

interface Step {
  write?: string;
  writeBase64?: string;
  append?: string;
  truncateTo?: number;
  delete?: boolean;
  start?: boolean;
  step?: string;
  poll?: unknown;
  message?: string;
}

/** The lines of a poll, each with the position behind it. */
type Lines = [line: string, position: number | null][];

/** Where ours is to differ: what its polls that find something give, in order. */
const differences: Record<string, { why: string; polls: Lines[] }> = {
  "truncated to zero after reading, then appended": {
    why: "a truncated file is read from its beginning",
    polls: [[["one", 4], ["two", 8]], [["new", 4]]],
  },
  "truncated to zero then longer than before": {
    why: "other bytes before the position tell that the file was written anew",
    polls: [[["one", 4]], [["longer-than", 12], ["b", 14]]],
  },
  "deleted and made again": {
    why: "a new file of the name is read from its beginning",
    polls: [[["one", 4]], [["two", 4], ["three", 10]]],
  },
  "stored offset beyond the end": {
    why: "Java spins until the file has grown, and then reads from the middle of a line",
    polls: [[["one", 4], ["two", 8]], [["z".repeat(500), 509]]],
  },
  "stored offset an Integer": {
    why: "REST stores integers",
    polls: [[["two", 8]]],
  },
  "stored offset negative": {
    why: "positions count from 0",
    polls: [[["one", 4], ["two", 8]]],
  },
  "utf-8": {
    why: "positions count bytes, so that a restart finds its line",
    polls: [[["hé☃😀", 11], ["x", 13]]],
  },
  "BOM": {
    why: "positions count bytes",
    polls: [[["\ufeffx", 5]]],
  },
  "batch.size 1": {
    why: "lines that have been read do not wait for the file to grow",
    polls: [[["a", 2]], [["b", 4]], [["c", 6]]],
  },
  "batch.size 2": {
    why: "lines that have been read do not wait for the file to grow",
    polls: [[["a", 2], ["b", 4]], [["c", 6], ["d", 8]], [["e", 10]]],
  },
  "batch.size 0": {
    why: "a batch has one record at least",
    polls: [[["a", 2]], [["b", 4]]],
  },
};

/** What the recording leaves out of long files. */
const contents: Record<string, string> = {
  "long lines of 1000,2000,..,5000 x's, growing the buffer": [1, 2, 3, 4, 5]
    .map((thousands) => "x".repeat(thousands * 1000) + "\n").join(""),
  "1024 x's exactly, then more": "x".repeat(1024) + "\ny\n",
  "1023 x's + LF": "x".repeat(1023) + "\n",
  "default batch.size with 3000 lines of 1 char": "a\n".repeat(3000),
  "500 z's and LF": "z".repeat(500) + "\n",
};

const stdin: Record<string, string> = {
  "stdin when no file": "from stdin\nsecond\n",
  "stdin when file is empty text": "x\ny\n",
};

function contentOf(recorded: string): string {
  const [_, name] = /^.{20}\.\.\.\(\d+ bytes: (.*)\)$/s.exec(recorded) ?? [null, recorded];
  return contents[name] ?? recorded;
}

/** Runs a case. @returns every poll that found something, and what it failed with */
async function run(
  { case: name, config, steps, storedOffset }: typeof golden.sourceTask[number],
  folder: string,
): Promise<{ polls: SourceRecord[][]; failure: Error | null }> {
  const path = `${folder}/in.txt`;
  const props = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, value.replace("${DIR}", folder)]),
  );
  const stored = storedOffset === undefined
    ? null
    : Object.fromEntries(valueOf(storedOffset as Tagged) as Map<string, unknown>);
  const task: SourceTask = new plugin.task();
  const offset = () => Promise.resolve(stored);
  const offsets = () => Promise.resolve([stored]);
  task.initialize({ configs: props, offsetStorageReader: { offset, offsets } });
  const polls: SourceRecord[][] = [];
  async function poll() {
    // One that finds nothing has looked; two looks in a row miss nothing.
    for (let looks = 0; looks < 2; looks++) {
      const records = await task.poll() ?? [];
      if (records.length > 0) {
        polls.push(records);
        return;
      }
    }
  }
  try {
    for (const step of steps as Step[]) {
      const { write, writeBase64, append, truncateTo } = step;
      if (write !== undefined) await Deno.writeTextFile(path, contentOf(write));
      if (writeBase64 !== undefined) {
        await Deno.writeFile(path, Uint8Array.fromBase64(writeBase64));
      }
      if (append !== undefined) {
        await Deno.writeTextFile(path, contentOf(append), { append: true });
      }
      if (truncateTo !== undefined) await Deno.truncate(path, truncateTo);
      if (step.delete === true) await Deno.remove(path);
      if (step.start === true) await task.start(props);
      if (step.poll !== undefined || step.step === "p") await poll();
    }
    if (differences[name] !== undefined) await poll();
    return { polls, failure: null };
  } catch (failure) {
    return { polls, failure: failure as Error };
  } finally {
    await task.stop();
  }
}

function linesOf(records: readonly SourceRecord[]): Lines {
  return records.map(({ value, sourceOffset }) => [
    value as string,
    (sourceOffset as { position: number | null }).position,
  ]);
}

/** Asserts that records are those of a recorded poll, which may only sum them up. */
function assertPoll(records: readonly SourceRecord[], recorded: unknown, folder: string): void {
  if (!Array.isArray(recorded)) {
    const { count, first, second, last } = recorded as Record<string, unknown> & { count: number };
    strictEqual(records.length, count);
    const some = [records[0], records[1], records[count - 1]];
    assertPoll(some, [first, second, last], folder);
    return;
  }
  strictEqual(records.length, recorded.length);
  for (const [i, expected] of recorded.entries()) {
    const record = records[i];
    const position = (valueOf(expected.sourceOffset) as Map<string, bigint>).get("position")!;
    deepStrictEqual(record.sourceOffset, { position: position === null ? null : Number(position) });
    if (expected.valueLength !== undefined) {
      strictEqual((record.value as string).length, expected.valueLength);
      continue;
    }
    const filename = (valueOf(expected.sourcePartition) as Map<string, string | null>)
      .get("filename")!;
    deepStrictEqual(record.sourcePartition, {
      filename: filename?.replace("${DIR}", folder) ?? null,
    });
    const { v } = expected.value;
    strictEqual(record.value, typeof v === "string" ? v : v.repeat.repeat(v.times));
    const { topic, kafkaPartition, keySchema, key, valueSchema } = record;
    deepStrictEqual(
      { topic, kafkaPartition, keySchema, key, hasHeaders: record.hasHeaders },
      {
        topic: expected.topic,
        kafkaPartition: null,
        keySchema: null,
        key: null,
        hasHeaders: false,
      },
    );
    deepStrictEqual(
      { type: valueSchema!.type, optional: valueSchema!.optional },
      expected.valueSchema,
    );
    ok(Math.abs(Date.now() - record.timestamp!) < 60_000);
  }
}

/** Runs with this as standard input. */
async function withInput<T>(text: string, work: () => Promise<T>): Promise<T> {
  const { read } = Deno.stdin;
  let rest = new TextEncoder().encode(text);
  const done = Promise.withResolvers<null>();
  Deno.stdin.read = (buffer) => {
    if (rest.length === 0) return done.promise;
    buffer.set(rest);
    const count = rest.length;
    rest = rest.subarray(count);
    return Promise.resolve(count);
  };
  try {
    return await work();
  } finally {
    done.resolve(null);
    Deno.stdin.read = read;
  }
}

for (const recorded of golden.sourceTask) {
  const { case: name, steps } = recorded;
  const difference = differences[name];
  const label = difference === undefined ? "as Java" : `unlike Java, for ${difference.why}`;
  Deno.test(`FileStreamSourceTask does ${label}: ${name}`, async () => {
    await inTemporaryFolder(async (folder) => {
      const { polls, failure } = await withInput(stdin[name] ?? "", () => run(recorded, folder));
      if (difference !== undefined) {
        strictEqual(failure, null);
        deepStrictEqual(polls.map(linesOf), difference.polls);
        return;
      }
      const expected = (steps as Step[]).find(({ message }) => message !== undefined);
      strictEqual(failure?.message, expected?.message);
      const found = (steps as Step[]).map(({ poll }) => poll)
        .filter((poll) => poll !== undefined && poll !== null);
      strictEqual(polls.length, found.length);
      for (const [i, poll] of found.entries()) assertPoll(polls[i], poll, folder);
    });
  });
}

for (const recorded of golden.sourceConnector) {
  const { config, maxTasks, exactlyOnceSupport, message } = recorded;
  const name = `${JSON.stringify(config)}, ${maxTasks} tasks`;
  Deno.test(`FileStreamSourceConnector does as Java: ${name}`, async () => {
    const connector: SourceConnector = new plugin.connector();
    const props = config as Record<string, string>;
    strictEqual(plugin.version, "4.2.0");
    if (message !== undefined) {
      await rejects(async () => await connector.start(props), { message });
      throws(() => connector.exactlyOnceSupport(props), { message });
      return;
    }
    await connector.start(props);
    deepStrictEqual(await connector.taskConfigs(maxTasks), recorded.taskConfigs);
    strictEqual(connector.exactlyOnceSupport(props), exactlyOnceSupport);
    await connector.stop();
  });
}

for (const [i, recorded] of golden.sourceAlterOffsets.entries()) {
  const mapOf = (tagged: unknown) => {
    const map = valueOf(tagged as Tagged) as Map<string, unknown> | null;
    return map === null ? null : Object.fromEntries(map) as OffsetMap;
  };
  const [partition, offset] = [mapOf(recorded.partition), mapOf(recorded.offset)];
  const isInteger = typeof offset?.position === "number" && Number.isInteger(offset.position) &&
    "file" in recorded.config;
  const label = isInteger ? "takes an integer, as REST stores it, unlike Java" : "does as Java";
  const name = `${i}: ${JSON.stringify([recorded.partition, recorded.offset])}`;
  Deno.test(`FileStreamSourceConnector.alterOffsets() ${label}, case ${name}`, async () => {
    const connector: SourceConnector = new plugin.connector();
    const alter = async () =>
      await connector.alterOffsets(recorded.config as Record<string, string>, [
        { partition, offset },
      ]);
    const { message } = recorded as { message?: string };
    if (message === undefined || isInteger) strictEqual(await alter(), true);
    else await rejects(alter, { name: "ConnectError", message });
  });
}
