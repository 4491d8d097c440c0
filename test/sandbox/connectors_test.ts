/** What the herder asks of connectors in their Web Workers. */

import assert from "node:assert/strict";
import { ConfigVariables, Connectors, overridePolicy } from "../../src/herder/mod.ts";
import { until } from "../e2e/connect.ts";
import { HeldClock } from "../faults/held_clock.ts";
import { keptLog } from "../faults/memory_disk.ts";

const moody = new URL("plugins/moody.js", import.meta.url).href;

async function withConnectors(work: (connectors: Connectors) => Promise<void>): Promise<void> {
  const connectors = new Connectors(keptLog(), [moody], { onReconfigure() {}, onRaised() {} });
  try {
    await work(connectors);
  } finally {
    connectors.close();
  }
}

Deno.test("Connectors.alterOffsets() asks sources and sinks that are not started", async () => {
  await withConnectors(async (connectors) => {
    const source = { "connector.class": "FileStreamSource", "file": "/f", "topic": "t" };
    const change = (position: unknown) => ({
      type: "source" as const,
      offsets: [{ partition: { filename: "/f" }, offset: { position } }],
    });
    assert.equal(await connectors.alterOffsets(source, change(4)), true);
    assert.equal(await connectors.alterOffsets(source, change(4n)), true);
    await assert.rejects(connectors.alterOffsets(source, change(-1)), {
      name: "RemoteError",
      message: "The value for the 'position' key in the offset should be a non-negative value",
    });
    const sink = { "connector.class": "FileStreamSink", "topics": "t" };
    const offsets = [{ topic: "t", partition: 0, offset: 5n }, {
      topic: "t",
      partition: 1,
      offset: null,
    }];
    assert.equal(await connectors.alterOffsets(sink, { type: "sink", offsets }), true);
  });
});

Deno.test("Connectors.alterOffsets() says why a plugin refuses, and takes no nonsense", async () => {
  await withConnectors(async (connectors) => {
    const alter = (mood: string) =>
      connectors.alterOffsets({ "connector.class": "Moody", mood }, {
        type: "source",
        offsets: [{ partition: null, offset: { at: 7 } }],
      });
    assert.equal(await alter("takes all"), true);
    await assert.rejects(alter("refuses offsets"), { name: "RemoteError", message: "not 7" });
    await assert.rejects(alter("leaves offsets alone"), {
      name: "RemoteError",
      message: /The answer to alterOffsets is not what it must be/,
    });
  });
});

interface Told {
  raised: [connector: string, trace: string][];
  reconfigured: string[];
}

/** Connectors that have the clock's time to answer. */
async function withEvents(
  work: (connectors: Connectors, told: Told, clock: HeldClock) => Promise<void>,
): Promise<void> {
  const told: Told = { raised: [], reconfigured: [] };
  const clock = new HeldClock();
  const connectors = new Connectors(keptLog(), [moody], {
    onReconfigure: (connector) => void told.reconfigured.push(connector),
    onRaised: (connector, trace) => void told.raised.push([connector, trace]),
  }, { clock });
  try {
    await work(connectors, told, clock);
  } finally {
    connectors.close();
  }
}

/** What comes of it when time goes on. */
async function inTime<T>(outcome: Promise<T>, clock: HeldClock, stepMs: number): Promise<T> {
  let isOver = false;
  outcome.finally(() => isOver = true).catch(() => {});
  while (!isOver) {
    await new Promise((done) => setTimeout(done, 5));
    clock.advance(stepMs);
  }
  return await outcome;
}

const file = { "connector.class": "FileStreamSource", "file": "/f", "topic": "t" };
const moodyOne = (mood: string) => ({ "connector.class": "Moody", mood });
const context = {
  ...{ worker: {}, policy: overridePolicy({}), variables: ConfigVariables.none() },
};

Deno.test("Connectors.start() of one that loops keeps nobody else waiting; stop() ends it", async () => {
  await withEvents(async (connectors, told, clock) => {
    const starting = connectors.start("loop", moodyOne("hangs"));
    starting.catch(() => {});
    await connectors.start("calm", moodyOne("is calm"));
    await connectors.start("file", file);
    assert.deepEqual(await connectors.taskConfigs("calm", 1), [{ part: "all" }]);
    assert.deepEqual(await connectors.taskConfigs("file", 1), [file]);
    assert.equal((await connectors.describe(moodyOne("is calm"))).name, "Moody");
    const stopping = connectors.stop("loop", 5000);
    await connectors.start("loop", moodyOne("is calm"));
    await assert.rejects(inTime(stopping, clock, 5000), {
      name: "ConnectError",
      message: "Connector loop did not stop within 5000 ms, and its Web Worker was ended",
    });
    await assert.rejects(starting, {
      name: "RemoteError",
      message: "Error: the Web Worker of loop has been ended",
    });
    assert.deepEqual(await connectors.taskConfigs("loop", 1), [{ part: "all" }]);
    await connectors.stop("loop", 5000);
    assert.deepEqual(told, { raised: [], reconfigured: [] });
  });
});

Deno.test("Connectors.stop() ends one that waits for ever, or loops when it stops", async () => {
  await withEvents(async (connectors, _, clock) => {
    const starting = connectors.start("one", moodyOne("waits for ever"));
    starting.catch(() => {});
    await connectors.start("two", moodyOne("loops when it stops"));
    const stopping = Promise.allSettled([connectors.stop("one", 50), connectors.stop("two", 50)]);
    for (const { status } of await inTime(stopping, clock, 50)) assert.equal(status, "rejected");
    await assert.rejects(starting, { name: "RemoteError" });
  });
});

Deno.test("a connector that closes its Web Worker has failed, and no other has", async () => {
  await withEvents(async (connectors, told) => {
    await connectors.start("calm", moodyOne("is calm"));
    await connectors.start("closing", moodyOne("closes its Worker"));
    await until(() => told.raised.length > 0);
    assert.deepEqual(told.raised.map(([connector]) => connector), ["closing"]);
    assert.match(told.raised[0][1], /closed its Worker/);
    assert.deepEqual(await connectors.taskConfigs("calm", 1), [{ part: "all" }]);
    await connectors.stop("closing", 50);
    await connectors.start("closing", moodyOne("is calm"));
    assert.deepEqual(await connectors.taskConfigs("closing", 1), [{ part: "all" }]);
  });
});

Deno.test("a connector that has been stopped is not heard any more", async () => {
  await withEvents(async (connectors, told) => {
    await connectors.start("more", moodyOne("wants more tasks"));
    await until(() => told.reconfigured.length > 0);
    await connectors.start("late", moodyOne("complains when it stops"));
    await connectors.stop("late", 5000);
    assert.deepEqual(told, { raised: [], reconfigured: ["more"] });
  });
});

Deno.test("a plugin that loops when it is asked ends alone, when its time is over", async () => {
  await withEvents(async (connectors, _, clock) => {
    const asked = Promise.allSettled([
      connectors.configInfos(moodyOne("loops when it is checked"), context),
      connectors.alterOffsets(moodyOne("loops over offsets"), { type: "source", offsets: [] }),
    ]);
    const { error_count } = await connectors.configInfos(
      { ...moodyOne("is calm"), name: "n" },
      context,
    );
    assert.equal(error_count, 0);
    const messages = (await inTime(asked, clock, 30_000)).map((one) =>
      (one as PromiseRejectedResult).reason.message
    );
    assert.deepEqual(messages, [
      'A plugin did not answer "inspect" within 30000 ms',
      'A plugin did not answer "alterOffsets" within 30000 ms',
    ]);
  });
});

Deno.test("Connectors.plugins() leaves out files that cannot be read, and says so", async () => {
  const log = keptLog();
  const events = { onReconfigure() {}, onRaised() {} };
  const connectors = new Connectors(log, [moody, "file:///nowhere/plugin.js"], events);
  try {
    const found = (await connectors.plugins()).filter(({ version }) => version !== "4.2.0");
    assert.deepEqual(found, [{ class: "Moody", type: "source", version: "1" }]);
    await connectors.plugins();
    const told = log.lines.filter((line) => line.includes("/nowhere/plugin.js"));
    assert.equal(told.length, 1, log.lines.join("\n"));
  } finally {
    connectors.close();
  }
});
