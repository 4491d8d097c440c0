/**
 * Where a partition is read on when its leader does not have what was read: its log does not reach from before
 * the position to beyond it, or it has lost what another leader had stored (KIP-320), which is seen by the
 * epochs of leaders that batches carry.
 *
 * @module
 */

import { ConnectError, OffsetOutOfRangeError } from "../base/mod.ts";
import type { KafkaClient } from "./client.ts";
import { KafkaError } from "./errors.ts";
import { listOffsets } from "./offset_lookup.ts";
import { epochEndRequest } from "./protocol/offsets.ts";
import type { PartitionMetadata } from "./protocol/metadata.ts";
import { type PartitionName, partitionText } from "./protocol/partitions.ts";
import type { ConsumerSettings } from "./settings.ts";

/** Where a partition is read, and what was read of it last. */
export interface ReadPosition extends PartitionName {
  /** The offset of what comes next. */
  offset: bigint;
  /** The epoch of the leader that has stored what was read last, or -1. */
  epoch: number;
}

/** Where to go on, and why. */
export interface MovedPosition {
  /** The offset. */
  offset: bigint;
  /** Why it is another than before. */
  why: string;
}

/** Where to go on when the position is not there, as `auto.offset.reset` says. @throws {OffsetOutOfRangeError} */
export async function resetPosition(
  client: KafkaClient,
  position: ReadPosition,
  { autoOffsetReset: which, isolationLevel, apiTimeoutMs }: ConsumerSettings,
): Promise<MovedPosition> {
  const why = `Fetch position ${position.offset} is out of range for partition ${
    partitionText(position)
  }`;
  if (which === "none") {
    throw new OffsetOutOfRangeError(`${why}, and auto.offset.reset is none`);
  }
  const [{ offset }] = await client.retrying(
    () => listOffsets(client, [position], { which, isolationLevel }),
    apiTimeoutMs,
  );
  return { offset, why };
}

/**
 * Where to go on under a leader of a new epoch; null: where it was.
 * Kafka: `SubscriptionState.maybeCompleteValidation`.
 * @throws {ConnectError} when what was read is lost, and `auto.offset.reset` is none
 */
export async function checkPosition(
  client: KafkaClient,
  position: ReadPosition,
  { leader, leaderEpoch }: Pick<PartitionMetadata, "leader" | "leaderEpoch">,
  settings: ConsumerSettings,
): Promise<MovedPosition | null> {
  const { topic, partition, offset, epoch } = position;
  const answer = await client.send(
    leader,
    epochEndRequest({ topic, partition, leaderEpoch, epoch }),
  );
  const name = partitionText(position);
  if (answer.error !== 0) throw new KafkaError(`Cannot read on in ${name}`, answer.error);
  if (answer.offset < 0n) return await resetPosition(client, position, settings);
  if (answer.offset >= offset) return null;
  const why = `Truncation detected for partition ${name} at offset ${offset}`;
  if (settings.autoOffsetReset !== "none") return { offset: answer.offset, why };
  throw new ConnectError(`${why}: it diverges at ${answer.offset}, and auto.offset.reset is none`);
}
