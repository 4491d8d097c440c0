/** What a producer does about the identity that brokers grant it. */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/mod.ts";
import { BatchBuilder, readBatchHeader } from "../../../src/batch/mod.ts";
import {
  AuthenticationError,
  type KafkaClient,
  KafkaError,
  KafkaProducer,
  producerDefaults,
} from "../../../src/kafka/mod.ts";
import type { ApiRequest } from "../../../src/kafka/protocol/request.ts";
import { producedBatches } from "./produced_batches.ts";

/** A client of one broker that answers logins with these errors, one after another, and then grants 7. */
function producer(errors: Error[]) {
  const sent: bigint[] = [];
  const warnings: string[] = [];
  const client = {
    clientId: "p",
    closing: new AbortController().signal,
    retrying: (attempt: () => Promise<unknown>) => attempt(),
    sendAny() {
      const error = errors.shift();
      if (error !== undefined) return Promise.reject(error);
      return Promise.resolve({ error: 0, producerId: 7n, producerEpoch: 0 });
    },
    leader: () => Promise.resolve(1),
    send(_node: number, request: ApiRequest<unknown>) {
      for (const { batch } of producedBatches(request)) {
        sent.push(readBatchHeader(batch)!.producerId);
      }
      const stored = { topic: "t", partition: 0, error: 0, baseOffset: 0n, message: null };
      return Promise.resolve([stored]);
    },
  } as unknown as KafkaClient;
  const made = new KafkaProducer({
    client,
    settings: producerDefaults,
    requestTimeoutMs: 1000,
    clock: systemClock,
    warn: (message) => warnings.push(message),
  });
  return { made, sent, warnings };
}

function batch(): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1000 });
  builder.append(null, "x", [], 0);
  return builder.seal();
}

Deno.test("append() is idempotent again after a login that failed", async () => {
  const { made, sent, warnings } = producer([new AuthenticationError("wrong password")]);
  await assert.rejects(made.append("t", 0, batch()), /wrong password/);
  assert.equal(await made.append("t", 0, batch()), 0n);
  assert.deepEqual(sent, [7n]);
  assert.deepEqual(warnings, []);
});

Deno.test("append() goes on without idempotence, and says so, when the broker refuses it", async () => {
  const { made, sent, warnings } = producer([new KafkaError("Cannot get a producer id", 31)]);
  assert.equal(await made.append("t", 0, batch()), 0n);
  assert.deepEqual(sent, [-1n]);
  assert.match(warnings.join(), /CLUSTER_AUTHORIZATION_FAILED.*without idempotence/);
});
