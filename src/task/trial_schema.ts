/**
 * What a message out of a Web Worker that tries records must be. Only the worker checks them.
 *
 * @module
 */

import * as v from "valibot";

const uint = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const bytes = v.nullable(v.instance(Uint8Array<ArrayBuffer>));
const data = v.strictObject({ schema: v.nullable(v.string()), value: v.string() });

function recordOf<const D extends v.GenericSchema>(datum: D) {
  return v.strictObject({
    topic: v.string(),
    partition: v.nullable(uint),
    timestampMs: v.nullable(v.number()),
    key: datum,
    value: datum,
    headers: v.array(v.strictObject({ key: v.string(), value: datum })),
  });
}

/** One message: all is made; what has become of the next record; or all were tried. */
export const FromTrial = v.variant("type", [
  v.strictObject({ type: v.literal("ready") }),
  v.strictObject({
    type: v.literal("tried"),
    outcome: v.variant("is", [
      v.strictObject({ is: v.literal("bytes"), record: recordOf(bytes) }),
      v.strictObject({ is: v.literal("data"), record: recordOf(data) }),
      v.strictObject({ is: v.literal("dropped"), at: v.string() }),
      v.strictObject({ is: v.literal("failed"), at: v.string(), message: v.string() }),
      v.strictObject({ is: v.literal("unsound"), at: v.string(), message: v.string() }),
    ]),
  }),
  v.strictObject({ type: v.literal("stopped") }),
]);

/** One message out of a Web Worker that tries records. */
export type FromTrial = v.InferOutput<typeof FromTrial>;
