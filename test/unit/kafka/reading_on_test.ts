/** What a fetcher does when another leader may have lost what was read (KIP-320), as brokers see it. */

import assert from "node:assert/strict";
import type { ConsumerSettings } from "../../../src/kafka/mod.ts";
import { answer, batch, bench, taken, wanted } from "./fetcher_bench.ts";
import { type Asked, type ScriptedCluster, scriptedTest } from "./scripted_cluster.ts";

const notLeader = 6;

/** A fetcher that has read `t-0` up to offset 9 in epoch 5, and is then told that broker 2 leads in epoch 6. */
async function underNewLeader(cluster: ScriptedCluster, settings: Partial<ConsumerSettings> = {}) {
  const { fetcher, clock, log } = bench(cluster, { autoOffsetReset: "earliest", ...settings });
  fetcher.follow([{ topic: "t", partition: 0, offset: 7n }]);
  await answer(await cluster.next("Fetch"), 0, { records: batch(7n, 2, 5) });
  assert.deepEqual(await taken(cluster, fetcher), ["0@7", "0@8"]);
  cluster.topics.set("t", [{ leader: 2, epoch: 6 }]);
  await answer(await cluster.next("Fetch"), 0, { error: notLeader });
  const asked = await cluster.passing(clock, cluster.next("OffsetForLeaderEpoch"));
  const { body, nodeId } = asked;
  const replicaId = body.int32();
  const [question] = body.array(() => {
    const topic = body.string();
    return body.array(() => [topic, body.int32(), body.int32(), body.int32()]);
  }).flat();
  assert.deepEqual([nodeId, replicaId, question], [2, -1, ["t", 0, 6, 5]]);
  return { fetcher, clock, log, asked };
}

async function endAt({ answer }: Asked, endOffset: bigint, error = 0): Promise<void> {
  await answer((writer) =>
    writer.int32(0).int32(1).string("t").int32(1).int16(error).int32(0).int32(5).int64(endOffset)
  );
}

scriptedTest(
  "a fetcher goes on where it was when its new leader has what was read",
  async (cluster) => {
    const { clock, asked } = await underNewLeader(cluster);
    // It may not know yet that it leads.
    await endAt(asked, -1n, notLeader);
    await endAt(await cluster.passing(clock, cluster.next("OffsetForLeaderEpoch")), 9n);
    const fetch = await cluster.next("Fetch");
    assert.deepEqual([fetch.nodeId, wanted(fetch).wants], [2, ["0@9 6"]]);
    // Once is enough.
    await answer(fetch, 0, {});
    assert.deepEqual(wanted(await cluster.next("Fetch")).wants, ["0@9 6"]);
  },
  2,
);

scriptedTest("a fetcher goes back to where its new leader's log is another", async (cluster) => {
  const { fetcher, log, asked } = await underNewLeader(cluster);
  await endAt(asked, 8n);
  const fetch = await cluster.next("Fetch");
  assert.deepEqual(wanted(fetch).wants, ["0@8 6"]);
  await answer(fetch, 0, { records: batch(8n, 1, 6) });
  assert.deepEqual(await taken(cluster, fetcher), ["0@8"]);
  const what = "info us: Truncation detected for partition t-0 at offset 9: reading goes on at 8";
  assert.ok(log.lines.some((line) => line.startsWith(what)), log.lines.join("\n"));
}, 2);

scriptedTest("take() throws when what was read is lost and there is no policy", async (cluster) => {
  const { fetcher, asked } = await underNewLeader(cluster, { autoOffsetReset: "none" });
  await endAt(asked, 8n);
  const says = /^Truncation detected for partition t-0 at offset 9: it diverges at 8, and/;
  await assert.rejects(taken(cluster, fetcher), { message: says });
  fetcher.seek({ topic: "t", partition: 0, offset: 3n });
  assert.deepEqual(wanted(await cluster.next("Fetch")).wants, ["0@3 6"]);
}, 2);

scriptedTest(
  "a fetcher goes where the policy says when its new leader knows nothing",
  async (cluster) => {
    const { asked } = await underNewLeader(cluster);
    await endAt(asked, -1n);
    await (await cluster.next("ListOffsets")).answer((writer) =>
      writer.int32(0).int32(1).string("t").int32(1).int32(0).int16(0).int64(-1n).int64(2n).int32(6)
    );
    assert.deepEqual(wanted(await cluster.next("Fetch")).wants, ["0@2 6"]);
  },
  2,
);
