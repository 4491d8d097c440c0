/** What every source must do, whatever it reads. */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { OffsetMap, Props, SourceConnectorPlugin, SourceRecord, SourceTask } from "connect";
import { inTemporaryFolder } from "../../e2e/connect.ts";

/** How soon a poll must end without records, and after a stop, in milliseconds. */
const pollMsMax = 2000;

/** Something to read from. */
export interface SourceFixture {
  /** A configuration that reads it. */
  props: Props;
  /** One that a task cannot start with. */
  wrongProps: Props;
  /** Adds this many records. */
  write(count: number): Promise<void>;
}

/** A task that begins after the offsets given. */
export async function startedTask<C>(
  plugin: SourceConnectorPlugin<C>,
  props: Props,
  stored: OffsetMap | null = null,
): Promise<SourceTask> {
  const task = new plugin.task();
  task.initialize({
    configs: props,
    offsetStorageReader: {
      offset: () => Promise.resolve(stored),
      offsets: (partitions) => Promise.resolve(partitions.map(() => stored)),
    },
  });
  await task.start(props);
  return task;
}

/** Polls until there are so many records. */
export async function pollRecords(task: SourceTask, count: number): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  while (records.length < count) records.push(...await task.poll() ?? []);
  strictEqual(records.length, count);
  return records;
}

/** Adds the tests of a source. */
export function testSource<C>(
  plugin: SourceConnectorPlugin<C>,
  fixtureIn: (folder: string) => SourceFixture,
): void {
  function test(what: string, run: (fixture: SourceFixture) => Promise<void>) {
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
      for (const config of configs) await (await startedTask(plugin, config)).stop();
      await connector.stop();
    }
  });

  test("stops after a start that failed, and before a poll", async ({ props, wrongProps }) => {
    const task = new plugin.task();
    let failed = false;
    try {
      await task.start(wrongProps);
    } catch {
      failed = true;
    }
    ok(failed, "the configuration is not wrong");
    await task.stop();
    await (await startedTask(plugin, props)).stop();
  });

  test("waits in poll() while there is nothing, but not for long", async ({ props }) => {
    const task = await startedTask(plugin, props);
    const start = performance.now();
    let count = 0;
    for (; performance.now() - start < 200; count++) {
      strictEqual((await task.poll())?.length ?? 0, 0);
    }
    ok(performance.now() - start < pollMsMax);
    ok(count < 20, `it was polled ${count} times in 200 ms`);
    await task.stop();
  });

  test("ends a poll that waits when it is stopped", async ({ props }) => {
    const task = await startedTask(plugin, props);
    await task.poll();
    const poll = task.poll();
    const start = performance.now();
    await task.stop();
    strictEqual((await poll)?.length ?? 0, 0);
    ok(performance.now() - start < pollMsMax);
  });

  test("resumes exactly behind each of its offsets", async ({ props, write }) => {
    await write(7);
    const task = await startedTask(plugin, props);
    const all = await pollRecords(task, 7);
    await task.stop();
    const values = (records: readonly SourceRecord[]) => records.map(({ value }) => value);
    strictEqual(new Set(values(all)).size, 7, "records must tell themselves apart for this test");
    for (const [i, { sourceOffset, sourcePartition }] of all.entries()) {
      deepStrictEqual(sourcePartition, all[0].sourcePartition);
      const resumed = await startedTask(plugin, props, sourceOffset);
      const rest = await pollRecords(resumed, 6 - i);
      deepStrictEqual(values(rest), values(all.slice(i + 1)));
      strictEqual((await resumed.poll())?.length ?? 0, 0);
      await resumed.stop();
    }
  });

  test("gives what comes while it runs, in order", async ({ props, write }) => {
    const task = await startedTask(plugin, props);
    const records: SourceRecord[] = [];
    for (let i = 0; i < 5; i++) {
      await write(3);
      records.push(...await pollRecords(task, 3));
    }
    await task.stop();
    const again = await startedTask(plugin, props);
    deepStrictEqual(
      (await pollRecords(again, 15)).map(({ value, sourceOffset }) => ({ value, sourceOffset })),
      records.map(({ value, sourceOffset }) => ({ value, sourceOffset })),
    );
    await again.stop();
  });
}
