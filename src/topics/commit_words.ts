/** What is said of commits that a group does not take, in Kafka's words. */

/** Kafka: CommitFailedException. */
export const kickedOut =
  "Offset commit cannot be completed since the consumer is not part of an active group for " +
  "auto partition assignment; it is likely that the consumer was kicked out of the group.";

/** Kafka: RebalanceInProgressException. */
export const rebalancing =
  "Offset commit cannot be completed since the consumer is undergoing a rebalance for auto " +
  "partition assignment. You can try completing the rebalance by calling poll() and then retry the " +
  "operation.";
