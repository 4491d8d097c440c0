/** Where a consumer begins to read what is newly assigned to it. */

import { type Logger, reasonOf } from "../base/mod.ts";
import { beginnings, type ConsumerSettings, type KafkaClient } from "../kafka/mod.ts";
import type { PartitionOffset, TopicPartition } from "./topics.ts";

/** What is new to a member, until its positions are known. */
export interface Placing {
  /** A phase of a consumer. */
  name: "placing";
  /** What is new. */
  added: readonly TopicPartition[];
  /** Where to begin, once that is known. */
  positions: PartitionOffset[] | null;
  /** Why that will not be known. */
  error: Error | null;
  /** Aborted when nobody wants to know any more. */
  abandoned: AbortController;
}

/**
 * Begins to look for positions, however long it takes: another rebalance ends it, such as that after a
 * topic was deleted.
 */
export function place(added: readonly TopicPartition[], options: {
  client: KafkaClient;
  groupId: string;
  settings: ConsumerSettings;
  log: Logger;
  /** A try has failed; there will be another. */
  onFailedTry(): void;
  /** The positions are known, or why they will not be. */
  onDone(): void;
}): Placing {
  const { client, groupId, settings, log } = options;
  const abandoned = new AbortController();
  const placing: Placing = { name: "placing", added, positions: null, error: null, abandoned };
  let failures = 0;
  const look = async () => {
    try {
      return await beginnings(client, groupId, added, settings);
    } catch (error) {
      const level = failures++ === 0 ? "warn" : "debug";
      log[level](`${client.clientId} cannot read on yet: ${reasonOf(error)}`);
      options.onFailedTry();
      throw error;
    }
  };
  client.retrying(look, Infinity, abandoned.signal).then(
    (positions) => placing.positions = positions,
    (error) => placing.error = error,
  ).then(options.onDone);
  return placing;
}
