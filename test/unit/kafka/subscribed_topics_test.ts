/** How often a consumer looks for its topics. */

import assert from "node:assert/strict";
import { SubscribedTopics } from "../../../src/kafka/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog } from "../../faults/memory_disk.ts";
import { scriptedTest } from "./scripted_cluster.ts";

scriptedTest("topics are looked at no more often than every retry.backoff.ms", async (cluster) => {
  cluster.topics.set("t", [{ leader: 1, epoch: 0 }]);
  const clock = new HeldClock();
  const client = cluster.client({ clock, metadataMaxAgeMs: 0, retryBackoffMs: 100 });
  const topics = new SubscribedTopics({
    client,
    selection: { topics: ["t"] },
    allowsTopicCreation: false,
    metadataMaxAgeMs: 0,
    onChange() {},
    onFailed: (error) => assert.fail(error),
    clock,
    log: keptLog(),
  });
  for (let looks = 1; looks <= 3; looks++) {
    for (let i = 0; i < 5; i++) await cluster.roundTrip();
    assert.deepEqual(cluster.looks, Array.from({ length: looks }, () => "Metadata t"));
    clock.advance(100);
  }
  topics.close();
});
