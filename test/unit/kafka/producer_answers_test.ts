/** What a producer makes of each answer, as the brokers see it. */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/mod.ts";
import { BatchBuilder, readBatches } from "../../../src/batch/mod.ts";
import { KafkaProducer, producerDefaults, type ProducerSettings } from "../../../src/kafka/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { type Asked, type ScriptedCluster, scriptedTest } from "./scripted_cluster.ts";

const notEnoughReplicas = 19;
const notEnoughReplicasAfterAppend = 20;
const tooLarge = 10;
const notLeader = 6;
const topicAuthorizationFailed = 29;
const clusterAuthorizationFailed = 31;
const outOfOrder = 45;
const duplicate = 46;
const invalidEpoch = 47;
const unknownProducer = 59;
const invalidRecord = 87;

function producer(
  cluster: ScriptedCluster,
  settings: Partial<ProducerSettings> = {},
  clock = systemClock,
) {
  cluster.topics.set("t", [{ leader: 1, epoch: 0 }, { leader: 1, epoch: 0 }]);
  const client = cluster.client({ retryBackoffMs: 1, retryBackoffMaxMs: 1, clock });
  const warnings: string[] = [];
  const made = new KafkaProducer({
    client,
    settings: { ...producerDefaults, ...settings },
    requestTimeoutMs: 1000,
    clock,
    warn: (message) => warnings.push(message),
  });
  return { made, warnings, send: (...args: SendOptions[]) => args.map((one) => send(made, one)) };
}

interface SendOptions {
  partition?: number;
  count?: number;
}

/** Sends a batch. What becomes of it is asked for later. */
function send(made: KafkaProducer, { partition = 0, count = 1 }: SendOptions): Promise<bigint> {
  const builder = new BatchBuilder({ sizeMax: 10_000 });
  for (let i = 0; i < count; i++) builder.append(null, `${i}`, [], 0);
  const stored = made.append("t", partition, builder.seal());
  stored.catch(() => {});
  return stored;
}

/** What a Produce request brings: `partition:epoch:sequence+records`, with the producer's id before. */
function brought({ body }: Asked): { acks: number; batches: string[] } {
  body.nullableString();
  const acks = body.int16();
  body.int32();
  const batches = body.array(() => {
    body.string();
    return body.array(() => {
      const partition = body.int32();
      const [{ header }] = readBatches(body.nullableBytes()!);
      const { producerId, producerEpoch, baseSequence, recordCount } = header;
      return `${producerId} ${partition}:${producerEpoch}:${baseSequence}+${recordCount}`;
    });
  }).flat();
  return { acks, batches };
}

/** Answers for one partition. */
async function say(
  asked: Asked,
  { error = 0, offset = 0n, partition = 0, throttleMs = 0 } = {},
): Promise<void> {
  await asked.answer((writer) =>
    writer.int32(1).string("t").int32(1).int32(partition).int16(error).int64(
      error === 0 ? offset : -1n,
    ).int64(-1n)
      .int64(0n).int32(0).string(null).int32(throttleMs)
  );
}

/** Grants an identity. */
async function grant(cluster: ScriptedCluster, { error = 0, id = 7n } = {}): Promise<void> {
  const asked = await cluster.next("InitProducerId");
  await asked.answer((writer) => writer.int32(0).int16(error).int64(id).int16(0));
}

/** What the next Produce request brings, answered. */
async function exchange(
  cluster: ScriptedCluster,
  answer: Parameters<typeof say>[1] = {},
): Promise<string> {
  const asked = await cluster.next("Produce");
  const { batches } = brought(asked);
  await say(asked, answer);
  return batches.join();
}

/** A producer that the broker knows: it has stored one record of partition 0. */
async function knownProducer(...args: Parameters<typeof producer>) {
  const made = producer(...args);
  const [stored] = made.send({});
  await grant(args[0]);
  assert.equal(await exchange(args[0]), "7 0:0:0+1");
  await stored;
  return made;
}

for (
  const [name, error] of Object.entries({
    NOT_ENOUGH_REPLICAS: notEnoughReplicas,
    NOT_ENOUGH_REPLICAS_AFTER_APPEND: notEnoughReplicasAfterAppend,
    NOT_LEADER_OR_FOLLOWER: notLeader,
  })
) {
  scriptedTest(`append() sends a batch again, with its number, after ${name}`, async (cluster) => {
    const { send, warnings } = producer(cluster);
    const [stored] = send({ count: 3 });
    await grant(cluster);
    const before = cluster.looks.length;
    assert.equal(await exchange(cluster, { error }), "7 0:0:0+3");
    assert.equal(await exchange(cluster, { offset: 5n }), "7 0:0:0+3");
    assert.equal(await stored, 5n);
    assert.ok(cluster.looks.length > before, "metadata are read anew");
    assert.deepEqual(warnings, []);
  });
}

scriptedTest("append() sends what was under way again in its order", async (cluster) => {
  const { send } = await knownProducer(cluster);
  const stored = send({ count: 1 }, { count: 2 }, { count: 3 });
  const asked = [];
  for (let i = 0; i < 3; i++) asked.push(await cluster.next("Produce"));
  const order = ["7 0:0:1+1", "7 0:0:2+2", "7 0:0:4+3"];
  assert.deepEqual(asked.flatMap((one) => brought(one).batches), order);
  await say(asked[0], { error: notEnoughReplicas });
  await say(asked[1], { error: outOfOrder });
  await say(asked[2], { error: outOfOrder });
  for (const one of order) assert.equal(await exchange(cluster, { offset: 1n }), one);
  assert.deepEqual(await Promise.all(stored), [1n, 1n, 1n]);
});

scriptedTest("append() takes DUPLICATE_SEQUENCE_NUMBER for stored", async (cluster) => {
  const { send } = producer(cluster);
  const [first] = send({});
  await grant(cluster);
  await exchange(cluster, { error: duplicate });
  assert.equal(await first, -1n);
  const [second] = send({});
  assert.equal(await exchange(cluster, { offset: 1n }), "7 0:0:1+1");
  assert.equal(await second, 1n);
});

for (
  const [name, error] of Object.entries({
    OUT_OF_ORDER_SEQUENCE_NUMBER: outOfOrder,
    UNKNOWN_PRODUCER_ID: unknownProducer,
  })
) {
  scriptedTest(`append() begins an epoch for the first batch with ${name}`, async (cluster) => {
    const { send, warnings } = await knownProducer(cluster);
    const other = send({ partition: 1, count: 4 });
    assert.equal(await exchange(cluster, { partition: 1 }), "7 1:0:0+4");
    await other[0];
    const stored = send({ count: 1 }, { count: 2 });
    const asked = [await cluster.next("Produce"), await cluster.next("Produce")];
    for (const one of asked) await say(one, { error });
    assert.equal(await exchange(cluster, { offset: 0n }), "7 0:1:0+1");
    assert.equal(await exchange(cluster, { offset: 1n }), "7 0:1:1+2");
    assert.deepEqual(await Promise.all(stored), [0n, 1n]);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], new RegExp(`${name}; sequences begin anew`));
    // Another partition takes the new epoch with its next batch.
    send({ partition: 1 });
    assert.equal(await exchange(cluster, { partition: 1 }), "7 1:1:0+1");
  });
}

scriptedTest(
  "append() keeps the epoch of a batch that another partition may have",
  async (cluster) => {
    const { send } = await knownProducer(cluster);
    const [other] = send({ partition: 1 });
    const lost = await cluster.next("Produce");
    assert.deepEqual(brought(lost).batches, ["7 1:0:0+1"]);
    const [first] = send({});
    assert.equal(await exchange(cluster, { error: unknownProducer }), "7 0:0:1+1");
    assert.equal(await exchange(cluster), "7 0:1:0+1");
    await first;
    await say(lost, { error: notEnoughReplicasAfterAppend, partition: 1 });
    assert.equal(await exchange(cluster, { partition: 1 }), "7 1:0:0+1");
    await other;
  },
);

for (
  const [name, error] of Object.entries({
    INVALID_PRODUCER_EPOCH: invalidEpoch,
    TOPIC_AUTHORIZATION_FAILED: topicAuthorizationFailed,
    INVALID_RECORD: invalidRecord,
  })
) {
  scriptedTest(`append() gives up a batch with ${name}, and begins an epoch`, async (cluster) => {
    const { send } = await knownProducer(cluster);
    const refused = send({ count: 1 }, { count: 2 });
    const asked = [await cluster.next("Produce"), await cluster.next("Produce")];
    await say(asked[0], { error });
    await say(asked[1], { error: outOfOrder });
    for (const stored of refused) {
      await assert.rejects(stored, { message: `Cannot write to t-0: ${name}` });
    }
    const [stored] = send({ count: 3 });
    assert.equal(await exchange(cluster, { offset: 1n }), "7 0:1:0+3");
    assert.equal(await stored, 1n);
  });
}

scriptedTest(
  "append() divides what is too large, and both halves keep their numbers",
  async (cluster) => {
    const { send } = await knownProducer(cluster);
    const [first, second] = send({ count: 3 }, { count: 1 });
    const asked = [await cluster.next("Produce"), await cluster.next("Produce")];
    await say(asked[0], { error: tooLarge });
    await say(asked[1], { error: outOfOrder });
    const parts = [];
    for (const offset of [1n, 2n, 4n]) parts.push(await exchange(cluster, { offset }));
    const middle = parts[0] === "7 0:0:1+1" ? "7 0:0:2+2" : "7 0:0:3+1";
    assert.deepEqual(parts.slice(1), [middle, "7 0:0:4+1"]);
    assert.deepEqual([await first, await second], [1n, 4n]);
    const [alone] = send({ count: 1 });
    await exchange(cluster, { error: tooLarge });
    await assert.rejects(alone, { message: /MESSAGE_TOO_LARGE: one record takes \d+ bytes/ });
  },
);

scriptedTest("append() leaves a broker alone for as long as it asks", async (cluster) => {
  const { send } = producer(cluster);
  const throttleMs = 300;
  const [stored] = send({});
  await grant(cluster);
  await exchange(cluster, { throttleMs });
  await stored;
  const startMs = performance.now();
  send({});
  await cluster.next("Produce");
  assert.ok(performance.now() - startMs > throttleMs * 0.9);
});

scriptedTest("append() gives up after retries, and begins an epoch", async (cluster) => {
  const { send } = producer(cluster, { retriesMax: 2 });
  const [first] = send({});
  await grant(cluster);
  for (let i = 0; i < 3; i++) {
    assert.equal(await exchange(cluster, { error: notEnoughReplicas }), "7 0:0:0+1");
  }
  await assert.rejects(first, { message: "Cannot write to t-0: NOT_ENOUGH_REPLICAS" });
  const [second] = send({});
  assert.equal(await exchange(cluster), "7 0:1:0+1");
  await second;
});

scriptedTest("append() gives up what delivery.timeout.ms is over for", async (cluster) => {
  const clock = new HeldClock();
  const { send } = await knownProducer(cluster, { deliveryTimeoutMs: 5000 }, clock);
  const [first] = send({ count: 3 });
  const asked = await cluster.next("Produce");
  clock.advance(4990);
  await say(asked, { error: notEnoughReplicas });
  const again = await cluster.passing(clock, cluster.next("Produce"));
  assert.deepEqual(brought(again).batches, ["7 0:0:1+3"]);
  clock.advance(10);
  await say(again, { error: notEnoughReplicas });
  await assert.rejects(first, {
    message: /^Expiring 3 record\(s\) for t-0:50\d\d ms has passed since batch creation$/,
  });
  // It is not known whether it is stored: the next one must not pass for it.
  const [second] = send({ count: 4 });
  assert.equal(await exchange(cluster), "7 0:1:0+4");
  await second;
});

scriptedTest(
  "append() gives up what no broker was there for in delivery.timeout.ms",
  async (cluster) => {
    const clock = new HeldClock();
    const { send } = producer(cluster, { deliveryTimeoutMs: 50 }, clock);
    cluster.topics.set("t", [{ leader: -1, epoch: 0 }]);
    const [stored] = send({});
    await grant(cluster);
    // Each look at metadata finds no leader, and the next comes after a wait.
    await assert.rejects(cluster.passing(clock, stored), {
      message: /^Expiring 1 record\(s\) for t-0:5\d ms has passed since batch creation$/,
    });
  },
);

scriptedTest(
  "append() says once that a broker refuses idempotence, and goes on",
  async (cluster) => {
    const { send, warnings } = producer(cluster);
    const stored = send({}, {});
    await grant(cluster, { error: clusterAuthorizationFailed });
    assert.equal(await exchange(cluster, { offset: 0n }), "-1 0:-1:-1+1");
    assert.equal(await exchange(cluster, { offset: 1n }), "-1 0:-1:-1+1");
    assert.deepEqual(await Promise.all(stored), [0n, 1n]);
    const [third] = send({});
    await exchange(cluster);
    await third;
    assert.equal(warnings.length, 1);
    assert.match(warnings[0], /CLUSTER_AUTHORIZATION_FAILED; without idempotence/);
  },
);

scriptedTest("append() asks for an identity until it gets one", async (cluster) => {
  const { send } = producer(cluster);
  const [stored] = send({});
  await grant(cluster, { error: notLeader });
  (await cluster.next("InitProducerId")).hangUp();
  await grant(cluster);
  assert.equal(await exchange(cluster), "7 0:0:0+1");
  await stored;
});

scriptedTest("append() waits for no answer with acks=0", async (cluster) => {
  const { send } = producer(cluster, { acks: 0, isIdempotent: false });
  assert.deepEqual(await Promise.all(send({}, {})), [-1n, -1n]);
  const asked = [await cluster.next("Produce"), await cluster.next("Produce")];
  assert.deepEqual(asked.map(brought), [
    { acks: 0, batches: ["-1 0:-1:-1+1"] },
    { acks: 0, batches: ["-1 0:-1:-1+1"] },
  ]);
});

scriptedTest("append() asks for a new identity when its epochs are used up", async (cluster) => {
  const { send } = producer(cluster);
  const [stored] = send({});
  const asked = await cluster.next("InitProducerId");
  await asked.answer((writer) => writer.int32(0).int16(0).int64(7n).int16(0x7ffe));
  assert.equal(await exchange(cluster, { error: unknownProducer }), "7 0:32766:0+1");
  await grant(cluster, { id: 8n });
  assert.equal(await exchange(cluster), "8 0:0:0+1");
  await stored;
});
