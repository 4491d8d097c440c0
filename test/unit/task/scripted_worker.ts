/** The worker's side of a task's loop, scripted, and what loops are given in tests of errors. */

import {
  type Converter,
  type HeaderConverter,
  RetriableError,
  type Transformation,
} from "../../../src/api/mod.ts";
import { BatchBuilder, readRecords, setBaseOffset } from "../../../src/batch/mod.ts";
import {
  type ChainStep,
  type Converters,
  type FromTask,
  type TaskPort,
  type ToTask,
} from "../../../src/task/mod.ts";
import stringConverter from "../../../plugins/converters/string_converter.ts";

const decoder = new TextDecoder();
/** The topic of dead letters. */
export const dlq = "dlq";

/** A record that the worker was given to store. */
export interface Stored {
  key: string | null;
  value: string | null;
  timestampMs: number;
  headers: Record<string, string | null>;
}

/** Stores what it is given, unless `refuses` has something against it. */
export class ScriptedWorker {
  readonly told: FromTask[] = [];
  readonly stored = new Map<string, Stored[]>();
  /** Batches that are held back, while `holds` says so. */
  readonly held: (() => void)[] = [];
  holds = false;
  refuses: (topic: string, values: (string | null)[]) => string | null = () => null;
  /** Takes its messages. */
  loop: { receive(message: ToTask): void } | null = null;

  /** What the loop sends to. */
  readonly port: TaskPort = {
    send: (message) => {
      this.told.push(message);
      if (message.type === "readTopic") {
        queueMicrotask(() =>
          this.loop!.receive({ type: "topic", topic: message.topic, partitions: 1 })
        );
      }
      if (message.type !== "batch") return;
      const answer = () => this.#answer(message);
      if (this.holds) this.held.push(answer);
      else queueMicrotask(answer);
    },
  };

  /** What is stored in a topic: the values. */
  values(topic: string): (string | null)[] {
    return (this.stored.get(topic) ?? []).map(({ value }) => value);
  }

  /** Lets go of what is held back. */
  release(): void {
    this.holds = false;
    for (const answer of this.held.splice(0)) answer();
  }

  /** What it was told for the log. */
  logged(): string[] {
    return this.told.flatMap((one) => one.type === "log" ? `${one.level} ${one.message}` : []);
  }

  /** The sink offsets it was given, in order: `partition:offset`. */
  sinkOffsets(): string[] {
    return this.told.flatMap((one) =>
      one.type === "sinkOffsets"
        ? one.offsets.map(({ partition, offset }) => `${partition}:${offset}`).join(" ")
        : []
    );
  }

  /** The source offsets it was given, in order, as JSON. */
  sourceOffsets(): (string | null)[] {
    return this.told.flatMap((one) =>
      one.type === "sourceOffsets" ? one.offsets.map(([_, offset]) => offset) : []
    );
  }

  #answer({ id, topic, batch }: FromTask & { type: "batch" }): void {
    const records = [...readRecords(batch)].map(({ key, value, timestampMs, headers }) => ({
      key: key && decoder.decode(key),
      value: value && decoder.decode(value),
      timestampMs,
      headers: Object.fromEntries(headers.map(({ key, value }) => [
        key,
        value && decoder.decode(value),
      ])),
    }));
    const reason = this.refuses(topic, records.map(({ value }) => value));
    if (reason !== null) return this.loop!.receive({ type: "refused", id, reason, batch });
    const all = this.stored.get(topic) ?? [];
    this.stored.set(topic, all);
    const baseOffset = BigInt(all.length);
    all.push(...records);
    this.loop!.receive({ type: "acked", id, baseOffset, buffer: batch.buffer });
  }
}

/** A text that asks for a failure: `stage`, or `stage!` for one that can be retried `retries` times. */
export interface Trouble {
  /** Whether a text fails at a place: `key`, `value`, `header` or the number of a step. */
  fails(place: string, text: string): Error | null;
}

/** Converters of text that fail where they are told to. */
export function failingConverters(fails: Trouble["fails"]): Converters {
  function made(place: string): Converter & HeaderConverter {
    const real = new stringConverter[0].create() as Converter & HeaderConverter;
    const check = (text: unknown) => {
      const error = typeof text === "string" ? fails(place, text) : null;
      if (error !== null) throw error;
    };
    return {
      configure() {},
      toConnectData(topic, bytes) {
        check(bytes && decoder.decode(bytes));
        return real.toConnectData(topic, bytes);
      },
      fromConnectData(topic, schema, value) {
        check(value);
        return real.fromConnectData(topic, schema, value);
      },
      toConnectHeader(topic, key, bytes) {
        check(bytes && decoder.decode(bytes));
        return real.toConnectHeader(topic, key, bytes);
      },
      fromConnectHeader(topic, key, schema, value) {
        check(value);
        return real.fromConnectHeader(topic, key, schema, value);
      },
    };
  }
  return {
    key: made("key"),
    value: made("value"),
    header: made("header"),
    classNames: { key: "K", value: "V", header: "H" },
  };
}

/** Steps that fail where they are told to. */
export function failingChain(fails: Trouble["fails"], length: number): ChainStep[] {
  return Array.from({ length }, (_, step) => {
    const apply = ((record) => {
      const error = fails(String(step), record.value as string);
      if (error !== null) throw error;
      return record;
    }) as Transformation["apply"];
    return {
      transformation: { configure() {}, apply },
      predicate: null,
      className: `T${step}`,
    };
  });
}

/** Fails at a place for one text, for good. */
export function failsAt(place: string, text: string, error: Error): Trouble["fails"] {
  return (at, value) => at === place && value === text ? error : null;
}

/** Fails at a place for one text, so many times, as if it might pass. */
export function failsFor(times: number, place: string, text: string): Trouble["fails"] {
  return (at, value) =>
    at === place && value === text && times-- > 0 ? new RetriableError("later") : null;
}

/** Fetched records of partition 0, the first at an offset. */
export function batchesOf(first: number, values: readonly string[], key = "k"): ToTask {
  const builder = new BatchBuilder({ sizeMax: 1 << 20 });
  const header = { key: "h", value: new TextEncoder().encode("x") };
  for (const value of values) builder.append(key, value, [header], 1000);
  const bytes = builder.seal();
  setBaseOffset(bytes, BigInt(first));
  return { type: "batches", topic: "t", partition: 0, position: BigInt(first), batches: bytes };
}
