/** What consumers tell their group, byte for byte as Java writes it, and requests about groups. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeGeneration,
  encodeSubscription,
} from "../../../src/kafka/protocol/consumer_group.ts";
import { fetchRequest } from "../../../src/kafka/protocol/fetch.ts";
import {
  deleteGroupRequest,
  heartbeatRequest,
  joinGroupRequest,
  leaveGroupRequest,
  syncGroupRequest,
} from "../../../src/kafka/protocol/group.ts";
import {
  listOffsetsRequest,
  offsetCommitRequest,
  offsetDeleteRequest,
  offsetFetchRequest,
} from "../../../src/kafka/protocol/offsets.ts";
import type { ApiRequest } from "../../../src/kafka/protocol/request.ts";
import { Reader, Writer } from "../../../src/kafka/protocol/wire.ts";
import { consumerDefaults } from "../../../src/kafka/settings.ts";

function hexOf<T>(request: ApiRequest<T>): string {
  const writer = new Writer();
  request.encode(writer);
  return writer.bytes.toHex();
}

function answer<T>(request: ApiRequest<T>, hex: string): T {
  const bytes = Uint8Array.fromHex(hex.replaceAll(" ", ""));
  const reader = new Reader(bytes);
  const value = request.decode(reader);
  assert.equal(reader.left, 0, "bytes are left");
  // Wherever an answer ends too early, that is noticed.
  for (let length = 0; length < bytes.length; length++) {
    assert.throws(() => request.decode(new Reader(bytes.slice(0, length))), {
      name: "CorruptError",
    });
  }
  return value;
}

const membership = { groupId: "g", generation: 7, memberId: "m", groupInstanceId: null };

Deno.test("joinGroupRequest() asks and reads version 5", () => {
  const request = joinGroupRequest({
    groupId: "g",
    memberId: "",
    groupInstanceId: "i",
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: Uint8Array.of(1, 2) }],
    sessionTimeoutMs: 45_000,
    rebalanceTimeoutMs: 300_000,
  });
  assert.equal(
    hexOf(request),
    "000167" + "0000afc8" + "000493e0" + "0000" + "000169" + "0008636f6e73756d6572" +
      "00000001" + "000572616e6765" + "000000020102",
  );
  assert.deepEqual(
    answer(
      request,
      "00000000 0000 00000007 000572616e6765 00016d 00016d 00000001 00016d ffff 000000020102",
    ),
    {
      error: 0,
      generation: 7,
      protocol: "range",
      leader: "m",
      memberId: "m",
      members: [{ memberId: "m", groupInstanceId: null, metadata: Uint8Array.of(1, 2) }],
    },
  );
});

Deno.test("syncGroupRequest(), heartbeatRequest() and leaveGroupRequest() ask and read version 3", () => {
  const who = "000167" + "00000007" + "00016d" + "ffff";
  const sync = syncGroupRequest(membership, new Map([["m", Uint8Array.of(5)]]), 0);
  assert.equal(hexOf(sync), who + "00000001" + "00016d" + "0000000105");
  assert.deepEqual(answer(sync, "00000000 001b 00000000"), {
    error: 27,
    assignment: new Uint8Array(0),
  });
  const heartbeat = heartbeatRequest(membership);
  assert.equal(hexOf(heartbeat), who);
  assert.deepEqual(answer(heartbeat, "00000000 0019"), { error: 25 });
  const leave = leaveGroupRequest(membership);
  assert.equal(hexOf(leave), "000167" + "00000001" + "00016d" + "ffff");
  assert.deepEqual(answer(leave, "00000000 0000 00000001 00016d ffff 0019"), { error: 25 });
});

Deno.test("requests about offsets group partitions by topic, and read each one's error", () => {
  const partitions = [{ topic: "t", partition: 0 }, { topic: "t", partition: 1 }];
  const list = listOffsetsRequest(partitions, "earliest", "read_committed");
  assert.equal(
    hexOf(list),
    "ffffffff" + "01" + "00000001" + "000174" + "00000002" +
      "00000000fffffffffffffffffffffffe" + "00000001fffffffffffffffffffffffe",
  );
  assert.deepEqual(
    answer(
      list,
      "00000000 00000001 000174 00000001 00000001 0003 ffffffffffffffff 0000000000000005 00000000",
    ),
    [{ topic: "t", partition: 1, error: 3, offset: 5n }],
  );
  const commit = offsetCommitRequest(membership, [{ topic: "t", partition: 1, offset: 1n << 40n }]);
  assert.equal(
    hexOf(commit),
    "000167" + "00000007" + "00016d" + "ffff" + "00000001" + "000174" + "00000001" +
      "00000001" + "0000010000000000" + "ffffffff" + "0000",
  );
  assert.deepEqual(answer(commit, "00000000 00000001 000174 00000001 00000001 0016"), [
    { topic: "t", partition: 1, error: 22 },
  ]);
  assert.equal(hexOf(offsetFetchRequest("g", null)), "000167ffffffff");
  assert.deepEqual(
    answer(
      offsetFetchRequest("g", partitions),
      "00000000 00000001 000174 00000001 00000001 ffffffffffffffff ffffffff 0000 0000 0000",
    ),
    { error: 0, offsets: [{ topic: "t", partition: 1, error: 0, offset: -1n }] },
  );
});

Deno.test("fetchRequest() asks and reads version 11", () => {
  const position = { topic: "t", partition: 1, offset: 9n, leaderEpoch: 4 };
  const request = fetchRequest([position], { ...consumerDefaults, clientRack: "r" });
  assert.equal(
    hexOf(request),
    "ffffffff" + "000001f4" + "00000001" + "03200000" + "00" + "00000000" + "ffffffff" +
      "00000001" + "000174" + "00000001" + "00000001" + "00000004" + "0000000000000009" +
      "ffffffffffffffff" + "00100000" + "00000000" + "000172",
  );
  assert.deepEqual(
    answer(
      request,
      "00000064 0000 00000000 00000001 000174 00000001 00000001 0001 000000000000000a " +
        "0000000000000009 0000000000000002 00000001 0000000000000003 0000000000000004 " +
        "ffffffff 00000002 abcd",
    ),
    {
      error: 0,
      partitions: [{
        topic: "t",
        partition: 1,
        error: 1,
        highWatermark: 10n,
        lastStableOffset: 9n,
        logStartOffset: 2n,
        aborted: [{ producerId: 3n, firstOffset: 4n }],
        preferredReplica: -1,
        records: Uint8Array.of(0xab, 0xcd),
      }],
    },
  );
});

const partitionNames = fc.uniqueArray(
  fc.record({ topic: fc.constantFrom("a", "b", "ü"), partition: fc.nat(20) }, {
    noNullPrototype: true,
  }),
  { selector: ({ topic, partition }) => `${topic} ${partition}`, maxLength: 10 },
).map((partitions) =>
  partitions.toSorted((a, b) => a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0)
);

Deno.test("decodeSubscription() and decodeAssignment() read what is written", () => {
  const subscriptions = fc.record({
    topics: fc.array(fc.string({ maxLength: 20, unit: "grapheme" }), { maxLength: 5 }),
    owned: partitionNames,
    generation: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
    rackId: fc.option(fc.string({ maxLength: 10 })),
  }, { noNullPrototype: true });
  fc.assert(fc.property(subscriptions, (subscription) => {
    const bytes = encodeSubscription(subscription, null);
    assert.deepEqual(decodeSubscription(bytes), subscription);
    for (const length of [0, 1, bytes.length - 1]) {
      assert.throws(() => decodeSubscription(bytes.slice(0, length)), { name: "CorruptError" });
    }
  }));
  fc.assert(fc.property(partitionNames, (partitions) => {
    assert.deepEqual(decodeAssignment(encodeAssignment(partitions)), partitions);
  }));
  assert.deepEqual(decodeAssignment(new Uint8Array(0)), []);
});

Deno.test("decodeSubscription() reads older versions", () => {
  const read = (hex: string) => decodeSubscription(Uint8Array.fromHex(hex));
  const nothing = { topics: ["t"], owned: [], generation: -1, rackId: null };
  const topics = "00000001" + "000174";
  assert.deepEqual(read("0000" + topics + "ffffffff"), nothing);
  assert.deepEqual(read("0000" + topics + "00000004" + "00000007"), { ...nothing, generation: 7 });
  const owned = "00000001" + "000174" + "00000001" + "00000003";
  assert.deepEqual(read("0001" + topics + "ffffffff" + owned), {
    ...nothing,
    owned: [{ topic: "t", partition: 3 }],
  });
  assert.deepEqual(read("0002" + topics + "ffffffff" + owned + "00000009").generation, 9);
  assert.deepEqual(encodeGeneration(-1), Uint8Array.of(255, 255, 255, 255));
});

Deno.test("requests to delete offsets and groups read each one's error", () => {
  const partitions = [{ topic: "t", partition: 0 }, { topic: "t", partition: 1 }];
  const offsets = offsetDeleteRequest("g", partitions);
  assert.equal(
    hexOf(offsets),
    "000167" + "00000001" + "000174" + "00000002" + "00000000" + "00000001",
  );
  assert.deepEqual(answer(offsets, "0045 00000000 00000001 000174 00000001 00000001 0056"), {
    error: 69,
    partitions: [{ topic: "t", partition: 1, error: 86 }],
  });
  const group = deleteGroupRequest("g");
  assert.equal(hexOf(group), "00000001" + "000167");
  assert.equal(answer(group, "00000000 00000001 000167 0044"), 68);
  assert.equal(answer(group, "00000000 00000000"), -1);
});
