/** What a source task's loop does with records that fail on their way to their topic. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ConnectError,
  DataError,
  Headers,
  type RecordMetadata,
  RetriableError,
  Schemas,
  SourceRecord,
  SourceTask,
} from "../../../src/api/mod.ts";
import { type ErrorSpec, SourceLoop, strictErrors, TaskCounts } from "../../../src/task/mod.ts";
import { until } from "../../e2e/connect.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import {
  dlq,
  failingChain,
  failingConverters,
  failsAt,
  failsFor,
  ScriptedWorker,
  type Trouble,
} from "./scripted_worker.ts";
import { taskSpec } from "./task_spec.ts";

/** Gives records, some in each poll, and keeps what it hears of them. */
class Giver extends SourceTask {
  readonly commits: string[] = [];
  readonly #polls: (readonly string[] | Error)[];
  readonly #stopped = Promise.withResolvers<null>();
  #count = 0;
  topic = "t";

  constructor(polls: readonly (readonly string[] | Error)[]) {
    super();
    this.#polls = [...polls];
  }

  start(): void {}

  poll(): SourceRecord[] | Promise<null> {
    const values = this.#polls.shift();
    if (values === undefined) return this.#stopped.promise;
    if (values instanceof Error) throw values;
    return values.map((value) =>
      new SourceRecord({
        topic: this.topic,
        keySchema: Schemas.string,
        key: "k",
        valueSchema: Schemas.string,
        value,
        timestamp: 1000,
        headers: new Headers([{ key: "h", schema: Schemas.string, value: "x" }]),
        sourcePartition: { p: 1 },
        sourceOffset: { o: ++this.#count },
      })
    );
  }

  override commitRecord({ value }: SourceRecord, metadata: RecordMetadata | null): void {
    this.commits.push(`${value}: ${metadata === null ? null : metadata.offset}`);
  }

  stop(): void {
    this.#stopped.resolve(null);
  }
}

const tolerant = { tolerance: "all" } as const;
const withQueue: Partial<ErrorSpec> = {
  ...tolerant,
  deadLetters: { topic: dlq, withContext: true },
};

function bench(
  polls: readonly (readonly string[] | Error)[],
  errors: Partial<ErrorSpec>,
  fails: Trouble["fails"] = () => null,
) {
  const worker = new ScriptedWorker();
  const task = new Giver(polls);
  const clock = new HeldClock();
  const loop = new SourceLoop({
    counts: new TaskCounts(),
    task,
    spec: taskSpec({
      kind: "source",
      offsetFlushIntervalMs: 0,
      errors: { ...strictErrors, ...errors },
      requestBytesMax: 2000,
      batchBytesMax: 2000,
    }),
    chain: failingChain(fails, 2),
    converters: failingConverters(fails),
    port: worker.port,
    clock,
    random: () => 0,
  });
  worker.loop = loop;
  const running = loop.run();
  return {
    worker,
    task,
    clock,
    failed: running.then(() => null, (error) => error as Error),
    /** Stops it once the task has heard of so many records. */
    async end(commits: number) {
      await until(() => task.commits.length >= commits, () => task.commits.join());
      loop.receive({ type: "stop" });
      await running;
    },
    stop: async () => {
      loop.receive({ type: "stop" });
      await running;
    },
  };
}

const stages = [
  ["0", "b", "TRANSFORMATION", "T0"],
  ["1", "b", "TRANSFORMATION", "T1"],
  ["header", "x", "HEADER_CONVERTER", "H"],
  ["key", "k", "KEY_CONVERTER", "K"],
  ["value", "b", "VALUE_CONVERTER", "V"],
] as const;

for (const [place, text, stage, className] of stages) {
  Deno.test(`SourceLoop writes a record that fails at ${stage} ${className} to its queue, as far as it got`, async () => {
    const error = new DataError("no");
    const { worker, task, end } = bench([["b"]], withQueue, failsAt(place, text, error));
    await end(1);
    assert.deepEqual(task.commits, ["b: null"]);
    assert.deepEqual(worker.sourceOffsets(), ['{"o":1}']);
    const [letter] = worker.stored.get(dlq)!;
    const { "__connect.errors.exception.stacktrace": trace, ...headers } = letter.headers;
    assert.deepEqual({ ...letter, headers }, {
      key: "k",
      value: "b",
      timestampMs: 1000,
      headers: {
        "h": "x",
        "__connect.errors.topic": "t",
        "__connect.errors.source.partition": '{"p":1}',
        "__connect.errors.source.offset": '{"o":1}',
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

  Deno.test(`SourceLoop fails with a record that fails at ${stage} ${className}`, async () => {
    const error = new DataError("no");
    const errors = { ...withQueue, tolerance: "none" } as const;
    const { worker, failed } = bench([["b"]], errors, failsAt(place, text, error));
    const { message, cause } = (await failed)!;
    assert.deepEqual([message, cause], ["Tolerance exceeded in error handler", error]);
    assert.deepEqual(worker.values(dlq), ["b"]);
    assert.deepEqual(worker.sourceOffsets(), []);
  });
}

Deno.test("SourceLoop commits no offset of a record that is dropped, but that of the next one", async () => {
  const fails: Trouble["fails"] = (place, value) =>
    place === "value" && value !== "c" ? new DataError("no") : null;
  const dropped = bench([["a"], ["b"]], tolerant, fails);
  await dropped.end(2);
  assert.deepEqual(dropped.task.commits, ["a: null", "b: null"]);
  assert.deepEqual(dropped.worker.sourceOffsets(), []);
  const next = bench([["a", "b"], ["c"]], tolerant, fails);
  await next.end(3);
  assert.deepEqual(next.worker.sourceOffsets(), ['{"o":3}']);
});

Deno.test("SourceLoop gives no offsets before dead letters are durable, nor tells the task", async () => {
  const { worker, task, stop } = bench(
    [["a"], ["b"]],
    withQueue,
    failsAt("value", "a", new DataError("no")),
  );
  worker.holds = true;
  await until(() => worker.held.length === 2);
  // The record behind it is durable first.
  worker.held.splice(1, 1)[0]();
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(task.commits, ["b: 0"]);
  assert.deepEqual(worker.sourceOffsets(), []);
  worker.release();
  await until(() => task.commits.length === 2);
  await stop();
  assert.deepEqual(task.commits, ["b: 0", "a: null"]);
  assert.deepEqual(worker.sourceOffsets(), ['{"o":2}']);
});

Deno.test("SourceLoop tries again what may pass, and stops at once when it is told to", async () => {
  const { worker, clock, task, end } = bench(
    [["a", "b"]],
    { ...tolerant, retryTimeoutMs: -1 },
    failsFor(2, "1", "b"),
  );
  await new Promise((resolve) => setTimeout(resolve));
  clock.advance(300);
  await new Promise((resolve) => setTimeout(resolve));
  clock.advance(600);
  await end(2);
  assert.deepEqual(worker.values("t"), ["a", "b"]);
  assert.deepEqual(task.commits, ["a: 0", "b: 1"]);
  const endless = bench(
    [["a", "b"]],
    { ...tolerant, retryTimeoutMs: -1 },
    failsFor(Infinity, "1", "b"),
  );
  await new Promise((resolve) => setTimeout(resolve));
  await endless.stop();
  assert.deepEqual(endless.worker.values("t"), ["a"]);
  assert.deepEqual(endless.worker.sourceOffsets(), []);
});

Deno.test("SourceLoop passes over batches that are refused, where that is tolerated", async () => {
  const { worker, task, end } = bench([["a", "b"], ["c"]], { ...withQueue, log: true });
  worker.refuses = (topic, values) => topic === "t" && values.includes("b") ? "not valid" : null;
  await end(3);
  assert.deepEqual(worker.values("t").concat(worker.values(dlq)), ["c", "a", "b"]);
  assert.deepEqual(task.commits.sort(), ["a: null", "b: null", "c: 0"]);
  assert.equal(worker.sourceOffsets().at(-1), '{"o":3}');
  const { headers } = worker.stored.get(dlq)![0];
  assert.equal(headers["__connect.errors.stage"], "KAFKA_PRODUCE");
  assert.equal(
    headers["__connect.errors.class.name"],
    "org.apache.kafka.connect.runtime.WorkerSourceTask",
  );
  assert.equal(headers["h"], "x");
  assert.match(
    worker.logged().join("\n"),
    /WorkerSourceTask\{id=c-0\} failed to send .* not valid/,
  );
});

Deno.test("SourceLoop passes over a record that is too large, and goes on", async () => {
  const large = "x".repeat(3000);
  const { worker, task, end } = bench([["a", large, "b"]], tolerant);
  await end(3);
  assert.deepEqual(worker.values("t"), ["a", "b"]);
  const commits = task.commits.map((commit) => commit.replace(large, "large"));
  assert.deepEqual(commits.sort(), ["a: 0", "b: 1", "large: null"]);
  const strict = bench([[large]], {});
  const { message, cause } = (await strict.failed)!;
  assert.equal(message, "Unrecoverable exception from producer send callback");
  assert.match(
    (cause as Error).message,
    /^The message is \d+ bytes when serialized which is larger/,
  );
});

Deno.test("SourceLoop passes over records for topics that cannot be, and fails for those it may not make", async () => {
  const named = bench([["a"]], tolerant);
  named.task.topic = "no such name!";
  await named.end(1);
  assert.deepEqual(named.task.commits, ["a: null"]);
  const { worker, failed } = bench([["a"]], tolerant);
  const { loop } = worker;
  worker.loop = {
    receive: (message) =>
      loop!.receive(
        message.type === "topic"
          ? { type: "topicRefused", topic: "t", reason: "not yours", isTolerable: false }
          : message,
      ),
  };
  assert.deepEqual((await failed)!.message, "not yours");
});

Deno.test("SourceLoop says of a record what Kafka says, and polls again after a RetriableError", async () => {
  const { worker, clock, end } = bench(
    [new RetriableError("busy"), ["b"]],
    { ...tolerant, log: true, logRecords: true },
    failsAt("value", "b", new DataError("no")),
  );
  await until(() => worker.logged().length === 1);
  clock.advance(1000);
  await end(1);
  const [polled, line] = worker.logged().map((message) => message.split("\n")[0]);
  assert.equal(
    polled,
    "warn WorkerSourceTask{id=c-0} failed to poll records from SourceTask. Will retry operation.",
  );
  assert.equal(
    line,
    "error Error encountered in task c-0. Executing stage 'VALUE_CONVERTER' with class 'V', where " +
      "source record is = SourceRecord{sourcePartition={p=1}, sourceOffset={o=1}} " +
      "ConnectRecord{topic='t', kafkaPartition=null, key=k, keySchema=Schema{STRING}, value=b, " +
      "valueSchema=Schema{STRING}, timestamp=1000, headers=ConnectHeaders(headers=" +
      "[ConnectHeader(key=h, value=x, schema=Schema{STRING})])}.",
  );
});

Deno.test("SourceLoop fails when a dead letter is refused", async () => {
  const { worker, failed } = bench([["b"]], withQueue, failsAt("value", "b", new DataError("no")));
  worker.refuses = () => "no room";
  const error = (await failed)!;
  assert.ok(error instanceof ConnectError);
  assert.equal(error.message, "Could not produce message to dead letter queue. topic=dlq");
  assert.deepEqual(worker.sourceOffsets(), []);
});

Deno.test("SourceLoop stores each record or writes it to the queue, in order, whatever fails", async () => {
  const fault = fc.record({
    place: fc.constantFrom("0", "1", "value", "batch"),
    retriable: fc.boolean(),
    times: fc.integer({ min: 1, max: 4 }),
  });
  const plan = fc.array(fc.array(fc.option(fault, { freq: 2 }), { maxLength: 5 }), {
    minLength: 1,
    maxLength: 10,
  });
  await fc.assert(
    fc.asyncProperty(plan, fc.integer({ min: 0, max: 2000 }), async (faults, retryTimeoutMs) => {
      const polls = faults.map((some, poll) => some.map((_, i) => `v${poll}.${i}`));
      const values = polls.flat();
      const left = new Map(faults.flat().map((one, i) => [values[i], one && { ...one }]));
      const fails: Trouble["fails"] = (place, text) => {
        const one = left.get(text);
        if (!one || one.place !== place || one.times === 0) return null;
        one.times--;
        return one.retriable ? new RetriableError(text) : new DataError(text);
      };
      const { worker, task, clock, stop } = bench(polls, { ...withQueue, retryTimeoutMs }, fails);
      worker.refuses = (topic, batch) =>
        topic === "t" && batch.some((value) => left.get(value!)?.place === "batch") ? "no" : null;
      while (task.commits.length < values.length) {
        await new Promise((resolve) => setTimeout(resolve));
        clock.advance(300);
      }
      await stop();
      const dead = new Set(worker.values(dlq));
      assert.equal(worker.values(dlq).length, dead.size);
      assert.deepEqual(worker.values("t"), values.filter((value) => !dead.has(value)));
      assert.equal(task.commits.length, values.length);
      const last = values.length === 0 ? undefined : `{"o":${values.length}}`;
      assert.equal(worker.sourceOffsets().at(-1), last);
    }),
    { numRuns: 100 },
  );
});
