/** When a source task's loop offers offsets. */

import assert from "node:assert/strict";
import {
  type Converter,
  type HeaderConverter,
  Schemas,
  SourceRecord,
  SourceTask,
} from "../../../src/api/mod.ts";
import { systemClock } from "../../../src/base/mod.ts";
import { type FromTask, SourceLoop, type TaskSpec } from "../../../src/task/mod.ts";
import stringConverter from "../../../plugins/converters/string_converter.ts";

/** Gives one record, and then waits until it is stopped. */
class OneRecord extends SourceTask {
  readonly #stopped = Promise.withResolvers<null>();
  #isGiven = false;

  start(): void {}

  poll(): SourceRecord[] | Promise<null> {
    if (this.#isGiven) return this.#stopped.promise;
    this.#isGiven = true;
    const value = { topic: "t", valueSchema: Schemas.string, value: "x" };
    return [new SourceRecord({ ...value, sourcePartition: { p: 1 }, sourceOffset: { o: 1 } })];
  }

  stop(): void {
    this.#stopped.resolve(null);
  }
}

Deno.test("SourceLoop offers the offsets of a stored batch while a poll waits", async () => {
  const converter = new stringConverter[0].create() as Converter & HeaderConverter;
  const batch = Promise.withResolvers<FromTask & { type: "batch" }>();
  const offered = Promise.withResolvers<FromTask & { type: "sourceOffsets" }>();
  const string = { className: "StringConverter", props: {} };
  const spec: TaskSpec = {
    kind: "source",
    connector: "c",
    task: 0,
    className: "OneRecord",
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
  };
  const loop = new SourceLoop({
    task: new OneRecord(),
    spec,
    chain: [],
    converters: { key: converter, value: converter, header: converter },
    clock: systemClock,
    random: () => 0,
    port: {
      send(message) {
        if (message.type === "readTopic") {
          queueMicrotask(() => loop.receive({ type: "topic", topic: "t", partitions: 1 }));
        }
        if (message.type === "batch") batch.resolve(message);
        if (message.type === "sourceOffsets") offered.resolve(message);
      },
    },
  });
  const running = loop.run();
  const { id, batch: { buffer } } = await batch.promise;
  loop.receive({ type: "acked", id, baseOffset: 0n, buffer });
  assert.deepEqual((await offered.promise).offsets, [['{"p":1}', '{"o":1}']]);
  loop.receive({ type: "stop" });
  await running;
});
