/** How partitions are divided among the members of a group. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  assignCooperativeSticky,
  type AssigningMember,
  type Assignment,
  assignRange,
  assignSticky,
} from "../../../src/kafka/assignors.ts";

type Owned = { topic: string; partition: number }[];

function member(memberId: string, topics: readonly string[], owned: Owned = []): AssigningMember {
  return {
    memberId,
    groupInstanceId: null,
    subscription: { topics, owned, generation: 1, rackId: null },
  };
}

function texts(assignment: Assignment): Record<string, string[]> {
  const text = ({ topic, partition }: Owned[number]) => `${topic}-${partition}`;
  return Object.fromEntries([...assignment].map(([id, own]) => [id, own.map(text)]));
}

const topicNames = ["a", "b", "c"];
const counts = fc.record({ a: fc.nat(7), b: fc.nat(7), c: fc.nat(7) })
  .map((record) => new Map(Object.entries(record)));
const members = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 1, maxLength: 6 })
  .chain((ids) =>
    fc.tuple(...ids.map((id) => fc.subarray(topicNames).map((topics) => member(id, topics))))
  );

/** Every partition that somebody reads belongs to one member, who reads its topic. */
function checkWhole(
  all: readonly AssigningMember[],
  partitions: ReadonlyMap<string, number>,
  assignment: Assignment,
): void {
  const given = Object.values(texts(assignment)).flat().sort();
  const wanted = [...partitions]
    .filter(([topic]) => all.some(({ subscription }) => subscription.topics.includes(topic)))
    .flatMap(([topic, count]) => Array.from({ length: count }, (_, i) => `${topic}-${i}`)).sort();
  assert.deepEqual(given, wanted);
  for (const { memberId, subscription } of all) {
    for (const { topic } of assignment.get(memberId)!) {
      assert.ok(subscription.topics.includes(topic));
    }
  }
}

Deno.test("assignRange() gives runs to members in the order of their ids, per topic", () => {
  const all = [member("b", ["t", "u"]), member("a", ["t"]), member("c", ["t", "u"])];
  assert.deepEqual(texts(assignRange(all, new Map([["t", 7], ["u", 1]]))), {
    a: ["t-0", "t-1", "t-2"],
    b: ["t-3", "t-4", "u-0"],
    c: ["t-5", "t-6"],
  });
});

Deno.test("assignRange() and assignSticky() give each partition to one member that reads it", () => {
  fc.assert(fc.property(members, counts, (all, partitions) => {
    checkWhole(all, partitions, assignRange(all, partitions));
    checkWhole(all, partitions, assignSticky(all, partitions));
  }));
});

Deno.test("assignSticky() leaves no member with two more than one that could take one of them", () => {
  fc.assert(fc.property(members, counts, (all, partitions) => {
    const assignment = assignSticky(all, partitions);
    for (const { memberId: from } of all) {
      for (const { memberId: to, subscription } of all) {
        const [more, less] = [assignment.get(from)!, assignment.get(to)!];
        if (more.length < less.length + 2) continue;
        assert.ok(!more.some(({ topic }) => subscription.topics.includes(topic)));
      }
    }
  }));
});

Deno.test("assignCooperativeSticky() settles in two rebalances", () => {
  fc.assert(fc.property(members, counts, (all, partitions) => {
    const next = (assignment: Assignment, who: readonly AssigningMember[]) =>
      who.map(({ memberId, subscription: { topics } }) =>
        member(memberId, topics, assignment.get(memberId) ?? [])
      );
    // Twice: what moves is free only after its owner has given it up.
    let assignment = assignCooperativeSticky(all, partitions);
    assignment = assignCooperativeSticky(next(assignment, all), partitions);
    checkWhole(all, partitions, assignment);
    const again = assignCooperativeSticky(next(assignment, all), partitions);
    assert.deepEqual(texts(again), texts(assignment));
  }));
});

Deno.test("assignCooperativeSticky() takes nothing from those who stay when one leaves", () => {
  // With topics of their own, members may have to pass some on for the balance of the others.
  const ids = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 2, maxLength: 6 });
  fc.assert(fc.property(ids, counts, fc.nat(), (ids, partitions, leaving) => {
    const all = ids.map((id) => member(id, topicNames));
    const before = assignCooperativeSticky(all, partitions);
    const rest = ids.filter((_, i) => i !== leaving % ids.length);
    const after = texts(assignCooperativeSticky(
      rest.map((id) => member(id, topicNames, before.get(id))),
      partitions,
    ));
    const lost = rest.flatMap((id) =>
      texts(before)[id].filter((text) => !after[id].includes(text))
    );
    assert.deepEqual(lost, []);
  }));
});

Deno.test("assignCooperativeSticky() holds back what another member still has", () => {
  const t = (partition: number) => ({ topic: "t", partition });
  const all = [member("a", ["t"], [t(0), t(1), t(2), t(3)]), member("b", ["t"])];
  const assignment = assignCooperativeSticky(all, new Map([["t", 4]]));
  assert.equal(assignment.get("a")!.length, 2);
  assert.deepEqual(assignment.get("b"), []);
});
