/** Answers are put together whatever pieces they come in. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { Answers } from "../../../src/kafka/answers.ts";

function answerOf(correlationId: number, body: Uint8Array): Uint8Array {
  const answer = new Uint8Array(8 + body.length);
  const view = new DataView(answer.buffer);
  view.setInt32(0, 4 + body.length);
  view.setInt32(4, correlationId);
  answer.set(body, 8);
  return answer;
}

Deno.test("receive() puts answers together, in the buffers that are lent for them", () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 });
  fc.assert(fc.property(bodies, fc.infiniteStream(fc.integer({ min: 1, max: 20 })), (all, cuts) => {
    const sent = all.map((body, id) => answerOf(id, body));
    const came: Uint8Array[] = [];
    const buffers: ArrayBuffer[] = [];
    const answers = new Answers((answer) => {
      came.push(answer.slice());
      buffers.push(answer.buffer);
    });
    const lent = sent.map((_, id) => new ArrayBuffer(id % 2 === 0 ? 48 : 20));
    for (const [id, buffer] of lent.entries()) answers.lend(id, buffer);
    const stream = new Uint8Array(sent.flatMap((answer) => [...answer]));
    const piece = new Uint8Array(20);
    for (let at = 0; at < stream.length;) {
      const next = stream.subarray(at, at + cuts.next().value!);
      // The one buffer of a socket is filled again and again.
      piece.fill(0xee);
      piece.set(next);
      answers.receive(piece.subarray(0, next.length));
      at += next.length;
    }
    assert.deepEqual(came, sent);
    for (const [id, { length }] of sent.entries()) {
      assert.equal(buffers[id] === lent[id], length <= lent[id].byteLength);
    }
  }));
});

Deno.test("receive() takes answers without an id, as those to a login may be", () => {
  const came: number[][] = [];
  const answers = new Answers((answer) => came.push([...answer]));
  answers.receive(new Uint8Array([0, 0, 0]));
  answers.receive(new Uint8Array([0, 0, 0, 0, 2, 7, 8, 0, 0, 0, 4, 1, 1, 1, 1]));
  assert.deepEqual(came, [[0, 0, 0, 0], [0, 0, 0, 2, 7, 8], [0, 0, 0, 4, 1, 1, 1, 1]]);
});

Deno.test("receive() refuses what cannot be an answer, before it makes room for it", () => {
  const answers = new Answers(() => {});
  const http = new TextEncoder().encode("HTTP/1.1 400 Bad Request");
  assert.throws(() => answers.receive(http), {
    name: "RangeError",
    message: "an answer of 1213486160 bytes is not one of Kafka's",
  });
  assert.throws(
    () => new Answers(() => {}).receive(new Uint8Array([255, 255, 255, 255])),
    RangeError,
  );
});
