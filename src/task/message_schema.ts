/**
 * What a message out of a task's Worker must be. It stands apart from the messages themselves because
 * only the worker checks them: no Web Worker loads valibot.
 *
 * @module
 */

import * as v from "valibot";
import { PROTOCOL_VERSION } from "./messages.ts";

const uint = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const offset = v.pipe(v.bigint(), v.minValue(0n));
const topicName = v.pipe(
  v.string(),
  v.maxLength(249),
  v.regex(/^(?!\.\.?$)[a-zA-Z0-9._-]+$/, "not a topic name"),
);
const topicPartition = { topic: topicName, partition: uint };
/** Memory that is shared with the task could change after it has been checked. */
const unsharedBytes = v.pipe(
  v.instance(Uint8Array<ArrayBuffer>),
  v.check(({ buffer }) => buffer instanceof ArrayBuffer, "shared memory"),
);
const json = v.pipe(v.string(), v.maxLength(1 << 20));

/** Something to be said in the worker's log, whatever the protocol. */
export const LogMessage = v.strictObject({
  type: v.literal("log"),
  /** Who says it: a plugin, the loop around it, or what reports records that failed. */
  from: v.picklist(["plugin", "task", "errors"]),
  level: v.picklist(["debug", "info", "warn", "error"]),
  message: v.pipe(v.string(), v.maxLength(1 << 20)),
});

/** Something to be said in the worker's log. */
export type LogMessage = v.InferOutput<typeof LogMessage>;

const count = v.pipe(v.number(), v.finite(), v.minValue(0));

/** What a task has done so far: `TaskCounts`. */
export const CountsMessage = v.strictObject({
  type: v.literal("counts"),
  records: count,
  sent: count,
  active: count,
  /** Polls that gave records, or puts. */
  calls: count,
  callMs: count,
  callMsMax: count,
  callRecords: count,
  callRecordsMax: count,
  failures: count,
  errors: count,
  skipped: count,
  retries: count,
  logged: count,
  letters: count,
  letterFailures: count,
  lastErrorMs: count,
});

/** What a task has done so far. */
export type CountsMessage = v.InferOutput<typeof CountsMessage>;

/** One message out of a task's Worker. */
export const FromTask = v.variant("type", [
  v.strictObject({ type: v.literal("started"), version: v.literal(PROTOCOL_VERSION) }),
  /** Asks for committed offsets, by source partitions as JSON text. */
  v.strictObject({ type: v.literal("readOffsets"), request: uint, partitions: v.array(json) }),
  /** Asks how many partitions a topic has, which makes it when it is absent. */
  v.strictObject({ type: v.literal("readTopic"), topic: topicName }),
  /** A sealed record batch, its buffer transferred. */
  v.strictObject({
    type: v.literal("batch"),
    id: uint,
    ...topicPartition,
    batch: unsharedBytes,
  }),
  /** Source offsets that are safe to commit: source partition and source offset as JSON text. */
  v.strictObject({
    type: v.literal("sourceOffsets"),
    offsets: v.array(v.tuple([json, v.nullable(json)])),
  }),
  /** This many bytes of fetched batches have been put; their buffer comes back for others. */
  v.strictObject({ type: v.literal("consumed"), bytes: uint, buffer: v.instance(ArrayBuffer) }),
  /** The answer to `flush` or `close`: what may be committed now. */
  v.strictObject({
    type: v.literal("sinkOffsets"),
    request: uint,
    offsets: v.array(v.strictObject({ ...topicPartition, offset })),
  }),
  /** The sink moves its positions. */
  v.strictObject({
    type: v.literal("seek"),
    offsets: v.array(v.strictObject({ ...topicPartition, offset })),
  }),
  /** The sink stops or takes up delivery from partitions. */
  v.strictObject({
    type: v.literal("partitions"),
    paused: v.boolean(),
    partitions: v.array(v.strictObject(topicPartition)),
  }),
  v.strictObject({ type: v.literal("requestCommit") }),
  LogMessage,
  CountsMessage,
  /** The task does nothing until it is resumed. */
  v.strictObject({ type: v.literal("paused") }),
  /** The task goes on. */
  v.strictObject({ type: v.literal("resumed") }),
  v.strictObject({ type: v.literal("stopped") }),
  v.strictObject({ type: v.literal("failed"), trace: v.pipe(v.string(), v.maxLength(1 << 20)) }),
]);

/** One message out of a task's Worker. */
export type FromTask = v.InferOutput<typeof FromTask>;
