/** A consumer group in Kafka as it looks from outside. */

import { ConnectError, GroupNotEmptyError, NotFoundError, reasonOf } from "../base/mod.ts";
import {
  commitGroupOffsets,
  deleteGroup,
  deleteGroupOffsets,
  fetchGroupOffsets,
  type KafkaClient,
  KafkaError,
} from "../kafka/mod.ts";
import type { GroupAdmin, PartitionOffset, TopicPartition } from "./topics.ts";

/** What a group is looked after with. */
export interface KafkaGroupAdminOptions {
  /** The group. */
  groupId: string;
  /** Reaches the cluster; it is this group's alone. */
  client: KafkaClient;
  /** How long a call may take with all its retries, in milliseconds (`default.api.timeout.ms`). */
  apiTimeoutMs: number;
}

/** What a coordinator answers to one who is no member of a group that has some. */
const notEmptyCodes = ["UNKNOWN_MEMBER_ID", "NON_EMPTY_GROUP", "GROUP_SUBSCRIBED_TO_TOPIC"];

/** A way to look after a group. */
export class KafkaGroupAdmin implements GroupAdmin {
  readonly #options: KafkaGroupAdminOptions;

  /** Of one group; nothing is connected yet. */
  constructor(options: KafkaGroupAdminOptions) {
    this.#options = options;
  }

  offsets(): Promise<PartitionOffset[]> {
    return this.#asking((client, groupId) => fetchGroupOffsets(client, groupId, null));
  }

  async alterOffsets(offsets: readonly PartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    // Kafka: who commits without being a member is of no generation (`OffsetCommitRequest`).
    const nobody = { generation: -1, memberId: "", groupInstanceId: null };
    await this.#asking((client, groupId) =>
      commitGroupOffsets(client, { groupId, ...nobody }, offsets)
    );
  }

  async deleteOffsets(partitions: readonly TopicPartition[]): Promise<void> {
    await this.#asking((client, groupId) => deleteGroupOffsets(client, groupId, partitions));
  }

  async deleteGroup(): Promise<void> {
    await this.#asking(deleteGroup);
  }

  close(): Promise<void> {
    this.#options.client.close();
    return Promise.resolve();
  }

  async #asking<T>(ask: (client: KafkaClient, groupId: string) => Promise<T>): Promise<T> {
    const { client, groupId, apiTimeoutMs } = this.#options;
    if (client.closing.aborted) throw new ConnectError(`${client.clientId} is closed`);
    try {
      return await client.retrying(() => ask(client, groupId), apiTimeoutMs);
    } catch (cause) {
      const code = cause instanceof KafkaError ? cause.code : "";
      if (notEmptyCodes.includes(code)) throw new GroupNotEmptyError(reasonOf(cause), { cause });
      if (code === "GROUP_ID_NOT_FOUND") throw new NotFoundError(reasonOf(cause), { cause });
      throw cause;
    }
  }
}
