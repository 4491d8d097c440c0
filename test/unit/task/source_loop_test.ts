/** How a source task's loop hands over batches and offers offsets. */

import assert from "node:assert/strict";
import { Schemas, SourceRecord, SourceTask } from "../../../src/api/mod.ts";
import { ConnectError, systemClock } from "../../../src/base/mod.ts";
import { readRecords } from "../../../src/batch/mod.ts";
import { type FromTask, SourceLoop, TaskCounts, type TaskSpec } from "../../../src/task/mod.ts";
import { until } from "../../e2e/connect.ts";
import { taskSpec, textConverters } from "./task_spec.ts";

/** Gives records, some in each poll, and then waits until it is stopped. */
class Given extends SourceTask {
  readonly #stopped = Promise.withResolvers<null>();
  readonly #polls: (readonly string[])[];
  #count = 0;

  constructor(polls: readonly (readonly string[])[]) {
    super();
    this.#polls = [...polls];
  }

  start(): void {}

  poll(): SourceRecord[] | Promise<null> {
    const values = this.#polls.shift();
    if (values === undefined) return this.#stopped.promise;
    return values.map((value) =>
      new SourceRecord({
        topic: "t",
        valueSchema: Schemas.string,
        value,
        sourcePartition: { p: 1 },
        sourceOffset: { o: ++this.#count },
      })
    );
  }

  stop(): void {
    this.#stopped.resolve(null);
  }
}

const none = new Uint8Array(0);
type Batch = FromTask & { type: "batch" };

/** A loop with a task that gives these values; `onMessage` hears all but what is answered by itself. */
function loopOf(
  polls: readonly (readonly string[])[],
  limits: Partial<TaskSpec>,
  onMessage: (message: FromTask) => void,
): SourceLoop {
  const loop: SourceLoop = new SourceLoop({
    counts: new TaskCounts(),
    task: new Given(polls),
    spec: taskSpec({ kind: "source", ...limits }),
    chain: [],
    converters: textConverters,
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
  const loop = loopOf([["x"]], {}, (message) => {
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
  const loop = loopOf([values], { bytesInFlightMax: 1000, batchBytesMax: 1500 }, (message) => {
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

Deno.test("SourceLoop hands over no more while as much as may be is in flight", async () => {
  const polls = ["a", "b", "c", "d"].map((letter) => [letter.repeat(600)]);
  const sent: Batch[] = [];
  const loop = loopOf(polls, { bytesInFlightMax: 1000, batchBytesMax: 700 }, (message) => {
    if (message.type === "batch") sent.push(message);
  });
  const store = ({ id, batch: { buffer } }: Batch) =>
    loop.receive({ type: "acked", id, baseOffset: 0n, buffer });
  const running = loop.run();
  await until(() => sent.length === 2);
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(sent.length, 2);
  store(sent[0]);
  await until(() => sent.length === 3);
  // The last one is not full: it goes when nothing else is in flight.
  for (const batch of sent.slice(1)) store(batch);
  await until(() => sent.length === 4);
  store(sent[3]);
  loop.receive({ type: "stop" });
  await running;
});

Deno.test("SourceLoop that is told to stop leaves what is refused, and offers what is stored", async () => {
  const sent: FromTask[] = [];
  const loop = loopOf([["a"], ["b"], ["c"]], {}, (message) => sent.push(message));
  const batches = () => sent.filter((message) => message.type === "batch");
  const running = loop.run();
  await until(() => batches().length === 1);
  // The others are in the second one, which is sealed as soon as the first is stored.
  loop.receive({ type: "acked", id: 0, baseOffset: 0n, buffer: batches()[0].batch.buffer });
  await until(() => batches().length === 2);
  loop.receive({ type: "stop" });
  loop.receive({ type: "refused", id: 1, reason: "the spool is full", batch: none });
  await running;
  const offered = sent.filter((message) => message.type === "sourceOffsets");
  assert.deepEqual(offered.flatMap(({ offsets }) => offsets), [['{"p":1}', '{"o":1}']]);
  const [warning] = sent.filter((message) => message.type === "log");
  assert.match(warning.message, /stops before all is stored.*: the spool is full$/);
});

Deno.test("SourceLoop fails with what is refused while it runs", async () => {
  const batch = Promise.withResolvers<void>();
  const loop = loopOf([["x"]], {}, (message) => message.type === "batch" && batch.resolve());
  const running = loop.run();
  await batch.promise;
  loop.receive({ type: "refused", id: 0, reason: "too large", batch: none });
  // The poll that waits ends when the task is stopped.
  loop.receive({ type: "stop" });
  await assert.rejects(running, {
    message: "Unrecoverable exception from producer send callback",
    cause: new ConnectError("too large"),
  });
});
