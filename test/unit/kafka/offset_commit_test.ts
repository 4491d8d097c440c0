/** What becomes of offsets that a coordinator does not take. */

import assert from "node:assert/strict";
import { NotFoundError } from "../../../src/base/mod.ts";
import { commitGroupOffsets, isRetriable, KafkaError } from "../../../src/kafka/mod.ts";
import { type ScriptedCluster, scriptedTest } from "./scripted_cluster.ts";

const membership = { groupId: "g", generation: 1, memberId: "us-1", groupInstanceId: null };

/** Commits an offset of `t-0`, and has it answered with an error code. @returns what it rejects with */
async function refusal(cluster: ScriptedCluster, code: number): Promise<unknown> {
  const offsets = [{ topic: "t", partition: 0, offset: 7n }];
  const committing = commitGroupOffsets(cluster.client(), membership, offsets);
  const asked = await cluster.next("OffsetCommit");
  await asked.answer((writer) =>
    writer.int32(0).array(
      ["t"],
      (topic) =>
        writer.string(topic).array([0], (partition) => writer.int32(partition).int16(code)),
    )
  );
  return await committing.then(() => assert.fail("it was taken"), (error: unknown) => error);
}

scriptedTest("commitGroupOffsets() gives up an offset of a topic that is gone", async (cluster) => {
  const error = await refusal(cluster, 3);
  assert.ok(error instanceof NotFoundError);
  assert.equal(isRetriable(error), false);
  assert.match(error.message, /offset 7 of t-0 for group g: there is no such partition$/);
}, 1);

scriptedTest(
  "commitGroupOffsets() may be called again when its coordinator loads",
  async (cluster) => {
    const error = await refusal(cluster, 14);
    assert.ok(error instanceof KafkaError);
    assert.equal(isRetriable(error), true);
  },
  1,
);
