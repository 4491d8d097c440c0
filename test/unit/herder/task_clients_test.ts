/** What the clients of a task and of a worker are told, of what their configuration says. */

import assert from "node:assert/strict";
import { plannedSpool } from "../../../src/cli/kafka.ts";
import type { ClientSources, Props } from "../../../src/herder/mod.ts";
import { producerOptions } from "../../../src/herder/task_clients.ts";
import { taskSpec } from "../../../src/herder/task_spec.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog } from "../../faults/memory_disk.ts";

const clients: ClientSources = {
  readFile: () => Promise.resolve(null),
  fetch: () => Promise.reject(new Error("there is nothing to fetch")),
  clock: new HeldClock(),
  log: keptLog(),
};
const worker: Props = {
  "bootstrap.servers": "h:1",
  "key.converter": "StringConverter",
  "value.converter": "StringConverter",
  "offset.storage.file.filename": "offsets",
};

/** How much a source task may have in flight, in bytes. */
async function inFlightMax(overrides: Props, isOnBrokers = true): Promise<number> {
  const connector = { name: "c", "connector.class": "X", ...overrides };
  const spec = taskSpec({ kind: "source", worker, connector, task: 0, config: {} });
  await producerOptions({ worker, connector, clients: isOnBrokers ? clients : null }, spec);
  return spec.bytesInFlightMax;
}

Deno.test("buffer.memory bounds what a source task has in flight, which is never nothing", async () => {
  const key = "producer.override.buffer.memory";
  assert.equal(await inFlightMax({}), 4 << 20);
  assert.equal(await inFlightMax({ [key]: "100000" }), 100_000);
  assert.equal(await inFlightMax({ [key]: "0" }), 1);
  assert.equal(await inFlightMax({ [key]: "100000" }, false), 4 << 20);
});

Deno.test("a spool never gives up what it holds, whatever the producer's patience", async () => {
  const patience = {
    "producer.delivery.timeout.ms": "40000",
    "producer.retries": "1",
    "producer.max.block.ms": "10",
    "producer.linger.ms": "7",
  };
  const props = { ...worker, ...patience, "spool.dir": "s" };
  const { kafka, ...spool } = (await plannedSpool(props, ["h:1"], clients))!;
  assert.deepEqual(spool, { folder: "s", bytesMax: 1 << 30 });
  const { deliveryTimeoutMs, retriesMax, blockMsMax, lingerMs } = kafka!.producer;
  assert.deepEqual([deliveryTimeoutMs, retriesMax, blockMsMax], [Infinity, Infinity, Infinity]);
  assert.equal(lingerMs, 7);
  await assert.rejects(
    plannedSpool({ ...props, "producer.acks": "0" }, ["h:1"], clients),
    /spool\.dir does not go with acks=0/,
  );
});
