/** A fetcher on scripted brokers. */

import { BatchBuilder, readRecords, setBaseOffset } from "../../../src/batch/mod.ts";
import { consumerDefaults, type ConsumerSettings, Fetcher } from "../../../src/kafka/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog } from "../../faults/memory_disk.ts";
import type { Asked, ScriptedCluster } from "./scripted_cluster.ts";

/** How long metadata is believed. */
export const metadataMaxAgeMs = 300_000;

/** A fetcher of `t`, whose partition 0 is led by broker 1 in epoch 5. */
export function bench(cluster: ScriptedCluster, settings: Partial<ConsumerSettings> = {}) {
  cluster.topics.set("t", [{ leader: 1, epoch: 5 }, { leader: 1, epoch: 6 }]);
  const clock = new HeldClock();
  const log = keptLog();
  const client = cluster.client({ clock, metadataMaxAgeMs });
  const fetcher = new Fetcher({
    client,
    settings: { ...consumerDefaults, ...settings },
    metadataMaxAgeMs,
    onNews() {},
    onUnknown: () => log.info("a topic is missing"),
    clock,
    log,
  });
  client.closing.addEventListener("abort", () => fetcher.close());
  return { fetcher, clock, log };
}

/** What a Fetch request wants: `partition@offset epoch`, and where its client stands. */
export function wanted({ body }: Asked): { rack: string; wants: string[] } {
  for (let i = 0; i < 4; i++) body.int32();
  body.int8();
  body.int32();
  body.int32();
  const wants = body.array(() => {
    body.string();
    return body.array(() => {
      const [partition, epoch, offset] = [body.int32(), body.int32(), body.int64()];
      body.int64();
      body.int32();
      return `${partition}@${offset} ${epoch}`;
    });
  }).flat();
  body.array(() => {});
  return { rack: body.string(), wants };
}

interface Found {
  partition?: number;
  error?: number;
  replica?: number;
  records?: Uint8Array;
  /** Where it ends, and where what is committed does. */
  ends?: [highWatermark: bigint, lastStableOffset: bigint];
}

/** Answers a Fetch request. */
export async function answer(asked: Asked, throttleMs: number, ...found: Found[]): Promise<void> {
  await asked.answer((writer) =>
    writer.int32(throttleMs).int16(0).int32(0).int32(1).string("t").array(found, (one) => {
      const { partition = 0, error = 0, replica = -1, records = new Uint8Array(0) } = one;
      const [high, stable] = one.ends ?? [0n, 0n];
      writer.int32(partition).int16(error).int64(high).int64(stable).int64(0n).int32(0).int32(
        replica,
      )
        .nullableBytes(records);
    })
  );
}

/** A batch of records that are called by their offsets, stored by the leader of an epoch. */
export function batch(baseOffset: bigint, count = 1, epoch = -1): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 10_000 });
  for (let i = 0; i < count; i++) builder.append(null, `${baseOffset + BigInt(i)}`, [], 0);
  const bytes = builder.seal();
  setBaseOffset(bytes, baseOffset);
  new DataView(bytes.buffer).setInt32(12, epoch);
  return bytes;
}

/** The records that are handed out next, once there are some. */
export async function taken(cluster: ScriptedCluster, fetcher: Fetcher, bytesMax = 1 << 20) {
  for (let roundTrips = 0; roundTrips < 1000; roundTrips++) {
    const run = fetcher.take(bytesMax);
    if (run !== null) {
      return [...readRecords(run.batches)].map(({ offset }) => `${run.partition}@${offset}`);
    }
    await cluster.roundTrip();
  }
  throw new Error("nothing was handed out");
}
