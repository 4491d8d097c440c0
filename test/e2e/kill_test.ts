/** 200 SIGKILLs at random moments while lines are written: none lost, order kept, few twice. */

import assert from "node:assert/strict";
import { localDisk, NotFoundError } from "../../src/base/mod.ts";
import { readBatches, readRecords } from "../../src/batch/mod.ts";
import { EmbeddedLogReader } from "../../src/log/mod.ts";
import { Connect, inTemporaryFolder, until } from "./connect.ts";

const killCount = 200;
/**
 * How often 50 lines are written, in milliseconds. What gathers while the worker is dead then fits one batch:
 * a source that catches up with more may have several durable before its next offset commit.
 */
const writeEveryMs = 10;
/** The most lines that one batch of 512 KiB holds: each record takes 14 bytes at least. */
const batchLinesMax = 512 * 1024 / 14;

const worker = {
  "listeners": "http://127.0.0.1:0",
  "key.converter": "org.apache.kafka.connect.storage.StringConverter",
  "value.converter": "org.apache.kafka.connect.storage.StringConverter",
  "offset.storage.file.filename": "connect.offsets",
  "offset.flush.interval.ms": "20",
};
const source = {
  "name": "lines",
  "connector.class": "FileStreamSource",
  "file": "lines.txt",
  "topic": "lines",
};

/** Appends numbered lines until it is told to stop. @returns how many */
function writeLines(path: string): { stop(): Promise<number> } {
  let count = 0;
  let isOver = false;
  const writing = (async () => {
    const file = await Deno.open(path, { append: true, create: true });
    const encoder = new TextEncoder();
    while (!isOver) {
      let text = "";
      for (let i = 0; i < 50; i++) text += `line ${count++}\n`;
      await file.write(encoder.encode(text));
      await new Promise((resolve) => setTimeout(resolve, writeEveryMs));
    }
    file.close();
  })();
  return {
    async stop() {
      isOver = true;
      await writing;
      return count;
    },
  };
}

/** The numbers of the lines in the topic, in order. */
async function numbersIn(folder: string): Promise<number[]> {
  const log = new EmbeddedLogReader(localDisk, `${folder}/data`, console.error);
  if (!(await log.topics()).has("lines")) return [];
  const partition = await log.partition("lines", 0);
  const decoder = new TextDecoder();
  const numbers: number[] = [];
  for (let offset = partition.startOffset; offset < partition.endOffset;) {
    const batches = await partition.fetch(offset, 1 << 20);
    for (const { value } of readRecords(batches)) {
      numbers.push(Number(decoder.decode(value!).slice("line ".length)));
    }
    for (const { header } of readBatches(batches)) {
      offset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
    }
  }
  partition.close();
  return numbers;
}

Deno.test(`${killCount} SIGKILLs lose no line, keep their order, and repeat few`, async () => {
  await inTemporaryFolder(async (folder) => {
    const writer = writeLines(`${folder}/lines.txt`);
    const connect = new Connect(folder);
    // How long a start takes here and now: on a busy machine no life would be long enough to do anything,
    // and what gathers meanwhile would be more than a batch.
    const firstMs = performance.now();
    await connect.start({ worker, source });
    const lifeMsMax = performance.now() - firstMs + 150;
    await until(() =>
      numbersIn(folder).then(
        (numbers) => numbers.length > 0,
        (error) => {
          // The topic may be there before its partition is.
          if (!(error instanceof NotFoundError)) throw error;
          return false;
        },
      )
    );
    assert.equal(await connect.stop(), 0);
    for (let kill = 0; kill < killCount; kill++) {
      // At any moment, also while it starts.
      await connect.killAfter(Math.random() * lifeMsMax, { worker, source });
    }
    const startMs = performance.now();
    await connect.start({ worker, source });
    const restartMs = performance.now() - startMs;
    const count = await writer.stop();
    let numbers: number[] = [];
    const endMs = performance.now() + 30_000;
    while (numbers.at(-1) !== count - 1 && performance.now() < endMs) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      numbers = await numbersIn(folder);
    }
    assert.equal(await connect.stop(), 0);

    let next = 0;
    const setBacks: number[] = [];
    let last = -1;
    for (const number of numbers) {
      if (number <= last) setBacks.push(last + 1 - number);
      else assert.equal(number, last + 1, "a line is lost or out of order");
      last = number;
      next = Math.max(next, number + 1);
    }
    const most = Math.max(0, ...setBacks);
    console.log(
      `${count} lines; ${setBacks.length} of ${killCount} kills repeated some, ${most} at most`,
    );
    assert.equal(next, count);
    assert.ok(setBacks.length <= killCount);
    assert.ok(most <= batchLinesMax);
    assert.ok(restartMs < 2000, `the restart took ${restartMs} ms`);
  });
});
