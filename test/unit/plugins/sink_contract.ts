/** What every sink must do, whatever it writes. */

import { deepStrictEqual, ok } from "node:assert/strict";
import {
  type Props,
  Schemas,
  type SinkConnectorPlugin,
  SinkRecord,
  type SinkTask,
  type TopicPartition,
} from "connect";
import { inTemporaryFolder } from "../../e2e/connect.ts";

/** Something to write to. */
export interface SinkFixture {
  /** A configuration that writes it. */
  props: Props;
  /** One that a task cannot start with. */
  wrongProps: Props;
  /** The values that are visible outside, in order. */
  read(): Promise<string[]>;
}

/** A task that has started, with these partitions open. */
export async function startedSinkTask<C>(
  plugin: SinkConnectorPlugin<C>,
  props: Props,
  partitions: TopicPartition[],
): Promise<SinkTask> {
  const task = new plugin.task();
  task.initialize({
    configs: props,
    offset() {},
    timeout() {},
    assignment: () => partitions,
    pause() {},
    resume() {},
    requestCommit() {},
    errantRecordReporter: null,
  });
  await task.start(props);
  await task.open(partitions);
  return task;
}

/** A record of text. */
export function textRecord(value: string, kafkaOffset: bigint, kafkaPartition = 0): SinkRecord {
  return new SinkRecord({
    topic: "t",
    kafkaPartition,
    kafkaOffset,
    valueSchema: Schemas.string,
    value,
  });
}

/** Adds the tests of a sink. */
export function testSink<C>(
  plugin: SinkConnectorPlugin<C>,
  fixtureIn: (folder: string) => SinkFixture,
): void {
  const first = { topic: "t", partition: 0 };
  const second = { topic: "t", partition: 1 };

  function test(what: string, run: (fixture: SinkFixture) => Promise<void>) {
    Deno.test(`${plugin.name} ${what}`, () =>
      inTemporaryFolder((folder) => run(fixtureIn(folder))));
  }

  test("gives tasks that start, and no more than it may", async ({ props }) => {
    for (const tasksMax of [1, 2, 10]) {
      const connector = new plugin.connector();
      connector.initialize({ requestTaskReconfiguration() {}, raiseError() {} });
      await connector.start(props);
      const configs = await connector.taskConfigs(tasksMax);
      ok(configs.length >= 1 && configs.length <= tasksMax);
      for (const config of configs) await (await startedSinkTask(plugin, config, [])).stop();
      await connector.stop();
    }
  });

  test("stops after a start that failed", async ({ wrongProps }) => {
    const task = new plugin.task();
    let failed = false;
    try {
      await task.start(wrongProps);
    } catch {
      failed = true;
    }
    ok(failed, "the configuration is not wrong");
    await task.stop();
  });

  test("shows all that was put, in order, once preCommit() has answered", async ({ props, read }) => {
    const task = await startedSinkTask(plugin, props, [first]);
    const expected: string[] = [];
    for (let i = 0; i < 5; i++) {
      const values = [`${i} a`, `${i} b é猫😀`];
      await task.put(values.map((value, at) => textRecord(value, BigInt(i * 2 + at))));
      expected.push(...values);
      const position = { ...first, offset: BigInt(i * 2 + 2) };
      const committable = await task.preCommit([position]);
      deepStrictEqual(committable, [position]);
      deepStrictEqual(await read(), expected);
    }
    await task.close([first]);
    await task.stop();
    deepStrictEqual(await read(), expected);
  });

  test("takes an empty put, and preCommit() without a put", async ({ props, read }) => {
    const task = await startedSinkTask(plugin, props, [first]);
    deepStrictEqual(await task.preCommit([]), []);
    await task.put([]);
    const position = { ...first, offset: 0n };
    deepStrictEqual(await task.preCommit([position]), [position]);
    await task.close([first]);
    await task.stop();
    deepStrictEqual(await read(), []);
  });

  test("goes on with other partitions after some were closed", async ({ props, read }) => {
    const task = await startedSinkTask(plugin, props, [first, second]);
    await task.put([textRecord("a", 0n, 0), textRecord("b", 0n, 1)]);
    await task.preCommit([{ ...first, offset: 1n }]);
    await task.close([first]);
    await task.put([textRecord("c", 1n, 1)]);
    await task.open([first]);
    await task.put([textRecord("d", 1n, 0)]);
    await task.preCommit([{ ...first, offset: 2n }, { ...second, offset: 2n }]);
    deepStrictEqual(await read(), ["a", "b", "c", "d"]);
    await task.close([first, second]);
    await task.stop();
  });

  test("adds to what an earlier task has written", async ({ props, read }) => {
    for (const [i, value] of ["a", "b"].entries()) {
      const task = await startedSinkTask(plugin, props, [first]);
      await task.put([textRecord(value, BigInt(i))]);
      await task.preCommit([{ ...first, offset: BigInt(i + 1) }]);
      await task.close([first]);
      await task.stop();
    }
    deepStrictEqual(await read(), ["a", "b"]);
  });
}
