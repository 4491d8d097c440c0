/**
 * Numbered lines that a worker moves from a file through a topic into a file, as fast as it can whenever
 * something is taken away from it; and a look at what came out.
 */

import assert from "node:assert/strict";
import { Connect, until } from "../e2e/connect.ts";

/** Settings of a worker or a connector. */
export type Props = Record<string, string>;

const string = "org.apache.kafka.connect.storage.StringConverter";
const transforms = "org.apache.kafka.connect.transforms";
/** Each line has its number and is filled up to this many characters. */
const lineLength = 100;
const numberLength = 9;
const filling = " ".padEnd(lineLength - numberLength, "abcdefghijklmnopqrstuvwxyz");
/** How many lines are appended at once: a megabyte. */
const blockLines = 10_000;
/** So many lines lie before the source that it is never idle, and no more. */
const aheadLinesMax = 10 * blockLines;
/** How many lines are appended at once, and how often in milliseconds, when a test waits for something else. */
const trickle = { lines: 500, everyMs: 50 };

/** A worker on brokers; `more` goes before. */
export function workerProps(bootstrapServers: string, more: Props = {}): Props {
  return {
    "bootstrap.servers": bootstrapServers,
    "listeners": "http://127.0.0.1:0",
    "key.converter": string,
    "value.converter": string,
    "offset.storage.file.filename": "connect.offsets",
    "offset.flush.interval.ms": "500",
    ...more,
  };
}

/** Settings of all clients of a worker. */
export function ofClients(settings: Props): Props {
  return Object.fromEntries(
    ["", "producer.", "consumer."].flatMap((prefix) =>
      Object.entries(settings).map(([key, value]) => [prefix + key, value])
    ),
  );
}

/** Settings of a client that trusts an authority and has a key and a certificate, in PEM files. */
export function overTls(authority: string, client: string): Props {
  return {
    "security.protocol": "SSL",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": authority,
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": client,
  };
}

/** Lines on their way from `NAME.in` to `NAME.out`. The sink tells the partition of each. */
export class LineFlow {
  readonly #folder: string;
  readonly #name: string;
  readonly #partitions: number;
  readonly #topic = `lines-${crypto.randomUUID()}`;
  #count = 0;
  /** So many lines go at full rate, and the rest as a trickle. */
  #fastLines = aheadLinesMax;
  #isOver = false;
  #writing: Promise<void> | null = null;

  /** A flow in a folder; nothing is written yet. */
  constructor(folder: string, name: string, partitions: number) {
    this.#folder = folder;
    this.#name = name;
    this.#partitions = partitions;
  }

  /** The connectors, by the names of their files. */
  get files(): Record<string, Props> {
    const name = this.#name;
    return {
      [`${name}-source`]: {
        "name": `${name}-source`,
        "connector.class": "FileStreamSource",
        "file": `${name}.in`,
        "topic": this.#topic,
        "topic.creation.default.partitions": String(this.#partitions),
        "topic.creation.default.replication.factor": "-1",
      },
      [`${name}-sink`]: {
        "name": `${name}-sink`,
        "connector.class": "FileStreamSink",
        "file": `${name}.out`,
        "topics": this.#topic,
        // The source makes it, with its partitions; a sink that comes first would have it made with one.
        "consumer.override.allow.auto.create.topics": "false",
        "transforms": "hoist,insert",
        "transforms.hoist.type": `${transforms}.HoistField$Value`,
        "transforms.hoist.field": "line",
        "transforms.insert.type": `${transforms}.InsertField$Value`,
        "transforms.insert.partition.field": "partition",
      },
    };
  }

  /** The topic they go through. */
  get topic(): string {
    return this.#topic;
  }

  /** Begins to append lines, as many as the source takes and the sink puts. */
  start(): void {
    this.#writing = this.#write();
  }

  /** Waits until so many more lines have come out. */
  async advance(connect: Connect, lines = 5 * blockLines): Promise<void> {
    const end = this.#outLines + lines;
    this.#fastLines = end + aheadLinesMax;
    await until(() => this.#outLines >= end, () => connect.log);
  }

  /** Appends no more. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#writing;
  }

  /**
   * Waits for the last line: each must have come out, in the order of its partition but for repetitions.
   */
  async check(connect: Connect): Promise<void> {
    const order = new PartitionOrder(this.#count);
    await until(() => this.#outLines >= this.#count, () => connect.log);
    await until(async () => {
      await order.read(this.#outPath);
      return order.missing === 0;
    }, () => `${order.missing} of ${this.#count} lines are missing. ${connect.log}`);
    // Each batch goes to any of them: of few batches, none may go to one.
    assert.ok(order.partitions > this.#partitions / 2, `only ${order.partitions} have lines`);
  }

  get #outPath(): string {
    return `${this.#folder}/${this.#name}.out`;
  }

  /** How many lines have come out, repetitions included. */
  get #outLines(): number {
    try {
      return Deno.statSync(this.#outPath).size / sunkBytes;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  }

  async #write(): Promise<void> {
    const path = `${this.#folder}/${this.#name}.in`;
    using file = await Deno.open(path, { append: true, create: true });
    const encoder = new TextEncoder();
    while (!this.#isOver) {
      const isFast = this.#count < this.#fastLines;
      if (this.#count - this.#outLines < aheadLinesMax) {
        const length = isFast ? blockLines : trickle.lines;
        const numbers = Array.from({ length }, () => this.#count++);
        const block = numbers.map((number) => `${numbered(number)}\n`).join("");
        await file.write(encoder.encode(block));
        if (isFast) continue;
      }
      await new Promise((resolve) => setTimeout(resolve, isFast ? 5 : trickle.everyMs));
    }
  }
}

function numbered(number: number): string {
  return String(number).padStart(numberLength, "0") + filling;
}

/** How a line comes out, of the partition with this number. */
function sunk(number: number, partition: number): string {
  return `Struct{line=${numbered(number)},partition=${partition}}\n`;
}
const sunkBytes = sunk(0, 0).length;
const numberAt = "Struct{line=".length;

/** Follows a file of sunk lines, and holds each partition to its order. */
class PartitionOrder {
  /** The partition that each line came out of, from 1; 0 until it has come. */
  readonly #seen: Uint8Array;
  readonly #last: number[] = [];
  #position = 0;
  /** How many have not come yet. */
  missing: number;

  /** Waits for lines from 0 to `count`. */
  constructor(count: number) {
    this.#seen = new Uint8Array(count);
    this.missing = count;
  }

  /** How many partitions something came out of. */
  get partitions(): number {
    return this.#last.filter((last) => last !== undefined).length;
  }

  /** Reads on. */
  async read(path: string): Promise<void> {
    const decoder = new TextDecoder();
    using file = await Deno.open(path);
    await file.seek(this.#position, Deno.SeekMode.Start);
    const block = new Uint8Array(sunkBytes * blockLines);
    for (let length = 0;;) {
      const count = await file.read(block.subarray(length));
      if (count === null) return;
      length += count;
      const text = decoder.decode(block.subarray(0, length));
      const wholeBytes = length - length % sunkBytes;
      for (let at = 0; at < wholeBytes; at += sunkBytes) this.#take(text, at);
      block.copyWithin(0, wholeBytes, length);
      length -= wholeBytes;
      this.#position += wholeBytes;
    }
  }

  #take(text: string, at: number): void {
    const number = Number(text.slice(at + numberAt, at + numberAt + numberLength));
    const partition = Number(text[at + sunkBytes - 3]);
    const found = text.slice(at, at + sunkBytes);
    if (found !== sunk(number, partition)) assert.fail(`what is no line came out: ${found}`);
    const last = this.#last[partition] ?? -1;
    // A line that has come before may come again.
    const expected = number > last ? 0 : partition + 1;
    if (this.#seen[number] !== expected) {
      assert.fail(
        `line ${number} comes after ${last} in partition ${partition}, though it ` +
          (this.#seen[number] === 0 ? "has not come" : `came in ${this.#seen[number] - 1}`),
      );
    }
    if (number <= last) return;
    this.#seen[number] = partition + 1;
    this.#last[partition] = number;
    this.missing--;
  }
}

/** Two flows, through a topic of one partition and through one of four. */
export class Flows {
  /** The worker. */
  readonly connect: Connect;
  readonly #flows: readonly LineFlow[];
  #url = "";

  /** Flows in a folder, and a worker that does not run yet. */
  constructor(folder: string) {
    this.connect = new Connect(folder);
    this.#flows = [new LineFlow(folder, "one", 1), new LineFlow(folder, "four", 4)];
  }

  /** Their topics. */
  get topics(): string[] {
    return this.#flows.map(({ topic }) => topic);
  }

  /** Starts the worker, and the writing. @returns the URL of its REST API */
  async start(worker: Props): Promise<string> {
    for (const flow of this.#flows) flow.start();
    const files = this.#flows.map((flow) => flow.files);
    return this.#url = await this.connect.start(Object.assign({ worker }, ...files));
  }

  /** Waits until more has come out of all. */
  async advance(): Promise<void> {
    await Promise.all(this.#flows.map((flow) => flow.advance(this.connect)));
    await this.checkRunning();
  }

  /** Sees to it that everything is RUNNING. */
  async checkRunning(): Promise<void> {
    const names = this.#flows.flatMap(({ files }) => Object.keys(files));
    await checkRunning(this.#url, names);
  }

  /** Waits until everything has come out, and ends the worker. */
  async finish(): Promise<void> {
    await Promise.all(this.#flows.map((flow) => flow.stop()));
    for (const flow of this.#flows) await flow.check(this.connect);
    await this.checkRunning();
    assert.equal(await this.connect.stop(), 0, this.connect.log);
    assert.ok(!this.connect.log.includes("has failed"), this.connect.log);
  }
}

/** Sees to it that everything is RUNNING, as REST tells it. */
export async function checkRunning(url: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const { connector, tasks } = await status(url, name);
    assert.deepEqual([connector, ...tasks].map(({ state }) => state), ["RUNNING", "RUNNING"], name);
  }
}

/** How a connector with one task is, as REST tells it. */
export async function status(
  url: string,
  name: string,
): Promise<{
  connector: { state: string; trace?: string };
  tasks: { state: string; trace?: string }[];
}> {
  return await (await fetch(`${url}connectors/${name}/status`)).json();
}
