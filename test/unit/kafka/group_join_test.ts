/** How a member joins its group, and what it makes of each answer, as the coordinator sees it. */

import assert from "node:assert/strict";
import { scriptedTest } from "./scripted_cluster.ts";
import {
  answerHeartbeat,
  answerJoin,
  answerSync,
  bench,
  heartbeat,
  joined,
  joinOf,
  membershipOf,
  syncOf,
  text,
  until,
} from "./scripted_group.ts";

scriptedTest(
  "join() tells what its protocol says, and hands out what is assigned",
  async (cluster) => {
    const { member, told } = bench(cluster);
    assert.equal(member.state, "unjoined");
    const joining = member.join();
    assert.equal(member.state, "joining");
    const join = await cluster.next("JoinGroup");
    assert.deepEqual(joinOf(join), {
      group: "g",
      sessionMs: 10_000,
      rebalanceMs: 60_000,
      memberId: "",
      instance: null,
      type: "letters",
      protocols: [["capitals", "a"]],
    });
    await answerJoin(join, { generation: 4 });
    const sync = await cluster.next("SyncGroup");
    assert.deepEqual(syncOf(sync), {
      group: "g",
      generation: 4,
      memberId: "me",
      instance: null,
      assignments: [],
    });
    await answerSync(sync, "A");
    const { assignment, ...rest } = await joining;
    assert.deepEqual(rest, { protocol: "capitals", isLeader: false });
    assert.equal(text(assignment), "A");
    assert.deepEqual([member.state, member.membership.generation], ["joined", 4]);
    assert.deepEqual(told, []);
  },
);

scriptedTest("join() divides the work when it leads", async (cluster) => {
  const { member } = bench(cluster);
  const joining = member.join();
  const members = { me: "a", you: "b" };
  await answerJoin(await cluster.next("JoinGroup"), { leader: "me", members });
  const sync = await cluster.next("SyncGroup");
  assert.deepEqual(syncOf(sync).assignments, [["me", "A"], ["you", "B"]]);
  await answerSync(sync, "A");
  assert.equal((await joining).isLeader, true);
});

scriptedTest("join() joins at once with the id that MEMBER_ID_REQUIRED brings", async (cluster) => {
  const { member } = bench(cluster);
  const joining = member.join();
  await answerJoin(await cluster.next("JoinGroup"), { error: "MEMBER_ID_REQUIRED", memberId: "x" });
  const again = await cluster.next("JoinGroup");
  assert.equal(joinOf(again).memberId, "x");
  await answerJoin(again, { memberId: "x" });
  await answerSync(await cluster.next("SyncGroup"), "A");
  await joining;
});

for (
  const error of [
    "FENCED_INSTANCE_ID",
    "GROUP_AUTHORIZATION_FAILED",
    "GROUP_MAX_SIZE_REACHED",
    "INCONSISTENT_GROUP_PROTOCOL",
    "INVALID_GROUP_ID",
    "INVALID_SESSION_TIMEOUT",
  ] as const
) {
  scriptedTest(`join() fails for good when JoinGroup answers ${error}`, async (cluster) => {
    const { member, told } = bench(cluster);
    const joining = member.join();
    await answerJoin(await cluster.next("JoinGroup"), { error });
    await assert.rejects(joining, { message: `Cannot join us in group g: ${error}`, code: error });
    assert.equal(member.state, "unjoined");
    assert.deepEqual(told, []);
  });
}

for (const error of ["FENCED_INSTANCE_ID", "GROUP_AUTHORIZATION_FAILED"] as const) {
  scriptedTest(`join() fails for good when SyncGroup answers ${error}`, async (cluster) => {
    const { member } = bench(cluster);
    const joining = member.join();
    await answerJoin(await cluster.next("JoinGroup"));
    await answerSync(await cluster.next("SyncGroup"), error);
    await assert.rejects(joining, { code: error });
    assert.equal(member.state, "unjoined");
  });
}

for (
  const [error, asksAgain] of [
    ["COORDINATOR_LOAD_IN_PROGRESS", false],
    ["COORDINATOR_NOT_AVAILABLE", true],
    ["NOT_COORDINATOR", true],
  ] as const
) {
  scriptedTest(
    `join() waits, and joins again, when JoinGroup answers ${error}`,
    async (cluster) => {
      const { member, clock, told } = bench(cluster);
      const joining = member.join();
      const first = await cluster.next("JoinGroup");
      const looks = cluster.looks.length;
      await answerJoin(first, { error });
      for (let i = 0; i < 3; i++) await cluster.roundTrip();
      assert.equal(cluster.pending("JoinGroup"), 0, "it waits first");
      const again = await cluster.passing(clock, cluster.next("JoinGroup"));
      const looked = cluster.looks.slice(looks).filter((look) =>
        look.startsWith("FindCoordinator")
      );
      assert.equal(looked.length, asksAgain ? 1 : 0);
      await answerJoin(again);
      await answerSync(await cluster.next("SyncGroup"), "A");
      await joining;
      assert.deepEqual(told, []);
    },
  );
}

scriptedTest(
  "join() goes to the coordinator that has moved, and to the one that hung up",
  async (cluster) => {
    const { member, clock } = bench(cluster);
    const joining = member.join();
    const first = await cluster.next("JoinGroup");
    assert.equal(first.nodeId, 1);
    cluster.coordinator = 2;
    await answerJoin(first, { error: "NOT_COORDINATOR" });
    const second = await cluster.passing(clock, cluster.next("JoinGroup"));
    assert.equal(second.nodeId, 2);
    cluster.coordinator = 1;
    second.hangUp();
    const third = await cluster.passing(clock, cluster.next("JoinGroup"));
    assert.equal(third.nodeId, 1);
    await answerJoin(third);
    const sync = await cluster.next("SyncGroup");
    cluster.coordinator = 2;
    await answerSync(sync, "NOT_COORDINATOR");
    const fourth = await cluster.passing(clock, cluster.next("JoinGroup"));
    assert.deepEqual([fourth.nodeId, joinOf(fourth).memberId], [2, "me"]);
    await answerJoin(fourth);
    await answerSync(await cluster.next("SyncGroup"), "A");
    await joining;
  },
  2,
);

scriptedTest(
  "join() joins as a new member when JoinGroup answers UNKNOWN_MEMBER_ID",
  async (cluster) => {
    const { member, told, clock } = await joined(cluster);
    await answerHeartbeat(await heartbeat(cluster, clock), "REBALANCE_IN_PROGRESS");
    await until(cluster, () => member.state === "stale");
    const joining = member.join();
    const first = await cluster.next("JoinGroup");
    assert.equal(joinOf(first).memberId, "me");
    await answerJoin(first, { error: "UNKNOWN_MEMBER_ID" });
    const second = await cluster.next("JoinGroup");
    assert.equal(joinOf(second).memberId, "");
    await answerJoin(second, { memberId: "new" });
    await answerSync(await cluster.next("SyncGroup"), "A");
    await joining;
    assert.deepEqual(told, ["stale", "lost"]);
  },
);

for (
  const [error, id, news] of [
    ["REBALANCE_IN_PROGRESS", "me", []],
    ["ILLEGAL_GENERATION", "me", ["lost"]],
    ["UNKNOWN_MEMBER_ID", "", ["lost"]],
  ] as const
) {
  scriptedTest(`join() begins again at once when SyncGroup answers ${error}`, async (cluster) => {
    const { member, told } = bench(cluster);
    const joining = member.join();
    await answerJoin(await cluster.next("JoinGroup"));
    await answerSync(await cluster.next("SyncGroup"), error);
    const again = await cluster.next("JoinGroup");
    assert.equal(joinOf(again).memberId, id);
    await answerJoin(again);
    await answerSync(await cluster.next("SyncGroup"), "A");
    await joining;
    assert.deepEqual(told, news);
  });
}

scriptedTest("join() keeps a name for good, and tells it with every request", async (cluster) => {
  const { member, clock } = bench(cluster, { groupInstanceId: "one" });
  const joining = member.join();
  const join = await cluster.next("JoinGroup");
  assert.equal(joinOf(join).instance, "one");
  await answerJoin(join);
  const sync = await cluster.next("SyncGroup");
  assert.equal(syncOf(sync).instance, "one");
  await answerSync(sync, "A");
  await joining;
  const beat = await heartbeat(cluster, clock);
  assert.equal(membershipOf(beat.body).instance, "one");
  await member.close();
  await cluster.roundTrip();
  assert.equal(cluster.pending("LeaveGroup"), 0, "it may come back to what it had");
});
