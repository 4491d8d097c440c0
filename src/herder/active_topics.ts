/**
 * The topics that each connector has used since it was made, or since it was asked to forget them. Kafka:
 * KIP-558, and `MemoryStatusBackingStore`, which a standalone worker loses when it ends.
 *
 * @module
 */

/** The topics that connectors use. */
export class ActiveTopics {
  readonly #isEnabled: boolean;
  readonly #topics = new Map<string, Set<string>>();

  /** None yet; none ever unless `isEnabled` (`topic.tracking.enable`). */
  constructor(isEnabled: boolean) {
    this.#isEnabled = isEnabled;
  }

  /** A connector has written to a topic, or is given records of it. To be called once a batch at most. */
  record(connector: string, topic: string): void {
    if (!this.#isEnabled) return;
    const topics = this.#topics.get(connector);
    if (topics === undefined) this.#topics.set(connector, new Set([topic]));
    else topics.add(topic);
  }

  /** The topics of a connector, sorted; none of one that is not known. */
  of(connector: string): string[] {
    return [...this.#topics.get(connector) ?? []].sort();
  }

  /** Forgets the topics of a connector: it is asked to, or the connector is deleted. */
  forget(connector: string): void {
    this.#topics.delete(connector);
  }
}
