/** A producer keeps the order of a partition, whatever a broker refuses, forgets, or does not answer. */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/mod.ts";
import { BatchBuilder, readBatchHeader, readRecords } from "../../../src/batch/mod.ts";
import {
  ConnectionError,
  type KafkaClient,
  KafkaError,
  KafkaProducer,
  PartlyStoredError,
  producerDefaults,
} from "../../../src/kafka/mod.ts";
import type { ApiRequest } from "../../../src/kafka/protocol/request.ts";
import { seeded } from "../../faults/each_fault.ts";
import { producedBatches } from "./produced_batches.ts";

const decoder = new TextDecoder();
const tooLarge = 10;
const outOfOrder = 45;
const unknownProducer = 59;

/** What becomes of a batch at a broker. */
type Fate = "stored" | "refused" | "lost before" | "lost after" | "forgotten" | "no leader";

/** A broker with one partition, which checks sequence numbers as Kafka's `ProducerAppendInfo` does. */
class ModelBroker {
  readonly values: string[] = [];
  readonly epochs: number[] = [];
  #known: { epoch: number; next: number; last: number[] } | null = null;
  #answering: Promise<unknown> = Promise.resolve();

  /** Stores or refuses a batch. @returns the error code */
  store(batch: Uint8Array, fate: Fate): number {
    if (fate === "no leader") return 6;
    if (fate === "refused") return tooLarge;
    const { producerEpoch: epoch, baseSequence, recordCount } = readBatchHeader(batch)!;
    if (fate === "forgotten") {
      // Nothing of this epoch is expected any more.
      this.#known = { epoch, next: -1, last: [] };
      return unknownProducer;
    }
    const known = this.#known;
    if (known !== null && known.epoch === epoch) {
      if (known.last.includes(baseSequence)) return 0;
      if (known.next !== baseSequence) return outOfOrder;
    } else if (known !== null && baseSequence !== 0) return outOfOrder;
    const last = known?.epoch === epoch ? known.last : [];
    this.#known = {
      epoch,
      next: baseSequence + recordCount,
      last: [...last, baseSequence].slice(-5),
    };
    this.epochs.push(epoch);
    for (const { value } of readRecords(batch)) this.values.push(decoder.decode(value!));
    return 0;
  }

  /** A client of this broker; `fateOf` decides what becomes of each batch. */
  client(
    fateOf: (value: string, values: string[]) => Fate,
    pause: () => Promise<void>,
  ): KafkaClient {
    return {
      clientId: "p",
      closing: new AbortController().signal,
      retrying: (attempt: () => Promise<unknown>) => attempt(),
      sendAny: () => Promise.resolve({ error: 0, producerId: 7n, producerEpoch: 0 }),
      leader: () => Promise.resolve(1),
      forgetTopic() {},
      backoffMs: () => 1,
      send: (_node: number, request: ApiRequest<unknown>) => {
        // A broker answers what comes over one connection in its order.
        const answer = this.#answering.then(async () => {
          await pause();
          return producedBatches(request).map(({ topic, partition, batch }) => {
            const values = [...readRecords(batch)].map(({ value }) => decoder.decode(value!));
            const fate = fateOf(values[0], values);
            const error = fate === "lost before" ? 0 : this.store(batch, fate);
            if (fate.startsWith("lost")) throw new ConnectionError("broken");
            return { topic, partition, error, baseOffset: 0n, message: null };
          });
        });
        this.#answering = answer.catch(() => {});
        return answer;
      },
    } as unknown as KafkaClient;
  }
}

function producer(client: KafkaClient): { made: KafkaProducer; warnings: string[] } {
  const warnings: string[] = [];
  const made = new KafkaProducer({
    client,
    settings: producerDefaults,
    requestTimeoutMs: 1000,
    clock: { ...systemClock, sleep: () => new Promise((resolve) => setTimeout(resolve)) },
    warn: (message) => warnings.push(message),
  });
  return { made, warnings };
}

function batch(...values: number[]): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1000 });
  for (const value of values) builder.append(null, String(value), [], 0);
  return builder.seal();
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

for (const isKnown of [false, true]) {
  const who = isKnown ? "that the broker knows" : "that is new to the broker";
  Deno.test(`append() of a producer ${who} refuses what stands behind a batch that is refused`, async () => {
    const broker = new ModelBroker();
    let refused = "1";
    const client = broker.client(
      (value) => value === refused ? "refused" : "stored",
      async () => {},
    );
    const { made, warnings } = producer(client);
    if (isKnown) await made.append("t", 0, batch(0));
    const sent = numbers(1, 9).map((value) => made.append("t", 0, batch(value)));
    for (const { status } of await Promise.allSettled(sent)) assert.equal(status, "rejected");
    assert.deepEqual(broker.values, isKnown ? ["0"] : []);
    refused = "none";
    await Promise.all(numbers(1, 9).map((value) => made.append("t", 0, batch(value))));
    assert.deepEqual(broker.values.map(Number), numbers(isKnown ? 0 : 1, 9));
    assert.deepEqual(warnings, []);
  });
}

Deno.test("append() says how many records of a batch are stored before the one that is refused", async () => {
  for (const large of [0, 1, 5, 7]) {
    const broker = new ModelBroker();
    const client = broker.client(
      (_, values) => values.includes(`${large}`) ? "refused" : "stored",
      async () => {},
    );
    const { made } = producer(client);
    const error = await made.append("t", 0, batch(...numbers(0, 8))).catch((error) => error);
    assert.match(error.message, /MESSAGE_TOO_LARGE: one record takes/);
    assert.equal(error instanceof PartlyStoredError ? error.storedCount : 0, large);
    assert.deepEqual(broker.values.map(Number), numbers(0, large));
  }
});

Deno.test("append() begins a new epoch when the broker has forgotten the producer, and says so", async () => {
  const broker = new ModelBroker();
  let forgets = 1;
  const client = broker.client(
    (value) => value === "3" && forgets-- > 0 ? "forgotten" : "stored",
    async () => {},
  );
  const { made, warnings } = producer(client);
  await Promise.all(numbers(0, 3).map((value) => made.append("t", 0, batch(value))));
  await Promise.all(numbers(3, 9).map((value) => made.append("t", 0, batch(value))));
  assert.deepEqual(broker.values.map(Number), numbers(0, 9));
  assert.deepEqual([broker.epochs[0], broker.epochs.at(-1)], [0, 1]);
  assert.match(warnings.join("\n"), /^p: .*UNKNOWN_PRODUCER_ID; sequences begin anew$/);
});

/** Appends all, and what came after a refusal again from there, until all is stored. */
async function appendAll(made: KafkaProducer, count: number): Promise<void> {
  for (let stored = 0; stored < count;) {
    const sent = numbers(stored, Math.min(stored + 12, count))
      .map((value) => made.append("t", 0, batch(value)));
    const outcomes = await Promise.allSettled(sent);
    for (const outcome of outcomes) {
      if (outcome.status === "fulfilled") continue;
      assert.equal(
        (outcome.reason.cause ?? outcome.reason as KafkaError).code,
        "MESSAGE_TOO_LARGE",
      );
    }
    const refused = outcomes.findIndex(({ status }) => status === "rejected");
    stored += refused < 0 ? outcomes.length : refused;
  }
}

Deno.test("append() stores all in order, whatever is refused, lost or forgotten", async () => {
  const fates: Fate[] = ["refused", "lost before", "lost after", "forgotten", "no leader"];
  for (let seed = 0; seed < 30; seed++) {
    const random = seeded(seed);
    const broker = new ModelBroker();
    // What is refused may be stored when it is sent again: a topic's settings change.
    const client = broker.client(
      () => random() < 0.8 ? "stored" : fates[Math.floor(random() * fates.length)],
      async () => {
        if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve));
      },
    );
    await appendAll(producer(client).made, 60);
    let next = 0;
    for (const value of broker.values.map(Number)) {
      assert.ok(value <= next, `seed ${seed}: ${next} is missing before ${value}`);
      next = Math.max(next, value + 1);
    }
    assert.equal(next, 60, `seed ${seed}`);
  }
});
