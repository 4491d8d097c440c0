/** What a member does between joining and leaving, as the coordinator sees it. */

import assert from "node:assert/strict";
import { KafkaError } from "../../../src/kafka/mod.ts";
import { scriptedTest } from "./scripted_cluster.ts";
import {
  answerHeartbeat,
  answerJoin,
  answerSync,
  bench,
  codes,
  heartbeat,
  joined,
  joinOf,
  membershipOf,
  until,
} from "./scripted_group.ts";

scriptedTest(
  "a member is heard every heartbeat.interval.ms, with its generation",
  async (cluster) => {
    const { clock } = await joined(cluster);
    for (let i = 0; i < 3; i++) {
      await cluster.roundTrip();
      clock.advance(2999);
      await cluster.roundTrip();
      assert.equal(cluster.pending("Heartbeat"), 0);
      clock.advance(1);
      const beat = await cluster.next("Heartbeat");
      const membership = { group: "g", generation: 1, memberId: "me", instance: null };
      assert.deepEqual(membershipOf(beat.body), membership);
      await answerHeartbeat(beat);
    }
  },
);

scriptedTest(
  "a member goes on with heartbeats while it is stale, and not while it joins",
  async (cluster) => {
    const { member, clock, told } = await joined(cluster);
    await answerHeartbeat(await heartbeat(cluster, clock), "REBALANCE_IN_PROGRESS");
    await until(cluster, () => member.state === "stale");
    await answerHeartbeat(await heartbeat(cluster, clock), "REBALANCE_IN_PROGRESS");
    assert.deepEqual(told, ["stale"]);
    const joining = member.join();
    const join = await cluster.next("JoinGroup");
    clock.advance(10_000);
    await cluster.roundTrip();
    assert.equal(cluster.pending("Heartbeat"), 0);
    await answerJoin(join, { generation: 2 });
    await answerSync(await cluster.next("SyncGroup"), "A");
    await joining;
    assert.equal(membershipOf((await heartbeat(cluster, clock)).body).generation, 2);
  },
);

for (
  const [error, id] of [["UNKNOWN_MEMBER_ID", ""], ["ILLEGAL_GENERATION", "me"]] as const
) {
  scriptedTest(`a member is lost when a heartbeat is answered ${error}`, async (cluster) => {
    const { member, clock, told } = await joined(cluster);
    await answerHeartbeat(await heartbeat(cluster, clock), error);
    await until(cluster, () => member.state === "unjoined");
    assert.deepEqual(told, ["lost"]);
    assert.equal(member.membership.generation, -1);
    void member.join().catch(() => {});
    assert.equal(joinOf(await cluster.next("JoinGroup")).memberId, id);
  });
}

for (const error of ["FENCED_INSTANCE_ID", "GROUP_AUTHORIZATION_FAILED"] as const) {
  scriptedTest(`a member fails when a heartbeat is answered ${error}`, async (cluster) => {
    const { member, clock, told } = await joined(cluster);
    await answerHeartbeat(await heartbeat(cluster, clock), error);
    await until(cluster, () => member.state === "unjoined");
    assert.deepEqual(told, ["lost", `failed: ${error}`]);
  });
}

scriptedTest("a member looks for its coordinator when a heartbeat goes wrong", async (cluster) => {
  const { member, clock, told } = await joined(cluster);
  const first = await heartbeat(cluster, clock);
  cluster.coordinator = 2;
  await answerHeartbeat(first, "NOT_COORDINATOR");
  const second = await cluster.passing(clock, cluster.next("Heartbeat"));
  assert.equal(second.nodeId, 2);
  cluster.coordinator = 1;
  second.hangUp();
  const third = await cluster.passing(clock, cluster.next("Heartbeat"));
  assert.equal(third.nodeId, 1);
  await answerHeartbeat(third);
  assert.deepEqual([member.state, told], ["joined", []]);
}, 2);

scriptedTest(
  "a member looks for its coordinator when that is silent for a session",
  async (cluster) => {
    const { member, clock } = await joined(cluster);
    assert.equal((await heartbeat(cluster, clock)).nodeId, 1);
    cluster.coordinator = 2;
    clock.advance(9999);
    await cluster.roundTrip();
    assert.equal(cluster.pending("Heartbeat"), 0);
    clock.advance(1);
    assert.equal((await cluster.passing(clock, cluster.next("Heartbeat"))).nodeId, 2);
    assert.equal(member.state, "joined");
  },
  2,
);

scriptedTest(
  "a member leaves at the heartbeat for which it is overdue, and may join again",
  async (cluster) => {
    const { member, clock, told, log, setOverdue } = await joined(cluster);
    setOverdue("it has not polled");
    await cluster.roundTrip();
    clock.advance(3000);
    const leave = await cluster.next("LeaveGroup");
    assert.equal(leave.body.string(), "g");
    assert.deepEqual(leave.body.array(() => [leave.body.string(), leave.body.nullableString()]), [
      ["me", null],
    ]);
    assert.equal(cluster.pending("Heartbeat"), 0);
    assert.deepEqual([member.state, told], ["unjoined", ["lost"]]);
    assert.ok(log.lines.includes("warn us in group g leaves: it has not polled"));
    void member.join().catch(() => {});
    assert.equal(joinOf(await cluster.next("JoinGroup")).memberId, "");
  },
);

scriptedTest("leave() does nothing while the member has not joined", async (cluster) => {
  const { member, told } = bench(cluster);
  await member.leave("why not");
  assert.deepEqual([member.state, told, cluster.pending("LeaveGroup")], ["unjoined", [], 0]);
});

scriptedTest(
  "requestRejoin() makes a member stale once, which joins with what is told then",
  async (cluster) => {
    const { member, told, protocol } = await joined(cluster);
    member.requestRejoin("there is more");
    member.requestRejoin("and more");
    assert.deepEqual([member.state, told], ["stale", ["stale"]]);
    protocol.told = "ab";
    void member.join().catch(() => {});
    const { memberId, protocols } = joinOf(await cluster.next("JoinGroup"));
    assert.deepEqual([memberId, protocols], ["me", [["capitals", "ab"]]]);
  },
);

scriptedTest("wasRefused() loses a member of that generation alone", async (cluster) => {
  const { member, told } = await joined(cluster);
  const refusal = new KafkaError("Cannot commit", codes.ILLEGAL_GENERATION);
  member.wasRefused(refusal, { ...member.membership, generation: 0 });
  assert.deepEqual([member.state, told], ["joined", []]);
  member.wasRefused(refusal, member.membership);
  assert.deepEqual([member.state, told], ["unjoined", ["lost"]]);
});

scriptedTest(
  "close() leaves the group, and waits for the answer no longer than 3 s",
  async (cluster) => {
    const { member, clock, told } = await joined(cluster);
    const closing = member.close();
    assert.equal(member.state, "closed");
    await cluster.next("LeaveGroup");
    await cluster.roundTrip();
    clock.advance(3000);
    await closing;
    assert.deepEqual(told, []);
    await assert.rejects(member.join(), { message: "us in group g is closed" });
  },
);

scriptedTest("close() leaves with the id of a join under way, which rejects", async (cluster) => {
  const { member } = bench(cluster);
  const joining = member.join();
  await answerJoin(await cluster.next("JoinGroup"), { error: "MEMBER_ID_REQUIRED", memberId: "x" });
  const join = await cluster.next("JoinGroup");
  const closing = member.close();
  const leave = await cluster.next("LeaveGroup");
  leave.body.string();
  assert.deepEqual(leave.body.array(() => [leave.body.string(), leave.body.nullableString()]), [
    ["x", null],
  ]);
  await leave.answer((writer) => writer.int32(0).int16(0).int32(0));
  await closing;
  await answerJoin(join, { error: "UNKNOWN_MEMBER_ID", memberId: "x" });
  await assert.rejects(joining, { message: "us in group g is closed" });
});
