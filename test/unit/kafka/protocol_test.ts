/** What comes from a broker or from another member of a group is untrusted. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { CorruptError } from "../../../src/base/mod.ts";
import {
  createTopicsRequest,
  describeTopicConfigsRequest,
} from "../../../src/kafka/protocol/admin.ts";
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from "../../../src/kafka/protocol/consumer_group.ts";
import { fetchRequest } from "../../../src/kafka/protocol/fetch.ts";
import { findCoordinatorRequest, metadataRequest } from "../../../src/kafka/protocol/metadata.ts";
import { initProducerIdRequest, produceRequest } from "../../../src/kafka/protocol/produce.ts";
import { Reader, Writer } from "../../../src/kafka/protocol/wire.ts";

const limits = {
  fetchWaitMsMax: 0,
  fetchBytesMin: 1,
  fetchBytesMax: 1,
  partitionFetchBytesMax: 1,
  isolationLevel: "read_committed",
  clientRack: "",
} as const;

const decoders: Record<string, (bytes: Uint8Array<ArrayBuffer>) => unknown> = {
  "decodeSubscription": decodeSubscription,
  "decodeAssignment": decodeAssignment,
};
const requests = [
  metadataRequest(null, false),
  findCoordinatorRequest("g"),
  produceRequest([], -1, 1000),
  initProducerIdRequest(),
  fetchRequest([], limits),
  createTopicsRequest([], 1000),
  describeTopicConfigsRequest([]),
];
for (const request of requests) {
  decoders[`the decoder of ${request.apiName}`] = (bytes) => request.decode(new Reader(bytes));
}

/** Bytes among which small numbers are frequent: lengths that lead further into a decoder. */
const bytes = fc.array(
  fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 })),
  { maxLength: 200 },
).map((list) => Uint8Array.from(list));

for (const [name, decode] of Object.entries(decoders)) {
  Deno.test(`${name} gives an answer or a CorruptError, whatever the bytes`, () => {
    fc.assert(fc.property(bytes, (bytes) => {
      try {
        decode(bytes);
      } catch (error) {
        assert.ok(error instanceof CorruptError, String(error));
      }
    }));
  });
}

Deno.test("Reader.array() refuses a list longer than the bytes that are left", () => {
  const { bytes } = new Writer().int32(0x7fffffff);
  assert.throws(() => new Reader(bytes).array(() => null), CorruptError);
});

Deno.test("decodeSubscription() and decodeAssignment() read what is written", () => {
  const topic = fc.stringMatching(/^[a-z]{1,5}$/);
  const named = fc.record({ topic, partition: fc.nat(9) }, { noNullPrototype: true });
  const partitions = fc.uniqueArray(named, {
    selector: ({ topic, partition }) => `${topic}-${partition}`,
  }).map((list) => list.sort((a, b) => a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0));
  fc.assert(fc.property(fc.array(topic), partitions, fc.nat(), (topics, owned, generation) => {
    const subscription = { topics, owned, generation, rackId: null };
    assert.deepEqual(decodeSubscription(encodeSubscription(subscription, null)), subscription);
    assert.deepEqual(decodeAssignment(encodeAssignment(owned)), owned);
  }));
});
