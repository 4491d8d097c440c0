/** What is said of a broker that cannot be reached, and whether it may pass. */

import assert from "node:assert/strict";
import { connectionErrorOf } from "../../../src/kafka/connection_error.ts";
import { AuthenticationError, ConnectionError } from "../../../src/kafka/mod.ts";
import { initProducerIdRequest } from "../../../src/kafka/protocol/produce.ts";
import { scriptedTest } from "./scripted_cluster.ts";

const trait = {
  address: "b:9092",
  protocol: "PLAINTEXT",
  hasCertificate: false,
  hasAnswered: false,
};
const closed = "Closed connection";

Deno.test("connectionErrorOf() asks for the protocol when a broker closes without an answer", () => {
  const { message } = connectionErrorOf(new Error(closed), closed, trait);
  assert.equal(
    message,
    "b:9092: Closed connection; security.protocol is PLAINTEXT, which this port may not speak",
  );
  const later = connectionErrorOf(new Error(closed), closed, { ...trait, hasAnswered: true });
  assert.equal(later.message, "b:9092: Closed connection");
  assert.ok(later instanceof ConnectionError);
});

Deno.test("connectionErrorOf() asks for a certificate when a broker wants one and there is none", () => {
  const reason = "received fatal alert: CertificateRequired";
  const error = connectionErrorOf(new Error(reason), reason, trait);
  assert.ok(error instanceof AuthenticationError);
  assert.match(error.message, /; the broker wants a certificate, and there is no ssl\.keystore$/);
  const own = connectionErrorOf(new Error(reason), reason, { ...trait, hasCertificate: true });
  assert.equal(own.message, `b:9092: ${reason}`);
});

Deno.test("connectionErrorOf() takes a login where there is none for a refusal", () => {
  const cause = Object.assign(new Error("no SASL here"), { type: "ILLEGAL_SASL_STATE" });
  const error = connectionErrorOf(cause, cause.message, { ...trait, protocol: "SASL_SSL" });
  assert.ok(error instanceof AuthenticationError);
  assert.match(error.message, /; security\.protocol is SASL_SSL, which this port may not speak$/);
});

scriptedTest(
  "a broker that hangs up is not asked for its protocol once it has answered",
  async (cluster) => {
    const client = cluster.client();
    await client.metadata([]);
    // The first request goes to the broker by its number: a connection of its own.
    const first = client.send(1, initProducerIdRequest());
    const asked = await cluster.next("InitProducerId");
    await asked.answer((writer) => writer.int32(0).int16(0).int64(1n).int16(0));
    await first;
    const second = assert.rejects(client.send(1, initProducerIdRequest()), (error: Error) => {
      assert.match(error.message, /^127\.0\.0\.1:\d+: Closed connection$/);
      return true;
    });
    (await cluster.next("InitProducerId")).hangUp();
    await second;
  },
);
