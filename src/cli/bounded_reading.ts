/** Reads topics up to where they ended once, and no further: what comes later is for another time. */

import { readBatches } from "../batch/mod.ts";
import type { ConsumerEvent, GroupConsumer, TopicPartition, Topics } from "../topics/mod.ts";

/** Where partitions of one topic end, by their numbers. */
export type Ends = ReadonlyMap<number, bigint>;

/** Groups whose members read so far. Partitions that are not named are not read at all. */
export function boundedBy(ends: Ends, topics: Topics): Pick<Topics, "joinGroup"> {
  return { joinGroup: async (options) => bounded(await topics.joinGroup(options), ends) };
}

function bounded(consumer: GroupConsumer, ends: Ends): GroupConsumer {
  const endOf = ({ partition }: TopicPartition) => ends.get(partition) ?? 0n;
  return {
    async poll(options) {
      const event = await consumer.poll(options);
      if (event.type === "assigned") {
        consumer.pause(event.partitions.filter((position) => position.offset >= endOf(position)));
      }
      if (event.type !== "batches") return event;
      const batches = upTo(endOf(event), event.batches);
      if (batches.length === event.batches.length) return event;
      consumer.pause([{ topic: event.topic, partition: event.partition }]);
      const rest: ConsumerEvent = { ...event, batches: batches.slice() };
      return batches.length === 0 ? { type: "idle" } : rest;
    },
    commit: (offsets) => consumer.commit(offsets),
    seek: (position) => consumer.seek(position),
    pause: (partitions) => consumer.pause(partitions),
    resume: (partitions) => consumer.resume(partitions),
    lag: () => consumer.lag(),
    close: () => consumer.close(),
  };
}

/** The batches that begin before an offset. A topic has ended between two batches. */
function upTo(end: bigint, batches: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  for (const { start, header } of readBatches(batches)) {
    if (header.baseOffset >= end) return batches.subarray(0, start);
  }
  return batches;
}
