/** A consumer group of this process as it looks from outside. */

import { GroupNotEmptyError, NotFoundError } from "../base/mod.ts";
import type { GroupAdmin, PartitionOffset, TopicPartition } from "./topics.ts";

/** What a group is looked after with. */
export interface LocalGroupAdminOptions {
  /** The group. */
  groupId: string;
  /** Whether it has members. */
  hasMembers(): boolean;
  /** Whether it is known: it has committed something, or has had members since the start. */
  isKnown(): boolean;
  /** Whether a partition is there. */
  isThere(partition: TopicPartition): boolean;
  /** What it has committed. */
  offsets(): PartitionOffset[];
  /** Stores offsets, durably. */
  commit(offsets: readonly PartitionOffset[]): Promise<void>;
  /** Removes offsets, durably. */
  remove(partitions: readonly TopicPartition[]): Promise<void>;
  /** Forgets a group without offsets and members. */
  forget(): void;
  /** Lets nothing go on once the topics are closed. @throws {ConnectError} */
  checkOpen(): void;
}

/** A way to look after a group. */
export class LocalGroupAdmin implements GroupAdmin {
  readonly #options: LocalGroupAdminOptions;

  /** Of one group. */
  constructor(options: LocalGroupAdminOptions) {
    this.#options = options;
  }

  async offsets(): Promise<PartitionOffset[]> {
    this.#options.checkOpen();
    return await Promise.resolve(
      this.#options.offsets().filter((position) => this.#options.isThere(position)),
    );
  }

  async alterOffsets(offsets: readonly PartitionOffset[]): Promise<void> {
    this.#checkEmpty();
    await this.#options.commit(offsets.filter((position) => this.#options.isThere(position)));
    this.#checkThere(offsets);
  }

  async deleteOffsets(partitions: readonly TopicPartition[]): Promise<void> {
    this.#checkKnown();
    this.#checkEmpty();
    await this.#options.remove(partitions.filter((partition) => this.#options.isThere(partition)));
    this.#checkThere(partitions);
  }

  async deleteGroup(): Promise<void> {
    this.#checkKnown();
    this.#checkEmpty();
    await this.#options.remove(this.#options.offsets());
    this.#options.forget();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #checkEmpty(): void {
    const { checkOpen, hasMembers, groupId } = this.#options;
    checkOpen();
    if (hasMembers()) throw new GroupNotEmptyError(`The group ${groupId} has members`);
  }

  #checkKnown(): void {
    const { checkOpen, isKnown, groupId } = this.#options;
    checkOpen();
    if (!isKnown()) throw new NotFoundError(`There is no group ${groupId}`);
  }

  #checkThere(partitions: readonly TopicPartition[]): void {
    const missing = partitions.find((partition) => !this.#options.isThere(partition));
    if (missing === undefined) return;
    const { topic, partition } = missing;
    throw new NotFoundError(`There is no partition ${topic}-${partition}`);
  }
}
