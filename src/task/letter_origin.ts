/**
 * What a dead letter was before it failed: the headers that tell of failures (KIP-298) are the last ones of a
 * letter, always the same ten, and the first three of them say where the record was read.
 *
 * @module
 */

import type { ConsumedRecord } from "./failure_report.ts";

const contextKeys = [
  "topic",
  "partition",
  "offset",
  "connector.name",
  "task.id",
  "stage",
  "class.name",
  "exception.class.name",
  "exception.message",
  "exception.stacktrace",
].map((key) => `__connect.errors.${key}`);
const decoder = new TextDecoder();

/** The record that a dead letter holds, as it was consumed first; the letter itself when it does not say. */
export function originOf(letter: ConsumedRecord): ConsumedRecord {
  const { headers } = letter.view;
  const context = headers.slice(-contextKeys.length);
  if (contextKeys.some((key, index) => context[index]?.key !== key)) return letter;
  const [topic, partition, offset] = context.map(({ value }) => value && decoder.decode(value));
  if (!topic || !/^\d{1,9}$/.test(partition ?? "") || !/^\d{1,18}$/.test(offset ?? "")) {
    return letter;
  }
  return {
    topic,
    partition: Number(partition),
    view: {
      ...letter.view,
      offset: BigInt(offset!),
      headers: headers.slice(0, -contextKeys.length),
    },
  };
}
