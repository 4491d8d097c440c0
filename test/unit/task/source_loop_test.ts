/** How a source task's loop hands over batches and offers offsets. */

import assert from "node:assert/strict";
import {
  type Converter,
  type HeaderConverter,
  Schemas,
  SourceRecord,
  SourceTask,
} from "../../../src/api/mod.ts";
import { systemClock } from "../../../src/base/mod.ts";
import { readRecords } from "../../../src/batch/mod.ts";
import { type FromTask, SourceLoop, type TaskSpec } from "../../../src/task/mod.ts";
import stringConverter from "../../../plugins/converters/string_converter.ts";

/** Gives records in one poll, and then waits until it is stopped. */
class Given extends SourceTask {
  readonly #stopped = Promise.withResolvers<null>();
  readonly #values: readonly string[];
  #isGiven = false;

  constructor(values: readonly string[]) {
    super();
    this.#values = values;
  }

  start(): void {}

  poll(): SourceRecord[] | Promise<null> {
    if (this.#isGiven) return this.#stopped.promise;
    this.#isGiven = true;
    return this.#values.map((value, index) =>
      new SourceRecord({
        topic: "t",
        valueSchema: Schemas.string,
        value,
        sourcePartition: { p: 1 },
        sourceOffset: { o: index + 1 },
      })
    );
  }

  stop(): void {
    this.#stopped.resolve(null);
  }
}

type Batch = FromTask & { type: "batch" };

/** A loop with a task that gives these values; `onMessage` hears all but what is answered by itself. */
function loopOf(
  values: readonly string[],
  limits: Partial<TaskSpec>,
  onMessage: (message: FromTask) => void,
): SourceLoop {
  const converter = new stringConverter[0].create() as Converter & HeaderConverter;
  const string = { className: "StringConverter", props: {} };
  const spec: TaskSpec = {
    kind: "source",
    connector: "c",
    task: 0,
    className: "Given",
    props: {},
    transforms: [],
    keyConverter: string,
    valueConverter: string,
    headerConverter: string,
    bytesInFlightMax: 1 << 20,
    batchBytesMax: 1 << 16,
    offsetFlushIntervalMs: 60_000,
    compression: "none",
    putRecordsMax: 500,
    ...limits,
  };
  const loop: SourceLoop = new SourceLoop({
    task: new Given(values),
    spec,
    chain: [],
    converters: { key: converter, value: converter, header: converter },
    clock: systemClock,
    random: () => 0,
    port: {
      send(message) {
        if (message.type !== "readTopic") return onMessage(message);
        queueMicrotask(() => loop.receive({ type: "topic", topic: "t", partitions: 1 }));
      },
    },
  });
  return loop;
}

Deno.test("SourceLoop offers the offsets of a stored batch while a poll waits", async () => {
  const batch = Promise.withResolvers<Batch>();
  const offered = Promise.withResolvers<FromTask & { type: "sourceOffsets" }>();
  const loop = loopOf(["x"], {}, (message) => {
    if (message.type === "batch") batch.resolve(message);
    if (message.type === "sourceOffsets") offered.resolve(message);
  });
  const running = loop.run();
  const { id, batch: { buffer } } = await batch.promise;
  loop.receive({ type: "acked", id, baseOffset: 0n, buffer });
  assert.deepEqual((await offered.promise).offsets, [['{"p":1}', '{"o":1}']]);
  loop.receive({ type: "stop" });
  await running;
});

Deno.test("SourceLoop hands over each batch once when one alone is more than may be in flight", async () => {
  const values = ["a".repeat(2000), "b".repeat(400), "c".repeat(400)];
  const stored: (Uint8Array | null)[] = [];
  const offered = Promise.withResolvers<void>();
  const loop = loopOf(values, { bytesInFlightMax: 1000, batchBytesMax: 1500 }, (message) => {
    if (message.type === "sourceOffsets") offered.resolve();
    if (message.type !== "batch") return;
    // The buffer is transferred: nobody may touch it on the other side.
    const { id, batch } = structuredClone(message, { transfer: [message.batch.buffer] }) as Batch;
    for (const { value } of readRecords(batch)) stored.push(value);
    setTimeout(() => loop.receive({ type: "acked", id, baseOffset: 0n, buffer: batch.buffer }));
  });
  const running = loop.run();
  await Promise.race([offered.promise, running]);
  const decoder = new TextDecoder();
  assert.deepEqual(stored.map((value) => decoder.decode(value!)), values);
  loop.receive({ type: "stop" });
  await running;
});
