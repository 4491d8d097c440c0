/**
 * What every implementation of the topics port does: the embedded log and Kafka both pass this suite.
 *
 * It waits for what it expects, since assignments and new topics may come late, and never relies on a
 * member keeping partitions in a rebalance, nor on what an implementation says in its messages. Every
 * test has topics and groups of its own, so that one broker may serve them all.
 *
 * @module
 */

import assert from "node:assert/strict";
import { JavaPattern } from "../../../mod.ts";
import { BatchBuilder, readBatches, readRecords } from "../../../src/batch/mod.ts";
import type {
  ConsumerEvent,
  ConsumerOptions,
  GroupAdmin,
  GroupAdminOptions,
  GroupConsumer,
  NewTopic,
  PartitionOffset,
  TopicPartition,
  Topics,
} from "../../../src/topics/mod.ts";

/** An implementation under test. */
export interface TopicsFixture {
  /** The topics. */
  topics: Topics;
  /** Closes the topics and opens them again, as after a restart of the worker. */
  reopen(): Promise<Topics>;
  /** Damages the stored record at an offset of partition 0, below the port. */
  damage(topic: string, offset: bigint): Promise<void>;
  /** Closes all. */
  close(): Promise<void>;
}

/** How an implementation may differ. */
export interface TopicsTraits {
  /** Its name, for the names of tests. */
  name: string;
  /** Whether `append` makes a topic that is absent. */
  makesAbsentTopics: boolean;
  /** Whether stored records can be damaged: those of a broker are its own business. */
  canDamage: boolean;
}

/** How long anything may take before a test gives up, in milliseconds. */
const patienceMs = 30_000;
const fetching = { bytesMax: 1 << 20, waitMsMax: 0 };
const producing = { clientId: "producer", newTopic: () => null };
const decoder = new TextDecoder();

/** Defines the tests, each by `define`. */
export function topicsContract(
  traits: TopicsTraits,
  open: () => Promise<TopicsFixture>,
  define: (name: string, test: () => Promise<void>) => void = Deno.test,
): void {
  const suite: Suite = {
    test(name, body) {
      define(`${traits.name}: ${name}`, async () => {
        const fixture = await open();
        try {
          await body(fixture, crypto.randomUUID().slice(0, 8));
        } finally {
          await fixture.close();
        }
      });
    },
  };
  appending(suite, traits);
  fetchingAndWaiting(suite, traits);
  describing(suite);
  positions(suite);
  groupAdmin(suite);
  assignments(suite);
  rebalancing(suite);
}

interface Suite {
  /** A test with a fixture of its own; `id` makes names that no other test has. */
  test(name: string, body: (fixture: TopicsFixture, id: string) => Promise<void>): void;
}

function batch(values: readonly (string | null)[], key: string | null = null) {
  const builder = new BatchBuilder({ sizeMax: 1 << 16 });
  for (const value of values) builder.append(key, value, [], Date.now());
  return builder.seal();
}

function endOf(batches: Uint8Array): bigint {
  const { header } = [...readBatches(batches)].at(-1)!;
  return header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
}

function valuesIn(batches: Uint8Array, from: bigint): string[] {
  return [...readRecords(batches)].filter(({ offset }) => offset >= from)
    .map(({ value }) => decoder.decode(value!));
}

/** Reads a partition to its end. */
async function valuesOf(topics: Topics, topic: string, partition = 0, from?: bigint) {
  const [{ partitions }] = await topics.describeTopics([topic]);
  const { logStartOffset, endOffset } = partitions[partition];
  const values: string[] = [];
  for (let offset = from ?? logStartOffset; offset < endOffset;) {
    const { batches } = await topics.fetch(topic, partition, offset, {
      bytesMax: 1,
      waitMsMax: patienceMs,
    });
    values.push(...valuesIn(batches, offset));
    offset = endOf(batches);
  }
  return values;
}

function joining(id: string, topics: readonly string[], task = 0): ConsumerOptions {
  return {
    groupId: `connect-${id}`,
    selection: { topics },
    autoOffsetReset: "earliest",
    clientId: `connector-consumer-${id}-${task}`,
  };
}

function looking(id: string): GroupAdminOptions {
  return { groupId: `connect-${id}`, clientId: `connector-worker-adminclient-${id}` };
}

/** A member with what it has been told, as a sink task keeps it. */
class Member {
  readonly consumer: GroupConsumer;
  readonly assigned = new Map<string, PartitionOffset>();
  readonly values: string[] = [];
  readonly events: ConsumerEvent["type"][] = [];
  readonly #commitsAtRevocation: boolean;

  constructor(consumer: GroupConsumer, commitsAtRevocation = true) {
    this.consumer = consumer;
    this.#commitsAtRevocation = commitsAtRevocation;
  }

  /** Polls once, and does what a sink task does. */
  async step(waitMsMax = 50): Promise<ConsumerEvent> {
    const event = await this.consumer.poll({ bytesMax: 1 << 20, waitMsMax });
    this.events.push(event.type);
    switch (event.type) {
      case "assigned":
        for (const position of event.partitions) {
          assert.ok(!this.assigned.has(nameOf(position)), `${nameOf(position)} is assigned twice`);
          this.assigned.set(nameOf(position), { ...position });
        }
        break;
      case "revoked":
        if (this.#commitsAtRevocation) await this.commit(event.partitions);
        for (const partition of event.partitions) {
          assert.ok(this.assigned.delete(nameOf(partition)), `${nameOf(partition)} is not its own`);
        }
        break;
      case "lost":
        for (const partition of event.partitions) this.assigned.delete(nameOf(partition));
        break;
      case "batches": {
        const position = this.assigned.get(nameOf(event));
        assert.ok(position !== undefined, `${nameOf(event)} is fetched but not assigned`);
        assert.equal(event.position, position.offset);
        this.values.push(...valuesIn(event.batches, event.position));
        position.offset = endOf(event.batches);
        break;
      }
    }
    return event;
  }

  /** Commits the positions of partitions: what it has read. */
  async commit(partitions: readonly TopicPartition[]): Promise<void> {
    await this.consumer.commit(
      partitions.map((partition) => this.assigned.get(nameOf(partition))!),
    );
  }

  get names(): string[] {
    return [...this.assigned.keys()].sort();
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Lets members poll in turn until a condition holds. */
async function until(holds: () => boolean, ...members: Member[]): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!holds()) {
    assert.ok(
      performance.now() < endMs,
      `it did not come about: ${members.map(({ names, events }) => `[${names}] after ${events}`)}`,
    );
    for (const member of members) await member.step(members.length === 1 ? 1000 : 20);
  }
}

/** All that members have assigned, each partition once. */
function shared(...members: Member[]): string[] {
  const all = members.flatMap(({ names }) => names);
  assert.equal(new Set(all).size, all.length, `a partition has two owners: ${all}`);
  return all.sort();
}

function appending({ test }: Suite, { makesAbsentTopics }: TopicsTraits): void {
  test(
    "append() answers base offsets in the order of the calls, also of many at once",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: id, partitions: 2 }]);
      const offsets = await Promise.all(
        Array.from({ length: 200 }, (_, i) => topics.append(id, 1, batch([`a${i}`, `b${i}`]))),
      );
      assert.deepEqual(offsets, Array.from({ length: 200 }, (_, i) => BigInt(2 * i)));
      const expected = Array.from({ length: 200 }, (_, i) => [`a${i}`, `b${i}`]).flat();
      assert.deepEqual(await valuesOf(topics, id, 1), expected);
      assert.deepEqual(await valuesOf(topics, id, 0), []);
    },
  );

  test("append() is durable when it answers", async ({ topics, reopen }, id) => {
    await topics.createTopics([{ name: id }]);
    await topics.append(id, 0, batch(["one"]));
    const again = await reopen();
    assert.deepEqual(await valuesOf(again, id), ["one"]);
    assert.equal(await again.append(id, 0, batch(["two"])), 1n);
  });

  if (makesAbsentTopics) {
    test(
      "append() makes a topic that is absent, and keeps the order of the calls",
      async ({ topics }, id) => {
        const appends: Promise<bigint>[] = [];
        for (let i = 0; i < 50; i++) {
          appends.push(topics.append(id, 0, batch([`${i}`])));
          if (i % 3 === 0) await Promise.resolve();
        }
        assert.deepEqual(
          await Promise.all(appends),
          Array.from({ length: 50 }, (_, i) => BigInt(i)),
        );
        assert.deepEqual(await valuesOf(topics, id), Array.from({ length: 50 }, (_, i) => `${i}`));
      },
    );
  }

  test("append() refuses what cannot be stored, and goes on", async ({ topics }, id) => {
    await topics.createTopics([{ name: id, configs: { "max.message.bytes": "1000" } }]);
    const damaged = batch(["damaged"]);
    damaged[damaged.length - 1] ^= 1;
    for (
      const [what, wrong] of [
        ["too large", batch(["x".repeat(2000)])],
        ["damaged", damaged],
        ["torn", batch(["torn"]).slice(0, -1)],
        ["two batches", Uint8Array.from([...batch(["1"]), ...batch(["2"])])],
        ["no batch", new Uint8Array(100)],
        ["nothing", new Uint8Array(0)],
      ] as const
    ) {
      await assert.rejects(topics.append(id, 0, wrong), isConnectError, what);
    }
    await assert.rejects(topics.append(id, 5, batch(["x"])), isConnectError, "unknown partition");
    await assert.rejects(topics.append("a b", 0, batch(["x"])), "a name that no topic may have");
    assert.equal(await topics.append(id, 0, batch(["sound"])), 0n);
  });

  test(
    "append() refuses a record without a key for a compacted topic, in Kafka's words",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: id, configs: { "cleanup.policy": "compact" } }]);
      await assert.rejects(topics.append(id, 0, batch(["x"])), {
        message: new RegExp(
          `Compacted topic cannot accept message without key in topic partition ${id}-0`,
        ),
      });
      assert.equal(await topics.append(id, 0, batch(["x"], "key")), 0n);
    },
  );

  test("every call on closed topics rejects", async ({ topics, close }, id) => {
    await topics.createTopics([{ name: id }]);
    const consumer = await topics.joinGroup(joining(id, [id]));
    const group = await topics.openGroupAdmin(looking(id));
    await close();
    await assert.rejects(topics.append(id, 0, batch(["x"])), isConnectError);
    await assert.rejects(topics.fetch(id, 0, 0n, fetching), isConnectError);
    await assert.rejects(topics.createTopics([{ name: `${id}-2` }]), isConnectError);
    await assert.rejects(topics.listTopics(), isConnectError);
    await assert.rejects(topics.describeTopics([id]), isConnectError);
    await assert.rejects(topics.openProducer(producing), isConnectError);
    await assert.rejects(topics.groupOffsets(id), isConnectError);
    await assert.rejects(topics.openGroupAdmin(looking(id)), isConnectError);
    await assert.rejects(group.offsets(), isConnectError);
    await assert.rejects(group.deleteGroup(), isConnectError);
    await assert.rejects(topics.joinGroup(joining(id, [id])), isConnectError);
    await assert.rejects(consumer.poll(fetching), isConnectError);
    await assert.rejects(
      consumer.commit([{ topic: id, partition: 0, offset: 0n }]),
      isConnectError,
    );
    await consumer.close();
    await close();
  });
}

/** A {@linkcode ConnectError} or one of its kinds. */
function isConnectError(error: Error): boolean {
  return ["ConnectError", "RetriableError", "NotFoundError"].includes(error.name);
}

function fetchingAndWaiting({ test }: Suite, { canDamage }: TopicsTraits): void {
  test("fetch() reads from any offset on", async ({ topics }, id) => {
    await topics.createTopics([{ name: id }]);
    const all: string[] = [];
    for (let i = 0; i < 10; i++) {
      const values = [`${i} a`, `${i} b`, `${i} c`];
      await topics.append(id, 0, batch(values));
      all.push(...values);
    }
    for (let offset = 0; offset < all.length; offset++) {
      assert.deepEqual(await valuesOf(topics, id, 0, BigInt(offset)), all.slice(offset));
    }
    const end = await topics.fetch(id, 0, 30n, fetching);
    assert.deepEqual([end.batches.length, end.logStartOffset, end.endOffset], [0, 0n, 30n]);
  });

  test(
    "fetch() hands out whole batches within bytesMax, one at least, in a buffer of its own",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: id }]);
      const sizes: number[] = [];
      for (let i = 0; i < 5; i++) {
        const bytes = batch(["x".repeat(1000)]);
        sizes.push(bytes.length);
        await topics.append(id, 0, bytes);
      }
      const read = async (bytesMax: number) =>
        [...readBatches((await topics.fetch(id, 0, 0n, { bytesMax, waitMsMax: 0 })).batches)]
          .length;
      assert.equal(await read(1), 1);
      assert.equal(await read(sizes[0] * 3 + 10), 3);
      assert.equal(await read(1 << 20), 5);
      const { batches } = await topics.fetch(id, 0, 0n, fetching);
      structuredClone(batches, { transfer: [batches.buffer] });
      assert.equal(await read(1 << 20), 5);
    },
  );

  test("fetch() refuses offsets that are not there", async ({ topics }, id) => {
    await topics.createTopics([{ name: id }]);
    await topics.append(id, 0, batch(["x"]));
    for (const offset of [-1n, 2n, 1n << 60n]) {
      await assert.rejects(topics.fetch(id, 0, offset, fetching), {
        name: "OffsetOutOfRangeError",
      });
    }
    for (const [topic, partition] of [[`${id}-none`, 0], [id, 1], [id, -1]] as const) {
      await assert.rejects(topics.fetch(topic, partition, 0n, fetching), { name: "NotFoundError" });
    }
  });

  test(
    "fetch() waits for the next records, and no longer than it is told or called off",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: id }]);
      const waiting = { bytesMax: 1 << 20, waitMsMax: patienceMs };
      const coming = topics.fetch(id, 0, 0n, waiting);
      await topics.append(id, 0, batch(["x"]));
      assert.deepEqual(valuesIn((await coming).batches, 0n), ["x"]);
      const short = await topics.fetch(id, 0, 1n, { bytesMax: 1, waitMsMax: 1 });
      assert.equal(short.batches.length, 0);
      const off = new AbortController();
      const called = topics.fetch(id, 0, 1n, { ...waiting, signal: off.signal });
      off.abort();
      assert.equal((await called).batches.length, 0);
      const at = performance.now();
      const before = topics.fetch(id, 0, 1n, { ...waiting, signal: off.signal });
      assert.equal((await before).batches.length, 0);
      assert.ok(performance.now() - at < patienceMs / 2);
    },
  );

  test("fetch() that waits when the topics are closed ends", async ({ topics, close }, id) => {
    await topics.createTopics([{ name: id }]);
    const waiting = topics.fetch(id, 0, 0n, { bytesMax: 1, waitMsMax: patienceMs });
    await close();
    const end = await waiting.then(({ batches }) => batches.length, isConnectError);
    assert.ok(end === 0 || end === true);
  });

  if (canDamage) {
    test(
      "fetch() passes over a damaged batch, and reads on behind it",
      async ({ topics, damage }, id) => {
        await topics.createTopics([{ name: id }]);
        for (let i = 0; i < 5; i++) await topics.append(id, 0, batch([`${i}`]));
        await damage(id, 2n);
        assert.deepEqual(await valuesOf(topics, id), ["0", "1", "3", "4"]);
        assert.deepEqual(await valuesOf(topics, id, 0, 2n), ["3", "4"]);
      },
    );
  }
}

function describing({ test }: Suite): void {
  test(
    "createTopics() makes topics that are listed and described, also after a restart",
    async ({ topics, reopen }, id) => {
      const configs = { "cleanup.policy": "compact", "segment.bytes": "1048576" };
      await topics.createTopics([
        { name: `${id}-b`, partitions: 3, replicationFactor: 1, configs },
        { name: `${id}-a` },
      ]);
      await topics.append(`${id}-b`, 2, batch(["x", "y"], "key"));
      for (const isReopened of [false, true]) {
        const port = isReopened ? await reopen() : topics;
        const own = (await port.listTopics()).filter((name) => name.startsWith(id));
        assert.deepEqual(own, [`${id}-a`, `${id}-b`]);
        const [b, a] = await port.describeTopics([`${id}-b`, `${id}-a`]);
        assert.deepEqual(b, {
          name: `${id}-b`,
          partitions: [0n, 0n, 2n].map((endOffset, partition) => (
            { partition, logStartOffset: 0n, endOffset }
          )),
          configs,
        });
        assert.equal(a.partitions.length, 1);
        const producer = await port.openProducer(producing);
        assert.equal(await producer.partitionCount(`${id}-b`), 3);
        await producer.close();
        await assert.rejects(port.describeTopics([`${id}-none`]), { name: "NotFoundError" });
      }
    },
  );

  test("createTopics() refuses what is there, and what cannot be", async ({ topics }, id) => {
    await topics.createTopics([{ name: id, partitions: 2 }]);
    await assert.rejects(topics.createTopics([{ name: id }]), {
      name: "AlreadyExistsError",
      message: `Topic '${id}' already exists.`,
    });
    for (const name of ["", ".", "..", "a b", "ü", "x".repeat(250)]) {
      await assert.rejects(topics.createTopics([{ name }]), name);
    }
    const made = `${id}-wrong`;
    const wrongs: Omit<NewTopic, "name">[] = [
      { partitions: 0 },
      { replicationFactor: 0 },
      { configs: { "no.such.config": "1" } },
      { configs: { "retention.ms": "soon" } },
      { configs: { "cleanup.policy": "shred" } },
    ];
    for (const wrong of wrongs) {
      await assert.rejects(topics.createTopics([{ name: made, ...wrong }]), JSON.stringify(wrong));
    }
    assert.ok(!(await topics.listTopics()).includes(made));
    assert.equal((await topics.describeTopics([id]))[0].partitions.length, 2);
  });

  test("Producer.partitionCount() makes an absent topic as it is told", async ({ topics }, id) => {
    const newTopic = (name: string) => ({ name, partitions: 2, replicationFactor: 1 });
    const producer = await topics.openProducer({ ...producing, newTopic });
    assert.equal(await producer.partitionCount(id), 2);
    assert.equal(await producer.append(id, 1, batch(["a"])), 0n);
    assert.equal(await producer.append(id, 1, batch(["b"])), 1n);
    await producer.close();
    const [{ partitions }] = await topics.describeTopics([id]);
    assert.deepEqual(partitions.map(({ endOffset }) => endOffset), [0n, 2n]);
  });
}

function positions({ test }: Suite): void {
  test(
    "poll() begins at the committed offset, which outlives a restart",
    async ({ topics, reopen }, id) => {
      await topics.createTopics([{ name: id }]);
      await topics.append(id, 0, batch(["0", "1", "2", "3"]));
      assert.deepEqual(await topics.groupOffsets(`connect-${id}`), []);
      const first = new Member(await topics.joinGroup(joining(id, [id])));
      await until(() => first.values.length === 4, first);
      const committed = { topic: id, partition: 0, offset: 2n };
      await first.consumer.commit([committed]);
      assert.deepEqual(await topics.groupOffsets(`connect-${id}`), [committed]);
      await first.consumer.close();
      const again = await reopen();
      assert.deepEqual(await again.groupOffsets(`connect-${id}`), [committed]);
      const second = new Member(await again.joinGroup(joining(id, [id])));
      await until(() => second.values.length === 2, second);
      assert.deepEqual(second.values, ["2", "3"]);
      await second.consumer.close();
    },
  );

  test("groups do not mind each other's offsets", async ({ topics }, id) => {
    await topics.createTopics([{ name: id }]);
    await topics.append(id, 0, batch(["0", "1"]));
    const one = new Member(await topics.joinGroup(joining(`${id}-one`, [id])));
    const two = new Member(await topics.joinGroup(joining(`${id}-two`, [id])));
    await until(() => one.values.length === 2 && two.values.length === 2, one, two);
    await one.commit([{ topic: id, partition: 0 }]);
    assert.equal((await topics.groupOffsets(`connect-${id}-one`))[0].offset, 2n);
    assert.deepEqual(await topics.groupOffsets(`connect-${id}-two`), []);
    await one.consumer.close();
    await two.consumer.close();
  });

  test("autoOffsetReset latest begins at the end, none nowhere", async ({ topics }, id) => {
    await topics.createTopics([{ name: id }]);
    await topics.append(id, 0, batch(["old"]));
    const options = joining(id, [id]);
    const latest = new Member(
      await topics.joinGroup({ ...options, groupId: `${id}-latest`, autoOffsetReset: "latest" }),
    );
    await until(() => latest.assigned.size === 1, latest);
    assert.equal(latest.assigned.get(`${id}-0`)!.offset, 1n);
    await topics.append(id, 0, batch(["new"]));
    await until(() => latest.values.length > 0, latest);
    assert.deepEqual(latest.values, ["new"]);
    await latest.consumer.close();

    const none = await topics.joinGroup({
      ...options,
      groupId: `${id}-none`,
      autoOffsetReset: "none",
    });
    for (let i = 0; i < 2; i++) {
      await assert.rejects(new Member(none).step(patienceMs), {
        name: "OffsetOutOfRangeError",
        message: `Undefined offset with no reset policy for partitions: [${id}-0]`,
      });
    }
    await none.close();
  });

  test(
    "seek() moves the position, pause(), resume() and withoutBatches stop and start a partition",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: id, partitions: 2 }]);
      await topics.append(id, 0, batch(["a0", "a1", "a2"]));
      await topics.append(id, 1, batch(["b0"]));
      const member = new Member(await topics.joinGroup(joining(id, [id])));
      await until(() => member.values.length === 4, member);
      member.values.length = 0;
      const back = { topic: id, partition: 0, offset: 1n };
      member.consumer.seek(back);
      member.assigned.set(`${id}-0`, { ...back });
      await until(() => member.values.length === 2, member);
      assert.deepEqual(member.values.splice(0), ["a1", "a2"]);

      member.consumer.pause([{ topic: id, partition: 0 }]);
      await topics.append(id, 0, batch(["a3"]));
      await topics.append(id, 1, batch(["b1"]));
      await until(() => member.values.length === 1, member);
      for (let i = 0; i < 3; i++) await member.step(20);
      assert.deepEqual(member.values, ["b1"]);
      member.consumer.resume([{ topic: id, partition: 0 }]);
      await until(() => member.values.length === 2, member);
      assert.deepEqual(member.values, ["b1", "a3"]);

      await topics.append(id, 0, batch(["a4"]));
      const none = { bytesMax: 1000, waitMsMax: 20, withoutBatches: true };
      for (let i = 0; i < 3; i++) assert.equal((await member.consumer.poll(none)).type, "idle");
      await until(() => member.values.length === 3, member);
      await member.consumer.close();
    },
  );

  test("poll() takes turns among partitions that have much to read", async ({ topics }, id) => {
    await topics.createTopics([{ name: id, partitions: 3 }]);
    for (const partition of [0, 1, 2]) {
      for (let i = 0; i < 20; i++) {
        await topics.append(id, partition, batch([`${partition} ${"x".repeat(500)}`]));
      }
    }
    const member = await topics.joinGroup(joining(id, [id]));
    const seen: number[] = [];
    const endMs = performance.now() + patienceMs;
    while (seen.length < 9) {
      assert.ok(performance.now() < endMs);
      const event = await member.poll({ bytesMax: 600, waitMsMax: 1000 });
      if (event.type === "batches") seen.push(event.partition);
    }
    assert.deepEqual(new Set(seen).size, 3, `${seen}`);
    await member.close();
  });

  test("lag() counts the records that are yet to be handed out", async ({ topics }, id) => {
    await topics.createTopics([{ name: id }]);
    for (let i = 0; i < 5; i++) await topics.append(id, 0, batch([`${i}`, `${i}`]));
    const member = await topics.joinGroup(joining(id, [id]));
    const lags: (number | null)[] = [];
    const endMs = performance.now() + patienceMs;
    while (lags.length < 5) {
      assert.ok(performance.now() < endMs);
      const event = await member.poll({ bytesMax: 1, waitMsMax: 1000 });
      if (event.type === "batches") lags.push(member.lag());
    }
    assert.deepEqual(lags, [8, 6, 4, 2, 0]);
    await member.close();
  });

  test("commit() refuses partitions that are not assigned", async ({ topics }, id) => {
    await topics.createTopics([{ name: id }]);
    const member = new Member(await topics.joinGroup(joining(id, [id])));
    await until(() => member.assigned.size === 1, member);
    await assert.rejects(
      member.consumer.commit([{ topic: id, partition: 7, offset: 0n }]),
      isConnectError,
    );
    assert.deepEqual(await topics.groupOffsets(`connect-${id}`), []);
    await member.consumer.close();
  });
}

function groupAdmin({ test }: Suite): void {
  /** A test with a group to look after, whose id and topic are called after `id`. */
  function groupTest(
    name: string,
    body: (topics: Topics, group: GroupAdmin, id: string, again: () => Promise<Topics>) => unknown,
  ): void {
    test(name, async ({ topics, reopen }, id) => {
      await topics.createTopics([{ name: id, partitions: 2 }]);
      // A broker that is busy may not know it at once.
      const isKnown = () => topics.describeTopics([id]).then(() => true, () => false);
      const endMs = performance.now() + patienceMs;
      while (!await isKnown()) assert.ok(performance.now() < endMs, `there is no topic ${id}`);
      const group = await topics.openGroupAdmin(looking(id));
      await body(topics, group, id, reopen);
      await group.close();
    });
  }

  groupTest(
    "alterOffsets() moves where a group begins, deleteOffsets() forgets it, also over a restart",
    async (topics, group, id, reopen) => {
      await topics.append(id, 0, batch(["0", "1", "2"]));
      assert.deepEqual(await group.offsets(), []);
      await group.alterOffsets([0, 1].map((partition) => ({ topic: id, partition, offset: 2n })));
      await group.alterOffsets([{ topic: id, partition: 1, offset: 1n << 40n }]);
      const altered = [{ topic: id, partition: 0, offset: 2n }, {
        topic: id,
        partition: 1,
        offset: 1n << 40n,
      }];
      assert.deepEqual(inOrder(await group.offsets()), altered);
      const again = await reopen();
      const other = await again.openGroupAdmin(looking(id));
      assert.deepEqual(inOrder(await other.offsets()), altered);
      assert.deepEqual(await valuesFor(again, id, 1), ["2"]);
      await other.deleteOffsets([{ topic: id, partition: 0 }]);
      await other.deleteOffsets([{ topic: id, partition: 0 }]);
      assert.deepEqual(await other.offsets(), altered.slice(1));
      assert.deepEqual(await valuesFor(again, id, 3), ["0", "1", "2"]);
      await other.close();
    },
  );

  groupTest("a group begins anew after an offset beyond the end", async (topics, group, id) => {
    await topics.append(id, 0, batch(["0", "1"]));
    await group.alterOffsets([{ topic: id, partition: 0, offset: 1000n }]);
    assert.deepEqual(await valuesFor(topics, id, 2), ["0", "1"]);
  });

  groupTest("deleteGroup() forgets all of a group, also over a restart", async (
    topics,
    group,
    id,
    reopen,
  ) => {
    await group.alterOffsets([0, 1].map((partition) => ({ topic: id, partition, offset: 1n })));
    const neighbour = await topics.openGroupAdmin(looking(`${id}-2`));
    const offsets = [{ topic: id, partition: 0, offset: 0n }];
    await neighbour.alterOffsets(offsets);
    await group.deleteGroup();
    assert.deepEqual(await group.offsets(), []);
    await assert.rejects(group.deleteGroup(), { name: "NotFoundError" });
    const again = await reopen();
    const other = await again.openGroupAdmin(looking(id));
    assert.deepEqual(await other.offsets(), []);
    await assert.rejects(other.deleteGroup(), { name: "NotFoundError" });
    await other.alterOffsets(offsets);
    assert.deepEqual(await other.offsets(), offsets);
    assert.deepEqual(await again.groupOffsets(`connect-${id}-2`), offsets);
    await neighbour.close();
    await other.close();
  });

  groupTest("a group that has members is left alone", async (topics, group, id) => {
    const member = new Member(await topics.joinGroup(joining(id, [id])));
    await until(() => member.assigned.size === 2, member);
    const committed = [{ topic: id, partition: 0, offset: 0n }];
    await member.consumer.commit(committed);
    const refused = { name: "GroupNotEmptyError" };
    await assert.rejects(group.alterOffsets([{ ...committed[0], offset: 1n }]), refused);
    await assert.rejects(group.deleteOffsets(committed), refused);
    await assert.rejects(group.deleteGroup(), refused);
    assert.deepEqual(await group.offsets(), committed);
    await member.consumer.close();
    await group.deleteGroup();
    assert.deepEqual(await group.offsets(), []);
  });

  groupTest("a group has offsets of partitions that are there", async (_, group, id) => {
    const missing = { name: "NotFoundError" };
    await assert.rejects(group.deleteOffsets([{ topic: id, partition: 0 }]), missing, "no group");
    const sound = { topic: id, partition: 0, offset: 1n };
    for (const wrong of [{ topic: `${id}-gone`, partition: 0 }, { topic: id, partition: 2 }]) {
      await assert.rejects(group.alterOffsets([{ ...wrong, offset: 1n }, sound]), missing);
      assert.deepEqual(await group.offsets(), [sound]);
      await assert.rejects(group.deleteOffsets([wrong, sound]), missing);
      assert.deepEqual(await group.offsets(), []);
    }
  });
}

/** The first values that a group reads, as many as there should be, in the order of their offsets. */
async function valuesFor(topics: Topics, id: string, count: number): Promise<string[]> {
  const member = await topics.joinGroup(joining(id, [id]));
  const values: string[] = [];
  const endMs = performance.now() + patienceMs;
  while (values.length < count) {
    assert.ok(performance.now() < endMs, `it has read ${values} alone`);
    const event = await member.poll({ bytesMax: 1 << 20, waitMsMax: 1000 });
    if (event.type === "batches") values.push(...valuesIn(event.batches, event.position));
  }
  await member.close();
  return values;
}

function inOrder(offsets: readonly PartitionOffset[]): PartitionOffset[] {
  return offsets.toSorted((a, b) => a.partition - b.partition);
}

function assignments({ test }: Suite): void {
  test("members share partitions as Kafka's range assignor does", async ({ topics }, id) => {
    await topics.createTopics([
      { name: `${id}-five`, partitions: 5 },
      { name: `${id}-two`, partitions: 2 },
    ]);
    const names = [`${id}-five`, `${id}-two`];
    // In another order than that of their client ids.
    const members: Member[] = [];
    for (const task of [2, 0, 1]) {
      members[task] = new Member(await topics.joinGroup(joining(id, names, task)));
    }
    const five = (...partitions: number[]) => partitions.map((p) => `${id}-five-${p}`);
    const expected = [
      [...five(0, 1), `${id}-two-0`],
      [...five(2, 3), `${id}-two-1`],
      five(4),
    ];
    const areRight = () => members.every(({ names }, i) => `${names}` === `${expected[i]}`);
    await until(areRight, ...members);
    for (const { consumer } of members) await consumer.close();
  });

  test(
    "a member gets nothing when there are fewer partitions than members",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: id }]);
      const members: Member[] = [];
      for (const task of [0, 1]) {
        members.push(new Member(await topics.joinGroup(joining(id, [id], task))));
      }
      await until(() => members[0].assigned.size === 1, ...members);
      assert.deepEqual(members[1].names, []);
      for (const { consumer } of members) await consumer.close();
    },
  );

  test(
    "a pattern takes topics whose whole name matches, also those made later",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: `${id}-log-1` }, { name: `x-${id}-log-1` }]);
      const options = joining(id, []);
      const selection = { pattern: JavaPattern.compile(`${id}-log-\\d`) };
      const member = new Member(await topics.joinGroup({ ...options, selection }));
      await until(() => member.assigned.size === 1, member);
      assert.deepEqual(member.names, [`${id}-log-1-0`]);
      await topics.createTopics([{ name: `${id}-log-10` }, { name: `${id}-log-2`, partitions: 2 }]);
      await topics.append(`${id}-log-2`, 1, batch(["first"]));
      await until(() => member.values.length === 1, member);
      assert.deepEqual(member.names, [`${id}-log-1-0`, `${id}-log-2-0`, `${id}-log-2-1`]);
      assert.deepEqual(member.values, ["first"]);
      await member.consumer.close();
    },
  );

  test(
    "a topic that is named before it is there is assigned when it is made",
    async ({ topics }, id) => {
      const member = new Member(await topics.joinGroup(joining(id, [id])));
      assert.equal((await member.step(20)).type, "idle");
      await topics.createTopics([{ name: id }]);
      await topics.append(id, 0, batch(["x"]));
      await until(() => member.values.length === 1, member);
      await member.consumer.close();
    },
  );
}

function rebalancing({ test }: Suite): void {
  test(
    "a partition changes hands only after its owner has committed, so that nothing is read twice",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: id, partitions: 4 }]);
      const written: string[] = [];
      const write = async () => {
        for (let partition = 0; partition < 4; partition++) {
          const value = `${partition} ${written.length}`;
          written.push(value);
          await topics.append(id, partition, batch([value]));
        }
      };
      await write();
      const one = new Member(await topics.joinGroup(joining(id, [id], 0)));
      await until(() => one.values.length === 4, one);
      const two = new Member(await topics.joinGroup(joining(id, [id], 1)));
      await until(() => one.assigned.size === 2 && two.assigned.size === 2, one, two);
      assert.equal(shared(one, two).length, 4);
      assert.ok(one.events.includes("revoked"));
      await write();
      await until(() => one.values.length + two.values.length === 8, one, two);
      await two.commit([...two.assigned.values()]);
      await two.consumer.close();
      await until(() => one.assigned.size === 4, one);
      await write();
      await until(() => one.values.length + two.values.length === 12, one);
      assert.deepEqual([...one.values, ...two.values].sort(), written.sort());
      await one.consumer.close();
    },
  );

  test(
    "what a member has not committed when it is gone is read again by others",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: id }]);
      await topics.append(id, 0, batch(["0", "1"]));
      const gone = new Member(await topics.joinGroup(joining(id, [id], 0)));
      await until(() => gone.values.length === 2, gone);
      await gone.consumer.commit([{ topic: id, partition: 0, offset: 1n }]);
      await gone.consumer.close();
      await gone.consumer.close();
      const heir = new Member(await topics.joinGroup(joining(id, [id], 1)));
      await until(() => heir.values.length === 1, heir);
      assert.deepEqual(heir.values, ["1"]);
      await heir.consumer.close();
    },
  );

  test("close() during a poll ends it, and the others go on", async ({ topics }, id) => {
    await topics.createTopics([{ name: id, partitions: 2 }]);
    const one = new Member(await topics.joinGroup(joining(id, [id], 0)));
    const two = new Member(await topics.joinGroup(joining(id, [id], 1)));
    await until(() => shared(one, two).length === 2, one, two);
    const at = performance.now();
    const polling = two.consumer.poll({ bytesMax: 1, waitMsMax: patienceMs });
    await two.consumer.close();
    assert.equal((await polling).type, "idle");
    assert.ok(performance.now() - at < patienceMs / 2);
    await assert.rejects(two.consumer.poll(fetching), isConnectError);
    await until(() => one.assigned.size === 2, one);
    await one.consumer.close();
  });

  test(
    "a member that does not poll in time loses its partitions, and may come back",
    async ({ topics }, id) => {
      await topics.createTopics([{ name: id, partitions: 2 }]);
      const options = { ...joining(id, [id], 0), pollIntervalMsMax: 500 };
      const slow = new Member(await topics.joinGroup(options));
      await until(() => slow.assigned.size === 2, slow);
      const held = [...slow.assigned.values()];
      const other = new Member(await topics.joinGroup(joining(id, [id], 1)));
      await until(() => other.assigned.size === 2, other);
      await assert.rejects(slow.consumer.commit(held), isConnectError);
      assert.deepEqual(await topics.groupOffsets(`connect-${id}`), []);
      await until(() => slow.events.includes("lost"), slow);
      await until(() => slow.assigned.size === 1 && other.assigned.size === 1, slow, other);
      assert.equal(shared(slow, other).length, 2);
      await slow.consumer.close();
      await other.consumer.close();
    },
  );
}
