/** Reads a Produce request as a broker does. */

import type { ApiRequest } from "../../../src/kafka/protocol/request.ts";
import { Reader, Writer } from "../../../src/kafka/protocol/wire.ts";

/** The batches of a Produce request. */
export function producedBatches(
  request: ApiRequest<unknown>,
): { topic: string; partition: number; batch: Uint8Array }[] {
  const writer = new Writer();
  request.encode(writer);
  const reader = new Reader(writer.bytes);
  reader.nullableString();
  reader.int16();
  reader.int32();
  return reader.array(() => {
    const topic = reader.string();
    return reader.array(() => ({
      topic,
      partition: reader.int32(),
      batch: reader.nullableBytes()!,
    }));
  }).flat();
}
