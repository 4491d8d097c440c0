/**
 * Stores the batches that come out of a task's Worker, which may hold anything: they go only where the task
 * may write, and no more of them are taken at a time than it was granted.
 *
 * @module
 */

import { ConnectError, reasonOf } from "../base/mod.ts";
import { recordCountOf } from "../batch/mod.ts";
import type { FromTask, TaskSpec, ToTask } from "../task/mod.ts";
import type { Producer } from "../topics/mod.ts";

/** A task that floods its worker beyond what it was granted, by this factor, breaks the protocol. */
const floodFactor = 4;

/** What {@linkcode BatchIntake} works with. */
export interface BatchIntakeOptions {
  /** Where batches go. */
  producer: Producer;
  /** How many bytes the task may have out. */
  bytesInFlightMax: number;
  /** Holds a task to its topics. @throws {ConnectError} for one that it may not write to */
  checkTopic: (topic: string) => void;
  /** Whether the refusal of a topic is one that a producer meets, which a task may be told to tolerate. */
  isTolerable: (topic: string) => boolean;
  /** Whether all is refused once something was, so that nothing is stored in another order. */
  keepsOrder: () => boolean;
  /**
   * Whether a batch waits until the one before it in its partition is stored or refused: a producer of Kafka
   * refuses with one all that stands behind it.
   */
  isOneAtATime: boolean;
  /** A batch is stored in a topic, with so many records. */
  onStored?: (topic: string, records: number) => void;
  /** Reaches the task. */
  send: (message: ToTask, transfer?: Transferable[]) => void;
}

/** What a task writes. */
export class BatchIntake {
  readonly #options: BatchIntakeOptions;
  #bytesInFlight = 0;
  /** Of each partition, when the last batch is stored or refused. */
  readonly #turns = new Map<string, Promise<void>>();
  /** Why the first batch that was not stored was not. */
  #refusal: unknown = null;

  /** Nothing has come yet. */
  constructor(options: BatchIntakeOptions) {
    this.#options = options;
  }

  /** Answers how many partitions a topic has. */
  async readTopic({ topic }: Extract<FromTask, { type: "readTopic" }>): Promise<void> {
    const { producer, checkTopic, isTolerable, send } = this.#options;
    try {
      checkTopic(topic);
      send({ type: "topic", topic, partitions: await producer.partitionCount(topic) });
    } catch (error) {
      const reason = reasonOf(error);
      send({ type: "topicRefused", topic, reason, isTolerable: isTolerable(topic) });
    }
  }

  /** Stores a batch, and says so. @returns whether there was room for it: else the task breaks the protocol */
  store(message: Extract<FromTask, { type: "batch" }>): boolean {
    const { byteLength } = message.batch.buffer;
    const { bytesInFlightMax, isOneAtATime } = this.#options;
    this.#bytesInFlight += byteLength;
    if (this.#bytesInFlight > bytesInFlightMax * floodFactor + byteLength) return false;
    if (isOneAtATime) this.#appendInTurn(message);
    else void this.#append(message);
    return true;
  }

  #appendInTurn(message: Extract<FromTask, { type: "batch" }>): void {
    const key = `${message.partition} ${message.topic}`;
    const before = this.#turns.get(key) ?? Promise.resolve();
    this.#turns.set(key, before.then(() => this.#append(message)));
  }

  async #append(
    { id, topic, partition, batch }: Extract<FromTask, { type: "batch" }>,
  ): Promise<void> {
    const { producer, checkTopic, keepsOrder, onStored, send } = this.#options;
    const { buffer } = batch;
    const { byteLength } = buffer;
    try {
      // What stands behind one that is not stored would be stored in another order.
      if (this.#refusal !== null) throw this.#refusal;
      checkTopic(topic);
      const baseOffset = await producer.append(topic, partition, batch);
      onStored?.(topic, recordCountOf(batch));
      send({ type: "acked", id, baseOffset, buffer }, [buffer]);
    } catch (error) {
      if (keepsOrder()) this.#refusal ??= error;
      send({ type: "refused", id, reason: reasonOf(error), batch }, [buffer]);
    } finally {
      this.#bytesInFlight -= byteLength;
    }
  }
}

/** What a sink task writes: its dead letters, and nothing else. */
export function deadLetterIntake(
  producer: Producer,
  { bytesInFlightMax, errors }: Pick<TaskSpec, "bytesInFlightMax" | "errors">,
  send: BatchIntakeOptions["send"],
): BatchIntake {
  return new BatchIntake({
    producer,
    bytesInFlightMax,
    checkTopic: (topic) => {
      if (topic === errors.deadLetters?.topic) return;
      throw new ConnectError(
        `A sink task may write to its dead letter queue alone, not to "${topic}"`,
      );
    },
    isTolerable: () => false,
    keepsOrder: () => true,
    isOneAtATime: false,
    send,
  });
}

/**
 * Makes the topic of dead letters, or waits until that is wanted no more. Kafka: `DeadLetterQueueReporter`.
 * @throws {ConnectError} naming it, when it cannot be made
 */
export async function makeLetterTopic(
  producer: Producer,
  { topic }: { topic: string },
  isOver: Promise<unknown>,
): Promise<void> {
  try {
    await Promise.race([producer.partitionCount(topic), isOver]);
  } catch (cause) {
    throw new ConnectError(`Could not initialize dead letter queue with topic=${topic}`, { cause });
  }
}
