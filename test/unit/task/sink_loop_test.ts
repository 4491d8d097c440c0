/** In which order a sink task's loop calls its task, and what it answers the worker. */

import assert from "node:assert/strict";
import {
  type PartitionOffset,
  RetriableError,
  type SinkRecord,
  SinkTask,
  type TopicPartition,
} from "../../../src/api/mod.ts";
import { BatchBuilder, setBaseOffset } from "../../../src/batch/mod.ts";
import {
  type FromTask,
  SinkLoop,
  TaskCounts,
  type TaskSpec,
  type ToTask,
} from "../../../src/task/mod.ts";
import { until } from "../../e2e/connect.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { taskSpec, textConverters } from "./task_spec.ts";

const positions = (offsets: readonly PartitionOffset[]) =>
  offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(" ");
const numbers = (partitions: readonly TopicPartition[]) =>
  partitions.map(({ partition }) => partition).join(" ");

/** Says what it is called with; `fails` decides whether a call throws. */
class Recorder extends SinkTask {
  readonly calls: string[] = [];
  fails: (call: string) => Error | null = () => null;

  start(): void {}

  override open(partitions: readonly TopicPartition[]): void {
    this.#say(`open ${numbers(partitions)}`);
  }

  put(records: readonly SinkRecord[]): void {
    this.#say(`put ${records.map(({ value }) => value)}`);
  }

  override preCommit(offsets: readonly PartitionOffset[]): Promise<readonly PartitionOffset[]> {
    this.#say(`preCommit ${positions(offsets)}`);
    return Promise.resolve(offsets);
  }

  override close(partitions: readonly TopicPartition[]): void {
    this.#say(`close ${numbers(partitions)}`);
  }

  retryAfter(delayMs: number): void {
    this.context.timeout(delayMs);
  }

  stop(): void {
    this.#say("stop");
  }

  #say(call: string): void {
    this.calls.push(call.trim());
    const error = this.fails(call.trim());
    if (error !== null) throw error;
  }
}

/** A loop that runs with a task; `steps` are sent to it, and `done` waits for the last to be worked off. */
function bench(limits: Partial<TaskSpec> = {}) {
  const task = new Recorder();
  const clock = new HeldClock();
  const told: FromTask[] = [];
  const loop = new SinkLoop({
    counts: new TaskCounts(),
    task,
    spec: taskSpec({ kind: "sink", ...limits }),
    chain: [],
    converters: textConverters,
    port: { send: (message) => void told.push(message) },
    clock,
    random: () => 0,
  });
  const running = loop.run();
  const answers = () =>
    told.flatMap((message) => message.type === "sinkOffsets" ? [positions(message.offsets)] : []);
  return {
    task,
    clock,
    told,
    answers,
    running,
    send: (...messages: ToTask[]) => messages.forEach((message) => loop.receive(message)),
    /** Stops it, and waits until all before is done. */
    async end() {
      loop.receive({ type: "stop" });
      await running;
      assert.equal(task.calls.pop(), "stop");
    },
  };
}

const open = (...partitions: number[]): ToTask => ({
  type: "open",
  partitions: partitions.map((partition) => ({ topic: "t", partition, offset: 0n })),
});
const close = (lost: boolean, ...partitions: number[]): ToTask => ({
  type: "close",
  request: 1,
  lost,
  partitions: partitions.map((partition) => ({ topic: "t", partition })),
});
const flush = (isIdle = false, ...committed: bigint[]): ToTask => ({
  type: "flush",
  request: 2,
  isIdle,
  committed: committed.map((offset, partition) => ({ topic: "t", partition, offset })),
});

/** Records that are called by their offsets. */
function batches(partition: number, first: number, count: number): ToTask {
  const builder = new BatchBuilder({ sizeMax: 1 << 16 });
  for (let i = first; i < first + count; i++) builder.append(null, `${i}`, [], 0);
  const bytes = builder.seal();
  setBaseOffset(bytes, BigInt(first));
  return { type: "batches", topic: "t", partition, position: BigInt(first), batches: bytes };
}

Deno.test("SinkLoop calls its task in Kafka's order, with at most max.poll.records records", async () => {
  const { task, send, answers, end } = bench({ putRecordsMax: 2 });
  send(open(0, 1), batches(0, 0, 5), flush(), batches(1, 0, 1), close(false, 1), flush());
  await end();
  assert.deepEqual(task.calls, [
    "open 0 1",
    "put 0,1",
    "put 2,3",
    "put 4",
    "preCommit 0:5 1:0",
    "put 0",
    "preCommit 1:1",
    "close 1",
    "preCommit 0:5",
  ]);
  assert.deepEqual(answers(), ["0:5 1:0", "1:1", "0:5"]);
});

Deno.test("SinkLoop answers a close when the task has closed", async () => {
  const { task, send, told, end } = bench();
  task.fails = (call) => {
    if (call === "close 0") assert.ok(!told.some(({ type }) => type === "sinkOffsets"));
    return null;
  };
  send(open(0), close(false, 0));
  await end();
  assert.ok(told.some(({ type }) => type === "sinkOffsets"));
});

Deno.test("SinkLoop asks for no offsets of what is lost, nor without partitions", async () => {
  const { task, send, answers, end } = bench();
  send(flush(), open(0), batches(0, 0, 1), close(true, 0), flush());
  await end();
  assert.deepEqual(task.calls, ["open 0", "put 0", "close 0"]);
  assert.deepEqual(answers(), ["", "", ""]);
});

Deno.test("SinkLoop puts nothing before a commit when nothing has come", async () => {
  const { task, send, end } = bench();
  task.fails = (call) => call === "put" ? new RetriableError("not now") : null;
  send(open(0), flush(true));
  await end();
  assert.deepEqual(task.calls, ["open 0", "put", "preCommit 0:0"]);
});

Deno.test("SinkLoop goes back to what was committed when preCommit throws", async () => {
  const { task, send, told, answers, end } = bench();
  task.fails = (call) => call === "preCommit 0:5" ? new Error("no") : null;
  send(open(0), batches(0, 0, 3), batches(0, 3, 2), flush(false, 3n), batches(0, 5, 1));
  send({ type: "sought", topic: "t", partition: 0, offset: 3n }, batches(0, 3, 3), flush());
  await end();
  assert.deepEqual(task.calls.slice(3), ["preCommit 0:5", "put 3,4,5", "preCommit 0:6"]);
  assert.deepEqual(answers(), ["", "0:6"]);
  const sought = told.flatMap((one) => one.type === "seek" ? [positions(one.offsets)] : []);
  assert.deepEqual(sought, ["0:3"]);
  assert.ok(told.some((one) =>
    one.type === "log" &&
    one.message === "Offset commit failed, rewinding to last committed offsets: no"
  ));
});

Deno.test("SinkLoop closes partitions for which preCommit throws", async () => {
  const { task, send, answers, end } = bench();
  task.fails = (call) => call.startsWith("preCommit") ? new Error("no") : null;
  send(open(0), close(false, 0));
  await end();
  assert.deepEqual(task.calls, ["open 0", "preCommit 0:0", "close 0"]);
  assert.deepEqual(answers(), [""]);
});

Deno.test("SinkLoop fails with what put throws", async () => {
  const { task, send, running } = bench();
  task.fails = (call) => call === "put 0" ? new TypeError("no") : null;
  send(open(0), batches(0, 0, 1));
  await assert.rejects(running, {
    message: "Exiting WorkerSinkTask due to unrecoverable exception.",
    cause: new TypeError("no"),
  });
  assert.deepEqual(task.calls, ["open 0", "put 0", "stop"]);
});

Deno.test("SinkLoop puts again after a second, or when the task says, and commits meanwhile", async () => {
  const { task, clock, send, answers, end } = bench();
  let failures = 2;
  task.fails = (call) => {
    if (call !== "put 1,2" || failures-- <= 0) return null;
    if (failures === 0) task.retryAfter(5000);
    return new RetriableError("later");
  };
  send(open(0), batches(0, 0, 1), batches(0, 1, 2), batches(0, 3, 1));
  await until(() => task.calls.length === 3);
  clock.advance(999);
  send(flush());
  await until(() => answers().length === 1);
  assert.deepEqual(task.calls.slice(2), ["put 1,2", "preCommit 0:1"]);
  clock.advance(1);
  await until(() => task.calls.length === 5);
  clock.advance(4999);
  send(flush());
  await until(() => answers().length === 2);
  clock.advance(1);
  await until(() => task.calls.length === 8);
  await end();
  assert.deepEqual(task.calls.slice(4), ["put 1,2", "preCommit 0:1", "put 1,2", "put 3"]);
});

Deno.test("SinkLoop gives up partitions whose records it puts again, and goes on with others", async () => {
  const { task, send, told, answers, end } = bench();
  task.fails = (call) => call === "put 1,2" ? new RetriableError("later") : null;
  send(open(0, 1), batches(0, 0, 1), batches(0, 1, 2), batches(0, 3, 1), batches(1, 0, 1));
  await until(() => task.calls.length === 3);
  send(close(false, 0));
  await until(() => answers().length === 1);
  await end();
  assert.deepEqual(task.calls.slice(2), ["put 1,2", "preCommit 0:1", "close 0", "put 0"]);
  assert.deepEqual(told.filter(({ type }) => type === "consumed").length, 4);
});
