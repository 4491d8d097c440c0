/** How `connect topics read` prints records. */

import type { RecordView } from "../batch/mod.ts";
import { plainJsonLine } from "./plain_text.ts";

/** What of a record can be printed, in the order in which it is. Kafka: `print.timestamp` and so on. */
export const recordFields = [
  "timestamp",
  "partition",
  "offset",
  "headers",
  "key",
  "value",
] as const;

/** What is printed of a record: some fields, as Kafka's console consumer does, or JSON, as kcat does. */
export type RecordFormat = "json" | ReadonlySet<typeof recordFields[number]>;

/** Makes a line of a record, in parts. */
export type RecordPrinter = (partition: number, record: RecordView) => Uint8Array[];

/** What prints records of a topic. */
export function recordPrinter(topic: string, format: RecordFormat): RecordPrinter {
  return format === "json"
    ? (partition, record) => [encoder.encode(jsonLine(topic, partition, record))]
    : (partition, record) => textLine(partition, record, format);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const nullText = encoder.encode("null");
const [tab, comma, newline] = ["\t", ",", "\n"].map((text) => encoder.encode(text));

/** Kafka: `DefaultMessageFormatter`. */
function textLine(
  partition: number,
  { timestampType, timestampMs, offset, headers, key, value }: RecordView,
  fields: ReadonlySet<string>,
): Uint8Array[] {
  const parts: Record<typeof recordFields[number], () => Uint8Array[]> = {
    timestamp: () => [encoder.encode(`${timestampType}:${timestampMs}`)],
    partition: () => [encoder.encode(`Partition:${partition}`)],
    offset: () => [encoder.encode(`Offset:${offset}`)],
    headers: () =>
      headers.length === 0 ? [encoder.encode("NO_HEADERS")] : headers.flatMap((header, i) => [
        ...i === 0 ? [] : [comma],
        encoder.encode(`${header.key}:`),
        header.value ?? nullText,
      ]),
    key: () => [key ?? nullText],
    value: () => [value ?? nullText],
  };
  const printed = recordFields.filter((field) => fields.has(field));
  return [
    ...printed.flatMap((field, i) => i === 0 ? parts[field]() : [tab, ...parts[field]()]),
    newline,
  ];
}

/** As kcat's `-J`; bytes that are no text are an object with their base64. */
function jsonLine(
  topic: string,
  partition: number,
  { timestampType, timestampMs, offset, headers, key, value }: RecordView,
): string {
  return plainJsonLine({
    topic,
    partition,
    offset,
    tstype: timestampType === "CreateTime" ? "create" : "logappend",
    ts: timestampMs,
    headers: headers.flatMap((header) => [header.key, jsonOf(header.value)]),
    key: jsonOf(key),
    payload: jsonOf(value),
  });
}

function jsonOf(bytes: Uint8Array | null): string | null | { base64: string } {
  if (bytes === null) return null;
  try {
    return decoder.decode(bytes);
  } catch {
    return { base64: bytes.toBase64() };
  }
}
