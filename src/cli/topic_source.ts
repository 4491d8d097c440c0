/** Where `connect topics` looks: the embedded log, read beside the worker that owns it, or Kafka. */

import { ConfigError, localDisk, NotFoundError, OffsetOutOfRangeError } from "../base/mod.ts";
import { EmbeddedLogReader } from "../log/mod.ts";
import type { FetchedBatches, KafkaTopics, TopicDescription } from "../topics/mod.ts";

/** How much is read at once, in bytes. */
const fetchBytesMax = 1 << 20;

/** Topics that are looked at. */
export interface TopicSource {
  /** The names of all topics, sorted. */
  list(): Promise<string[]>;
  /** One topic. @throws {NotFoundError} naming it and where it was looked for */
  describe(topic: string): Promise<TopicDescription>;
  /** What there is now at an offset; from the first that is kept when that is later. */
  fetch(topic: string, partition: number, offset: bigint): Promise<FetchedBatches>;
  /** Lets go of files and connections. */
  close(): Promise<void>;
}

/** The topics of the embedded log in a folder. */
export function embeddedSource(folder: string): TopicSource {
  const log = new EmbeddedLogReader(localDisk, folder, (damage) => console.error(damage));
  const opened = new Map<number, Awaited<ReturnType<EmbeddedLogReader["partition"]>>>();
  return {
    list: async () => [...(await log.topics()).keys()],
    async describe(topic) {
      const topics = await log.topics();
      if (topics.size === 0) throw new ConfigError(`There are no topics in "${folder}"`);
      const count = topics.get(topic);
      if (count === undefined) {
        throw new NotFoundError(`There is no topic "${topic}" in "${folder}"`);
      }
      const partitions: TopicDescription["partitions"] = [];
      for (let partition = 0; partition < count; partition++) {
        const reader = await log.partition(topic, partition);
        const { startOffset: logStartOffset, endOffset } = reader;
        partitions.push({ partition, logStartOffset, endOffset });
        reader.close();
      }
      return { name: topic, partitions, configs: (await log.configs())[topic] ?? {} };
    },
    async fetch(topic, partition, offset) {
      let reader = opened.get(partition);
      if (reader === undefined) {
        reader = await log.partition(topic, partition);
        opened.set(partition, reader);
      } else if (offset >= reader.endOffset) await reader.refresh();
      const { startOffset: logStartOffset, endOffset } = reader;
      const from = offset < logStartOffset ? logStartOffset : offset;
      return { batches: await reader.fetch(from, fetchBytesMax), logStartOffset, endOffset };
    },
    close() {
      for (const reader of opened.values()) reader.close();
      return Promise.resolve();
    },
  };
}

/** The topics of a Kafka cluster. */
export function kafkaSource(topics: KafkaTopics): TopicSource {
  return {
    list: () => topics.listTopics(),
    describe: async (topic) => (await topics.describeTopics([topic]))[0],
    async fetch(topic, partition, offset) {
      const fetch = (offset: bigint) =>
        topics.fetch(topic, partition, offset, { bytesMax: fetchBytesMax, waitMsMax: 0 });
      try {
        return await fetch(offset);
      } catch (error) {
        if (!(error instanceof OffsetOutOfRangeError)) throw error;
        const [{ partitions }] = await topics.describeTopics([topic]);
        const first = partitions.find((one) => one.partition === partition)?.logStartOffset ?? 0n;
        // What is beyond the end is not there to be read.
        if (offset > first) throw error;
        return await fetch(first);
      }
    },
    close: () => topics.close(),
  };
}
