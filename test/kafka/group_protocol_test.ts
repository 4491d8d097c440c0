/** Random groups of consumers: the same bytes as Java's, and the same shares. */

import assert from "node:assert/strict";
import {
  assignCooperativeSticky,
  type Assignment,
  assignRange,
} from "../../src/kafka/assignors.ts";
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeGeneration,
  encodeSubscription,
  type Subscription,
} from "../../src/kafka/protocol/consumer_group.ts";
import { type PartitionName, partitionText } from "../../src/kafka/protocol/partitions.ts";
import { javaTest } from "./java.ts";

interface Group {
  counts: Record<string, number>;
  isUniform: boolean;
  members: (Subscription & {
    memberId: string;
    groupInstanceId: string | null;
    subscription: string;
  })[];
  range: Record<string, { partitions: PartitionName[]; bytes: string }>;
  sticky: Record<string, { partitions: PartitionName[]; bytes: string }>;
}

function texts(assignment: Assignment): Record<string, string[]> {
  return Object.fromEntries(
    [...assignment].sort().map((
      [id, own],
    ) => [id, own.map(partitionText).sort()]),
  );
}

function theirs(shares: Group["range"]): Record<string, string[]> {
  return texts(new Map(Object.entries(shares).map(([id, { partitions }]) => [id, partitions])));
}

javaTest("consumers tell and divide in a group as Java's do", async (java) => {
  const program = await java.withPrograms();
  const seed = String(crypto.getRandomValues(new Uint32Array(1))[0]);
  const { code, stdout, stderr } = await program.run("GroupProtocol", seed, "400");
  assert.equal(code, 0, stderr);
  const groups = stdout.trim().split("\n").map((line): Group => JSON.parse(line));
  assert.equal(groups.length, 400);
  for (const { counts, isUniform, members, range, sticky } of groups) {
    const context = `seed ${seed}: ${JSON.stringify({ counts, members })}`;
    for (const { topics, owned, generation, rackId, subscription } of members) {
      const told = { topics, owned, generation, rackId };
      const bytes = Uint8Array.fromBase64(subscription);
      assert.deepEqual(encodeSubscription(told, encodeGeneration(generation)), bytes, context);
      assert.deepEqual(decodeSubscription(bytes), told, context);
    }
    for (const { partitions, bytes } of Object.values(range)) {
      const assigned = Uint8Array.fromBase64(bytes);
      assert.deepEqual(encodeAssignment(partitions), assigned, context);
      assert.deepEqual(decodeAssignment(assigned), partitions, context);
    }
    const assigning = members.map(({ memberId, groupInstanceId, subscription }) => ({
      memberId,
      groupInstanceId,
      subscription: decodeSubscription(Uint8Array.fromBase64(subscription)),
    }));
    const there = new Map(Object.entries(counts));
    assert.deepEqual(texts(assignRange(assigning, there)), theirs(range), context);
    // Java chooses otherwise among those who are equal; how much stays where it is is what counts.
    if (isUniform) {
      const kept = (shares: Record<string, string[]>) =>
        members.flatMap(({ memberId, owned }) =>
          owned.map(partitionText).filter((text) => shares[memberId].includes(text))
        ).length;
      const [our, their] = [texts(assignCooperativeSticky(assigning, there)), theirs(sticky)];
      assert.equal(kept(our), kept(their), context);
    }
  }
});
