/**
 * The protocol between the worker and a task in its Web Worker, version {@linkcode PROTOCOL_VERSION}.
 *
 * Both sides keep the order of messages. What a task sends is untrusted: the sandbox checks each
 * message against {@linkcode FromTask} before anyone sees it, and a message that does not fit ends
 * the task.
 *
 * A source task:
 *
 *     worker → task   start, offsets and topic (answers), topicRefused, acked, refused, committed,
 *                     pause, resume, stop
 *     task → worker   started, readOffsets, readTopic, batch, sourceOffsets, paused, resumed, log,
 *                     stopped, failed
 *
 * Batches are numbered from 0. At most `bytesInFlightMax` bytes of them are out at a time: the task
 * waits for `acked`. `sourceOffsets` cover only batches that were acked, or dropped after they were
 * `refused`.
 *
 * A sink task:
 *
 *     worker → task   start, open, batches, sought, flush, close, stop
 *     task → worker   started, consumed, sinkOffsets (what preCommit gave), seek, partitions,
 *                     requestCommit, log, stopped, failed
 *
 * and, as a source task does, for the topic of its dead letters alone
 *
 *     worker → task   topic, topicRefused, acked, refused
 *     task → worker   readTopic, batch
 *
 * @module
 */

import type { CompressionName } from "../batch/mod.ts";
import type { ErrorSpec } from "./error_policy.ts";
import type { FromTask } from "./message_schema.ts";

/** The protocol's version; both sides are of one build, so any other is an error. */
export const PROTOCOL_VERSION = 1;

/** A plugin by the name its configuration uses, and its own part of that configuration. */
export interface PluginSpec {
  /** The class name or alias, as configured. */
  className: string;
  /** The keys without their prefix. */
  props: Record<string, string>;
}

/** A step of a transform chain. */
export interface TransformSpec extends PluginSpec {
  /** The alias it is configured under. */
  alias: string;
  /** The predicate that decides whether it applies, if any. */
  predicate: (PluginSpec & { negate: boolean }) | null;
}

/** All that a task needs to run. */
export interface TaskSpec {
  /** Which loop runs it. */
  kind: "source" | "sink";
  /** The connector's name. */
  connector: string;
  /** The task's number. */
  task: number;
  /** The connector class, whose task is run. */
  className: string;
  /** The task's configuration. */
  props: Record<string, string>;
  /** The chain of transforms, in order. */
  transforms: TransformSpec[];
  /** How keys are serialized. */
  keyConverter: PluginSpec;
  /** How values are serialized. */
  valueConverter: PluginSpec;
  /** How headers are serialized. */
  headerConverter: PluginSpec;
  /** Batches that are out and not acked yet hold at most this many bytes. */
  bytesInFlightMax: number;
  /** A batch is sealed when it reaches this many bytes. */
  batchBytesMax: number;
  /** How often source offsets are offered for commit, in milliseconds. */
  offsetFlushIntervalMs: number;
  /** How long a batch waits for more records when nothing is out, in milliseconds. */
  lingerMs: number;
  /** How batches are compressed. */
  compression: CompressionName;
  /** How hard the codec tries; null: as it does unless told. */
  compressionLevel: number | null;
  /** The most that one record may take (`max.request.size`); null: what a batch can hold. */
  requestBytesMax: number | null;
  /** Most records in one `put`. */
  putRecordsMax: number;
  /** What happens to records that fail. */
  errors: ErrorSpec;
  /** What variables stand for in all this, each value beside its variable: not to be told to others. */
  secrets: [value: string, variable: string][];
  /** Whether a sink is given what dead letters were before they failed; not unless told. */
  restoresLetters?: boolean;
}

/** One message into a task's Worker. */
export type ToTask =
  | { type: "start"; version: number; spec: TaskSpec }
  | { type: "offsets"; request: number; offsets: (string | null)[] }
  /** How many partitions a topic has: the answer to readTopic, and news when that changes. */
  | { type: "topic"; topic: string; partitions: number }
  /** A topic cannot be used; whether that is a failure of a write, as a producer may meet it. */
  | { type: "topicRefused"; topic: string; reason: string; isTolerable: boolean }
  /** A batch is durable; its buffer comes back for another one. */
  | { type: "acked"; id: number; baseOffset: bigint; buffer: ArrayBuffer }
  /** A batch is not stored, and comes back. */
  | { type: "refused"; id: number; reason: string; batch: Uint8Array<ArrayBuffer> }
  | { type: "committed" }
  | { type: "open"; partitions: { topic: string; partition: number; offset: bigint }[] }
  | {
    type: "batches";
    topic: string;
    partition: number;
    position: bigint;
    batches: Uint8Array<ArrayBuffer>;
  }
  /** A partition's position is where the task wanted it: batches that come after begin there. */
  | { type: "sought"; topic: string; partition: number; offset: bigint }
  /** Asks for offsets to commit. */
  | {
    type: "flush";
    request: number;
    /** Nothing has come for a while. */
    isIdle: boolean;
    /** What was committed last, of each assigned partition. */
    committed: { topic: string; partition: number; offset: bigint }[];
  }
  /** Takes partitions away, and asks for their offsets to commit. */
  | {
    type: "close";
    request: number;
    lost: boolean;
    partitions: { topic: string; partition: number }[];
  }
  | { type: "pause" }
  | { type: "resume" }
  | { type: "stop" };

/** The worker's side as a task's loop sees it. */
export interface TaskPort {
  /** Sends a message; `transfer` lists buffers that are handed over. */
  send(message: FromTask, transfer?: Transferable[]): void;
}
