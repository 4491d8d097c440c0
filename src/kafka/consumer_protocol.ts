/** How consumers divide partitions: what a member tells its group, and what it does as the leader. */

import { ConnectError } from "../base/mod.ts";
import {
  assignCooperativeSticky,
  type AssigningMember,
  type Assignor,
  assignRange,
} from "./assignors.ts";
import type { GroupProtocol } from "./group_member.ts";
import {
  decodeSubscription,
  encodeAssignment,
  encodeGeneration,
  encodeSubscription,
} from "./protocol/consumer_group.ts";
import type { MemberMetadata, ProtocolMetadata } from "./protocol/group.ts";
import type { PartitionName } from "./protocol/partitions.ts";
import type { AssignorName } from "./settings.ts";
import type { SubscribedTopics } from "./subscribed_topics.ts";

const assignors: Readonly<Record<AssignorName, Assignor>> = {
  "range": assignRange,
  "cooperative-sticky": assignCooperativeSticky,
};

/** What a consumer's protocol needs to know of its consumer. */
export interface ConsumerProtocolOptions {
  /** Ways to divide, the best first. */
  assignors: readonly AssignorName[];
  /** What the consumer reads. */
  topics: SubscribedTopics;
  /** Where it stands, or empty. */
  clientRack: string;
  /** The partitions that it has and keeps while it joins, and the generation it has them from. */
  owned(): { partitions: readonly PartitionName[]; generation: number };
}

/** The protocol of consumers. */
export class ConsumerProtocol implements GroupProtocol {
  readonly type = "consumer";
  readonly #options: ConsumerProtocolOptions;

  /** A protocol of one consumer. */
  constructor(options: ConsumerProtocolOptions) {
    this.#options = options;
  }

  /**
   * Whether members keep what they have while they join. Kafka: `ConsumerCoordinator` does so when every
   * assignor supports it, so that no member of the group gives up what another takes already.
   */
  get isCooperative(): boolean {
    return this.#options.assignors.every((name) => name === "cooperative-sticky");
  }

  metadata(): ProtocolMetadata[] {
    const { topics, clientRack, assignors, owned } = this.#options;
    const { partitions, generation } = owned();
    const subscription = {
      topics: topics.tell(),
      owned: partitions,
      generation,
      rackId: clientRack === "" ? null : clientRack,
    };
    return assignors.map((name) => ({
      name,
      metadata: encodeSubscription(
        subscription,
        name === "cooperative-sticky" ? encodeGeneration(generation) : null,
      ),
    }));
  }

  async assign(
    protocol: string,
    members: readonly MemberMetadata[],
  ): Promise<Map<string, Uint8Array>> {
    const name = this.#options.assignors.find((name) => name === protocol);
    if (name === undefined) {
      throw new ConnectError(`The group divides by "${protocol}", which we have not offered`);
    }
    const assigning = members.map(({ memberId, groupInstanceId, metadata }): AssigningMember => (
      { memberId, groupInstanceId, subscription: decodeSubscription(metadata) }
    ));
    const topics = new Set(assigning.flatMap(({ subscription }) => subscription.topics));
    const counts = await this.#options.topics.count([...topics]);
    return new Map(
      [...assignors[name](assigning, counts)]
        .map(([memberId, partitions]) => [memberId, encodeAssignment(partitions)]),
    );
  }
}
