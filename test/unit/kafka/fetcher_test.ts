/** What a fetcher asks, and what it makes of each answer, as brokers see it. */

import assert from "node:assert/strict";
import { answer, batch, bench, metadataMaxAgeMs, taken, wanted } from "./fetcher_bench.ts";
import { scriptedTest } from "./scripted_cluster.ts";

const outOfRange = 1;
const unknownTopic = 3;

const start = [{ topic: "t", partition: 0, offset: 7n }];

scriptedTest(
  "a fetcher asks a leader in its epoch, and goes on behind what came",
  async (cluster) => {
    const { fetcher } = bench(cluster);
    fetcher.follow(start);
    const first = await cluster.next("Fetch");
    assert.deepEqual(wanted(first), { rack: "", wants: ["0@7 5"] });
    await answer(first, 0, { records: batch(7n, 2) });
    assert.deepEqual(await taken(cluster, fetcher), ["0@7", "0@8"]);
    assert.deepEqual(wanted(await cluster.next("Fetch")).wants, ["0@9 5"]);
  },
);

for (
  const [name, error] of Object.entries({
    UNKNOWN_TOPIC_OR_PARTITION: unknownTopic,
    NOT_LEADER_OR_FOLLOWER: 6,
    REPLICA_NOT_AVAILABLE: 9,
    KAFKA_STORAGE_ERROR: 56,
    FENCED_LEADER_EPOCH: 74,
    UNKNOWN_LEADER_EPOCH: 75,
    OFFSET_NOT_AVAILABLE: 78,
    UNKNOWN_SERVER_ERROR: -1,
  })
) {
  scriptedTest(`a fetcher looks for the leader again after ${name}`, async (cluster) => {
    const { fetcher, clock, log } = bench(cluster);
    fetcher.follow(start);
    const first = await cluster.next("Fetch");
    cluster.topics.set("t", [{ leader: 2, epoch: 6 }]);
    await answer(first, 0, { error });
    for (let i = 0; i < 3; i++) await cluster.roundTrip();
    assert.equal(fetcher.take(1), null);
    assert.equal(cluster.pending("Fetch"), 0, "it waits first");
    const second = await cluster.passing(clock, cluster.next("Fetch"));
    assert.deepEqual([second.nodeId, wanted(second).wants], [2, ["0@7 6"]]);
    const isNotable = error === unknownTopic || error === -1;
    const warnings = log.lines.filter((line) => line.startsWith("warn"));
    assert.deepEqual(warnings, isNotable ? [`warn us: Cannot fetch t-0: ${name}`] : []);
    assert.equal(log.lines.includes("info a topic is missing"), error === unknownTopic);
  }, 2);
}

scriptedTest("a fetcher looks for the leader again when a connection breaks", async (cluster) => {
  const { fetcher, clock } = bench(cluster);
  fetcher.follow(start);
  const first = await cluster.next("Fetch");
  cluster.topics.set("t", [{ leader: 2, epoch: 6 }]);
  first.hangUp();
  const second = await cluster.passing(clock, cluster.next("Fetch"));
  assert.equal(second.nodeId, 2);
}, 2);

for (
  const [name, error, message] of [
    ["TOPIC_AUTHORIZATION_FAILED", 29, "Cannot fetch t-0: TOPIC_AUTHORIZATION_FAILED"],
    [
      "CORRUPT_MESSAGE",
      2,
      "Encountered corrupt message when fetching offset 7 for topic-partition t-0",
    ],
  ] as const
) {
  scriptedTest(
    `take() throws after ${name}, and other partitions go on behind it`,
    async (cluster) => {
      const { fetcher } = bench(cluster);
      fetcher.follow([...start, { topic: "t", partition: 1, offset: 0n }]);
      await answer(await cluster.next("Fetch"), 0, { error }, { partition: 1, records: batch(0n) });
      await assert.rejects(taken(cluster, fetcher), { message });
      fetcher.unfollow(start);
      assert.deepEqual(await taken(cluster, fetcher), ["1@0"]);
    },
  );
}

for (const reset of ["earliest", "latest"] as const) {
  scriptedTest(
    `a fetcher goes to the ${reset} offset when its own is out of range`,
    async (cluster) => {
      const { fetcher, log } = bench(cluster, { autoOffsetReset: reset });
      fetcher.follow(start);
      await answer(await cluster.next("Fetch"), 0, { error: outOfRange });
      const asked = await cluster.next("ListOffsets");
      const { body } = asked;
      body.int32();
      body.int8();
      const times = body.array(() => {
        body.string();
        return body.array(() => [body.int32(), body.int32(), body.int64()].at(-1));
      }).flat();
      assert.deepEqual(times, [reset === "earliest" ? -2n : -1n]);
      await asked.answer((writer) =>
        writer.int32(0).int32(1).string("t").int32(1).int32(0).int16(0).int64(-1n).int64(3n).int32(
          5,
        )
      );
      assert.deepEqual(wanted(await cluster.next("Fetch")).wants, ["0@3 5"]);
      assert.match(
        log.lines.join("\n"),
        /info us: Fetch position 7 is out of range for partition t-0: reading goes on at 3/,
      );
    },
  );
}

scriptedTest(
  "take() throws when an offset is out of range and there is no policy",
  async (cluster) => {
    const { fetcher } = bench(cluster, { autoOffsetReset: "none" });
    fetcher.follow(start);
    await answer(await cluster.next("Fetch"), 0, { error: outOfRange });
    const expected = {
      name: "OffsetOutOfRangeError",
      message: /^Fetch position 7 is out of range/,
    };
    await assert.rejects(taken(cluster, fetcher), expected);
    fetcher.seek({ topic: "t", partition: 0, offset: 1n });
    assert.deepEqual(wanted(await cluster.next("Fetch")).wants, ["0@1 5"]);
  },
);

scriptedTest(
  "a fetcher asks the replica that is near, for metadata.max.age.ms",
  async (cluster) => {
    const { fetcher, clock } = bench(cluster, { clientRack: "here" });
    fetcher.follow(start);
    const first = await cluster.next("Fetch");
    assert.deepEqual([first.nodeId, wanted(first).rack], [1, "here"]);
    await answer(first, 0, { replica: 2 });
    const second = await cluster.next("Fetch");
    assert.deepEqual([second.nodeId, wanted(second).wants], [2, ["0@7 5"]]);
    await answer(second, 0, { records: batch(7n) });
    assert.deepEqual(await taken(cluster, fetcher), ["0@7"]);
    const third = await cluster.next("Fetch");
    assert.equal(third.nodeId, 2);
    clock.advance(metadataMaxAgeMs);
    await answer(third, 0, {});
    assert.equal((await cluster.next("Fetch")).nodeId, 1);
  },
  2,
);

scriptedTest("a fetcher asks the leader what its replica finds out of range", async (cluster) => {
  const { fetcher, log } = bench(cluster, { clientRack: "here", autoOffsetReset: "none" });
  fetcher.follow(start);
  await answer(await cluster.next("Fetch"), 0, { replica: 2 });
  await answer(await cluster.next("Fetch"), 0, { error: outOfRange });
  const third = await cluster.next("Fetch");
  assert.deepEqual([third.nodeId, wanted(third).wants], [1, ["0@7 5"]]);
  assert.deepEqual(log.lines.filter((line) => line.startsWith("warn")), []);
}, 2);

scriptedTest("a fetcher asks the leader when its replica is away", async (cluster) => {
  const { fetcher, clock } = bench(cluster, { clientRack: "here" });
  fetcher.follow(start);
  await answer(await cluster.next("Fetch"), 0, { replica: 3 });
  const second = await cluster.passing(clock, cluster.next("Fetch"));
  assert.deepEqual([second.nodeId, wanted(second).wants], [1, ["0@7 5"]]);
});

scriptedTest("a fetcher leaves a broker alone for as long as it asks", async (cluster) => {
  const { fetcher } = bench(cluster);
  const throttleMs = 300;
  fetcher.follow(start);
  await answer(await cluster.next("Fetch"), throttleMs, {});
  const startMs = performance.now();
  await cluster.next("Fetch");
  assert.ok(performance.now() - startMs > throttleMs * 0.9);
});

scriptedTest("a paused partition is not fetched, and what came of it stays", async (cluster) => {
  const { fetcher } = bench(cluster);
  const other = { topic: "t", partition: 1, offset: 0n };
  fetcher.follow([...start, other]);
  const first = await cluster.next("Fetch");
  assert.deepEqual(wanted(first).wants, ["0@7 5", "1@0 6"]);
  fetcher.pause([start[0]], true);
  const records = Uint8Array.from([...batch(7n), ...batch(8n, 3), ...batch(11n)]);
  await answer(first, 0, { records }, { partition: 1, records: batch(0n) });
  assert.deepEqual(await taken(cluster, fetcher), ["1@0"]);
  const second = await cluster.next("Fetch");
  assert.deepEqual(wanted(second).wants, ["1@1 6"]);
  await answer(second, 0, { partition: 1 });
  fetcher.pause([start[0]], false);
  assert.deepEqual(await taken(cluster, fetcher, 1), ["0@7"]);
  fetcher.pause([start[0]], true);
  fetcher.pause([start[0]], false);
  assert.deepEqual(await taken(cluster, fetcher, 1), ["0@8", "0@9", "0@10"]);
  assert.deepEqual(await taken(cluster, fetcher, 1), ["0@11"]);
});

for (
  const [isolationLevel, expected] of [["read_uncommitted", 3], ["read_committed", 1]] as const
) {
  scriptedTest(`lag() counts what can be read with ${isolationLevel}`, async (cluster) => {
    const { fetcher } = bench(cluster, { isolationLevel });
    fetcher.follow(start);
    assert.equal(fetcher.lag(), null);
    await answer(await cluster.next("Fetch"), 0, { ends: [10n, 8n] });
    await cluster.next("Fetch");
    assert.equal(fetcher.lag(), expected);
  });
}
