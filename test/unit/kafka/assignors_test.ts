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

Deno.test("assignRange() serves members with a name for good first, by that name", () => {
  const all = [
    member("a", ["t"]),
    { ...member("z", ["t"]), groupInstanceId: "2" },
    { ...member("y", ["t"]), groupInstanceId: "1" },
  ];
  assert.deepEqual(texts(assignRange(all, new Map([["t", 3]]))), {
    a: ["t-2"],
    z: ["t-1"],
    y: ["t-0"],
  });
});

Deno.test("assignSticky() changes nothing when nothing has changed", () => {
  fc.assert(fc.property(members, counts, (all, partitions) => {
    const first = assignSticky(all, partitions);
    const again = assignSticky(
      all.map(({ memberId, subscription: { topics } }) =>
        member(memberId, topics, first.get(memberId)!)
      ),
      partitions,
    );
    const sorted = (assignment: Assignment) =>
      Object.entries(texts(assignment)).map(([id, own]) => [id, own.sort()]);
    assert.deepEqual(sorted(again), sorted(first));
  }));
});

Deno.test("assignSticky() moves no more than the new member gets when one joins", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(30), (size, count) => {
    const partitions = new Map([["t", count]]);
    const ids = Array.from({ length: size }, (_, i) => `m${i}`);
    const first = assignSticky(ids.map((id) => member(id, ["t"])), partitions);
    const joined = [...ids.map((id) => member(id, ["t"], first.get(id))), member("new", ["t"])];
    const again = texts(assignSticky(joined, partitions));
    const moved = ids.flatMap((id) => texts(first)[id].filter((text) => !again[id].includes(text)));
    assert.equal(moved.length, again.new.length);
  }));
});

Deno.test("assignSticky() believes the latest generation, and neither of two that claim the same", () => {
  const claim = (id: string, generation: number) => {
    const claiming = member(id, ["t"], [{ topic: "t", partition: 0 }]);
    return { ...claiming, subscription: { ...claiming.subscription, generation } };
  };
  const one = new Map([["t", 1]]);
  assert.deepEqual(texts(assignSticky([claim("a", 1), claim("b", 2)], one)), { a: [], b: ["t-0"] });
  assert.deepEqual(texts(assignSticky([claim("b", 2), claim("c", 2), member("a", ["t"])], one)), {
    a: ["t-0"],
    b: [],
    c: [],
  });
});
