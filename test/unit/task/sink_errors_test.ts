/** What a sink task's loop does with records that fail on their way to the task, or in its hands. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { DataError, RetriableError, SinkRecord, SinkTask } from "../../../src/api/mod.ts";
import {
  type ErrorSpec,
  SinkLoop,
  strictErrors,
  TaskCounts,
  type ToTask,
} from "../../../src/task/mod.ts";
import { until } from "../../e2e/connect.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import {
  batchesOf,
  dlq,
  failingChain,
  failingConverters,
  failsAt,
  failsFor,
  ScriptedWorker,
  type Trouble,
} from "./scripted_worker.ts";
import { taskSpec } from "./task_spec.ts";

/** Keeps what it is given; `onPut` may do something else. */
class Keeper extends SinkTask {
  readonly values: unknown[] = [];
  onPut: (records: readonly SinkRecord[]) => void | Promise<void> = () => {};

  start(): void {}

  async put(records: readonly SinkRecord[]): Promise<void> {
    await this.onPut(records);
    this.values.push(...records.map(({ value }) => value));
  }

  stop(): void {}

  get reporter() {
    return this.context.errantRecordReporter;
  }
}

const tolerant: Partial<ErrorSpec> = {
  tolerance: "all",
  deadLetters: { topic: dlq, withContext: true },
};
const open: ToTask = { type: "open", partitions: [{ topic: "t", partition: 0, offset: 0n }] };
const flush: ToTask = { type: "flush", request: 1, isIdle: false, committed: [] };
const close: ToTask = {
  type: "close",
  request: 2,
  lost: false,
  partitions: [{ topic: "t", partition: 0 }],
};

function bench(errors: Partial<ErrorSpec>, fails: Trouble["fails"] = () => null, steps = 0) {
  const worker = new ScriptedWorker();
  const task = new Keeper();
  const clock = new HeldClock();
  const loop = new SinkLoop({
    counts: new TaskCounts(),
    task,
    spec: taskSpec({
      kind: "sink",
      offsetFlushIntervalMs: 0,
      errors: { ...strictErrors, ...errors },
    }),
    chain: failingChain(fails, steps),
    converters: failingConverters(fails),
    port: worker.port,
    clock,
    random: () => 0,
  });
  worker.loop = loop;
  const running = loop.run();
  const failed = running.then(() => null, (error) => error as Error);
  return {
    worker,
    task,
    clock,
    failed,
    send: (...messages: ToTask[]) => messages.forEach((message) => loop.receive(message)),
    async end() {
      loop.receive({ type: "stop" });
      await running;
    },
  };
}

const stages = [
  ["key", "k", "KEY_CONVERTER", "K"],
  ["value", "b", "VALUE_CONVERTER", "V"],
  ["header", "x", "HEADER_CONVERTER", "H"],
  ["0", "b", "TRANSFORMATION", "T0"],
  ["1", "b", "TRANSFORMATION", "T1"],
] as const;

for (const [place, text, stage, className] of stages) {
  Deno.test(`SinkLoop passes over a record that fails at ${stage} ${className}, and says so`, async () => {
    const error = new DataError("no");
    const { worker, task, send, end } = bench(tolerant, failsAt(place, text, error), 2);
    send(open, batchesOf(7, ["b"]), flush);
    await end();
    assert.deepEqual(task.values, []);
    assert.deepEqual(worker.sinkOffsets(), ["0:8"]);
    const [letter] = worker.stored.get(dlq)!;
    const { "__connect.errors.exception.stacktrace": trace, ...headers } = letter.headers;
    assert.deepEqual({ ...letter, headers }, {
      key: "k",
      value: "b",
      timestampMs: 1000,
      headers: {
        "h": "x",
        "__connect.errors.topic": "t",
        "__connect.errors.partition": "0",
        "__connect.errors.offset": "7",
        "__connect.errors.connector.name": "c",
        "__connect.errors.task.id": "0",
        "__connect.errors.stage": stage,
        "__connect.errors.class.name": className,
        "__connect.errors.exception.class.name": "org.apache.kafka.connect.errors.DataException",
        "__connect.errors.exception.message": "no",
      },
    });
    assert.match(trace!, /^org\.apache\.kafka\.connect\.errors\.DataException: no\n\tat /);
  });

  Deno.test(`SinkLoop fails with a record that fails at ${stage} ${className}, after it has written it`, async () => {
    const error = new DataError("no");
    const errors = { ...tolerant, tolerance: "none" } as const;
    const { worker, failed, send } = bench(errors, failsAt(place, text, error), 2);
    send(open, batchesOf(0, ["b"]));
    const { message, cause } = (await failed)!;
    assert.deepEqual([message, cause], ["Tolerance exceeded in error handler", error]);
    assert.deepEqual(worker.values(dlq), ["b"]);
  });
}

Deno.test("SinkLoop tells Kafka's order of stages: what fails first is what is said", async () => {
  const fails: Trouble["fails"] = (place) => new DataError(place);
  const { worker, send, end } = bench(tolerant, fails, 1);
  send(open, batchesOf(0, ["b"]));
  await end();
  assert.equal(worker.stored.get(dlq)![0].headers["__connect.errors.stage"], "KEY_CONVERTER");
});

Deno.test("SinkLoop writes dead letters as they came, without a context unless it is asked for", async () => {
  const errors = { ...tolerant, deadLetters: { topic: dlq, withContext: false } };
  const { worker, send, end } = bench(errors, failsAt("value", "b", new DataError("no")));
  send(open, batchesOf(0, ["a", "b", "c"]));
  await end();
  assert.deepEqual(worker.stored.get(dlq), [
    { key: "k", value: "b", timestampMs: 1000, headers: { h: "x" } },
  ]);
});

Deno.test("SinkLoop gives no offsets before dead letters are durable", async () => {
  const { worker, task, send, end } = bench(tolerant, failsAt("value", "b", new DataError("no")));
  worker.holds = true;
  send(open, batchesOf(0, ["a", "b", "c"]), flush);
  await until(() => worker.held.length === 1);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(task.values, ["a", "c"]);
  assert.deepEqual(worker.sinkOffsets(), []);
  worker.release();
  await end();
  assert.deepEqual(worker.sinkOffsets(), ["0:3"]);
});

Deno.test("SinkLoop fails when a dead letter is refused, and gives no offsets", async () => {
  const { worker, failed, send } = bench(tolerant, failsAt("value", "b", new DataError("no")));
  worker.refuses = () => "no room";
  send(open, batchesOf(0, ["b"]), flush);
  const { message, cause } = (await failed)!;
  assert.equal(message, "Could not produce message to dead letter queue. topic=dlq");
  assert.equal((cause as Error).message, "no room");
  assert.deepEqual(worker.sinkOffsets().filter((offsets) => offsets !== ""), []);
});

Deno.test("SinkLoop tries again what may pass, with the rest of the record behind it", async () => {
  const { worker, task, clock, send, end } = bench(
    { ...tolerant, retryTimeoutMs: 10_000 },
    failsFor(3, "0", "b"),
    2,
  );
  send(open, batchesOf(0, ["a", "b", "c"]));
  for (const delayMs of [300, 600, 1200]) {
    await new Promise((resolve) => setTimeout(resolve));
    clock.advance(delayMs - 1);
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(task.values, []);
    clock.advance(1);
  }
  await end();
  assert.deepEqual(task.values, ["a", "b", "c"]);
  assert.deepEqual(worker.values(dlq), []);
});

Deno.test("SinkLoop lets messages in while one record of a batch after another fails", async () => {
  let tries = 0;
  const { task, worker, clock, send, end } = bench({ tolerance: "all" }, (place) => {
    if (place !== "value") return null;
    clock.advance(60);
    if (++tries === 4) send(flush, close);
    return new DataError("no");
  });
  send(open, batchesOf(0, Array(10).fill("b")));
  await end();
  // What has been passed over is done with, and the rest is for whoever has the partition next.
  assert.equal(tries, 4);
  assert.deepEqual(worker.sinkOffsets(), ["0:4", "0:4"]);
  assert.deepEqual(task.values, []);
});

Deno.test("SinkLoop gives up partitions whose record it tries again, and loses nothing", async () => {
  const { worker, task, send, end } = bench(
    { ...tolerant, retryTimeoutMs: -1 },
    failsFor(Infinity, "value", "b"),
  );
  send(open, batchesOf(0, ["a", "b", "c"]));
  await new Promise((resolve) => setTimeout(resolve));
  send(flush, close);
  await end();
  assert.deepEqual(worker.sinkOffsets(), ["0:0", "0:0"]);
  assert.deepEqual([task.values, worker.values(dlq)], [[], []]);
});

Deno.test("SinkLoop has no reporter unless there is a log or a queue to report to", async () => {
  for (const errors of [{}, { tolerance: "all" } as const]) {
    const { task, send, end } = bench(errors);
    send(open);
    await end();
    assert.equal(task.reporter, null);
  }
});

Deno.test("SinkLoop.report() resolves when what was consumed is durable, whatever was made of it", async () => {
  const { worker, task, send, end } = bench({ ...tolerant, log: true, logRecords: true });
  const order: string[] = [];
  task.onPut = async ([first, second]) => {
    const changed = first.newRecord({ value: "changed" });
    const reported = task.reporter!.report(changed, new Error("bad")).then(() =>
      order.push("stored")
    );
    order.push("reported");
    void task.reporter!.report(second, new Error("worse"));
    worker.release();
    await reported;
  };
  worker.holds = true;
  send(open, batchesOf(5, ["a", "b"]), flush);
  await end();
  assert.deepEqual(order, ["reported", "stored"]);
  assert.deepEqual(worker.values(dlq), ["a", "b"]);
  const [{ headers }] = worker.stored.get(dlq)!;
  assert.equal(headers["__connect.errors.stage"], "TASK_PUT");
  assert.equal(headers["__connect.errors.class.name"], "org.apache.kafka.connect.sink.SinkTask");
  assert.equal(headers["__connect.errors.offset"], "5");
  const [line] = worker.logged();
  assert.equal(
    line.split("\n")[0],
    "error Error encountered in task c-0. Executing stage 'TASK_PUT' with class " +
      "'org.apache.kafka.connect.sink.SinkTask', where consumed record is {topic='t', partition=0, " +
      "offset=5, timestamp=1000, timestampType=CreateTime}.",
  );
});

Deno.test("SinkLoop.report() converts a record that the task has made itself", async () => {
  const { worker, task, send, end } = bench(tolerant);
  task.onPut = async ([record]) => {
    const own = new SinkRecord({ topic: "o", kafkaPartition: 3, kafkaOffset: 9n, value: "own" });
    await task.reporter!.report(own, new Error("bad"));
    assert.equal(record.value, "a");
  };
  send(open, batchesOf(0, ["a"]), flush);
  await end();
  const [{ value, headers }] = worker.stored.get(dlq)!;
  assert.equal(value, "own");
  assert.equal(headers["__connect.errors.topic"], "o");
  assert.equal(headers["__connect.errors.partition"], "3");
});

Deno.test("SinkLoop fails after a report when nothing is tolerated, even if the task keeps it to itself", async () => {
  const { worker, task, failed, send } = bench({ ...tolerant, tolerance: "none" });
  task.onPut = ([record]) => void task.reporter!.report(record, new Error("bad"));
  send(open, batchesOf(0, ["a"]));
  const { message, cause } = (await failed)!;
  assert.equal(message, "Exiting WorkerSinkTask due to unrecoverable exception.");
  assert.equal((cause as Error).message, "Tolerance exceeded in error handler");
  assert.equal(((cause as Error).cause as Error).message, "bad");
  assert.deepEqual(worker.values(dlq), ["a"]);
});

Deno.test("SinkLoop fails after a report of a record that cannot be converted, so that it is not lost", async () => {
  const { task, failed, send } = bench(tolerant, failsAt("value", "own", new DataError("no")));
  task.onPut = () => {
    const own = new SinkRecord({ topic: "o", kafkaPartition: 3, kafkaOffset: 9n, value: "own" });
    void task.reporter!.report(own, new Error("bad"));
  };
  send(open, batchesOf(0, ["a"]));
  const { message, cause } = (await failed)!;
  assert.equal(message, "Exiting WorkerSinkTask due to unrecoverable exception.");
  assert.equal((cause as Error).message, "no");
});

Deno.test("SinkLoop says in Kafka's words that put is called again", async () => {
  const { worker, task, clock, send, end } = bench({});
  let failures = 1;
  task.onPut = () => {
    if (failures-- > 0) throw new RetriableError("busy");
  };
  send(open, batchesOf(0, ["a"]));
  await until(() => worker.logged().length > 0);
  clock.advance(1000);
  await end();
  assert.match(
    worker.logged()[0],
    /^error WorkerSinkTask\{id=c-0\} RetriableException from SinkTask:\n/,
  );
  assert.deepEqual(task.values, ["a"]);
});

Deno.test("SinkLoop delivers each record or writes it to the queue, in order, whatever fails", async () => {
  const fault = fc.record({
    place: fc.constantFrom("value", "0", "1", "put"),
    retriable: fc.boolean(),
    times: fc.integer({ min: 1, max: 4 }),
  });
  const plan = fc.array(fc.option(fault, { freq: 2 }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(plan, fc.integer({ min: 0, max: 2000 }), async (faults, retryTimeoutMs) => {
      const values = faults.map((_, i) => `v${i}`);
      const left = new Map(faults.map((one, i) => [`v${i}`, one && { ...one }]));
      const fails: Trouble["fails"] = (place, text) => {
        const one = left.get(text);
        if (!one || one.place !== place || one.times === 0) return null;
        one.times--;
        return one.retriable ? new RetriableError(text) : new DataError(text);
      };
      const { worker, task, clock, send, end } = bench({ ...tolerant, retryTimeoutMs }, fails, 2);
      task.onPut = (records) => {
        for (const record of records) {
          if (left.get(record.value as string)?.place !== "put") continue;
          void task.reporter!.report(record, new Error("put"));
        }
      };
      send(open, batchesOf(0, values));
      while (!worker.told.some(({ type }) => type === "consumed")) {
        await new Promise((resolve) => setTimeout(resolve));
        clock.advance(300);
      }
      send(flush);
      await end();
      const dead = new Set(worker.values(dlq));
      const delivered = task.values.filter((value) => left.get(value as string)?.place !== "put");
      assert.deepEqual(
        values.filter((value) => !dead.has(value)),
        delivered,
      );
      assert.deepEqual(worker.values(dlq).length, dead.size);
      const isEarly = (value: string) => left.get(value)?.place !== "put";
      const early = worker.values(dlq).filter((value) => isEarly(value!));
      assert.deepEqual(early, values.filter((value) => dead.has(value) && isEarly(value)));
      for (const value of dead) assert.ok(left.get(value!), value!);
      assert.deepEqual(worker.sinkOffsets(), [`0:${values.length}`]);
    }),
    { numRuns: 100 },
  );
});
