/**
 * Brokers that say what a test wants: they listen on ports of this machine and speak Kafka's protocol. What
 * every client asks first (ApiVersions, Metadata, FindCoordinator) they answer by themselves; all else waits
 * for the test, in the order in which it came.
 *
 * @module
 */

import { systemClock } from "../../../src/base/mod.ts";
import { connectionDefaults, KafkaClient } from "../../../src/kafka/mod.ts";
import { Reader, Writer } from "../../../src/kafka/protocol/wire.ts";
import type { HeldClock } from "../../faults/held_clock.ts";
import { keptLog } from "../../faults/memory_disk.ts";

/** Requests by their keys. */
const apiNames: Readonly<Record<number, string>> = {
  0: "Produce",
  1: "Fetch",
  2: "ListOffsets",
  3: "Metadata",
  8: "OffsetCommit",
  9: "OffsetFetch",
  10: "FindCoordinator",
  11: "JoinGroup",
  12: "Heartbeat",
  13: "LeaveGroup",
  14: "SyncGroup",
  17: "SaslHandshake",
  18: "ApiVersions",
  19: "CreateTopics",
  22: "InitProducerId",
  23: "OffsetForLeaderEpoch",
  36: "SaslAuthenticate",
  42: "DeleteGroups",
  47: "OffsetDelete",
};
/** The client that only looks whether brokers answer. */
const bystander = "bystander";
/** How long a request may be missed, in milliseconds. */
const patienceMs = 10_000;

/** A partition as metadata tell of it. */
export interface ScriptedPartition {
  /** The broker that leads it, or -1. */
  leader: number;
  /** Its leader's epoch. */
  epoch: number;
}

/** A request that waits for its answer. */
export interface Asked {
  /** What it is: `JoinGroup`. */
  apiName: string;
  /** The broker that was asked. */
  nodeId: number;
  /** Who asks. */
  clientId: string;
  /** Its body. */
  body: Reader;
  /** Answers it. */
  answer(write: (writer: Writer) => void): Promise<void>;
  /** Breaks the connection that it came over. */
  hangUp(): void;
}

/** Brokers with the numbers 1, 2, ... */
export class ScriptedCluster {
  /** Topics as metadata tell of them; others are not there. An error code stands for one that cannot be used. */
  readonly topics = new Map<string, ScriptedPartition[] | number>();
  /** The broker that coordinates all groups, or an error code below 0. */
  coordinator = 1;
  /** The broker that takes changes to topics. */
  controller = 1;
  /** The versions that brokers know of a request, where they are not as they must be. */
  readonly versions = new Map<string, [min: number, max: number]>();
  /** How long each answer to Metadata asks to be left alone. */
  metadataThrottleMs = 0;
  /** What answers requests of a kind without the test. */
  readonly standing = new Map<string, (asked: Asked) => Promise<void>>();
  /** What was asked and answered without the test: `Metadata 1`, and whether topics were to be made. */
  readonly looks: string[] = [];
  readonly #listeners: Deno.TcpListener[];
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #asked: Asked[] = [];
  readonly #waiting: { apiName: string; resolve(asked: Asked): void }[] = [];
  readonly #serving: Promise<void>[] = [];

  /** Brokers that listen. */
  constructor(count = 1) {
    this.#listeners = Array.from(
      { length: count },
      () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    );
    this.#listeners.forEach((listener, i) => this.#serving.push(this.#accept(listener, i + 1)));
  }

  /** A client of these brokers, closed with them. */
  client(options: Partial<ConstructorParameters<typeof KafkaClient>[0]> = {}): KafkaClient {
    const client = new KafkaClient({ ...this.connection, ...options });
    this.#clients.push(client);
    return client;
  }
  readonly #clients: KafkaClient[] = [];

  /** What a client of these brokers is made with. */
  get connection(): ConstructorParameters<typeof KafkaClient>[0] {
    return {
      ...connectionDefaults,
      bootstrapServers: this.#listeners.map(({ addr }) => `127.0.0.1:${addr.port}`),
      clientId: "us",
      clock: systemClock,
      random: () => 0.5,
      log: keptLog(),
    };
  }

  /** The next request of a kind that has not been handed out. */
  async next(apiName: string): Promise<Asked> {
    const place = this.#asked.findIndex((asked) => asked.apiName === apiName);
    if (place >= 0) return this.#asked.splice(place, 1)[0];
    const { promise, resolve, reject } = Promise.withResolvers<Asked>();
    this.#waiting.push({ apiName, resolve });
    const others = () => this.#asked.map((asked) => asked.apiName).join();
    const timer = setTimeout(
      () => reject(new Error(`No ${apiName} came, but ${others() || "nothing"}`)),
      patienceMs,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Requests of a kind that came and wait. */
  pending(apiName: string): number {
    return this.#asked.filter((asked) => asked.apiName === apiName).length;
  }

  /** Lets time pass, a millisecond for each round trip to a broker, until something is settled. */
  async passing<T>(clock: HeldClock, what: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = what.finally(() => isSettled = true);
    settled.catch(() => {});
    for (let roundTrips = 0; !isSettled; clock.advance(1)) {
      await this.roundTrip();
      if (roundTrips++ > 2000) throw new Error("it did not come about");
    }
    return await settled;
  }

  /** Lets what is under way arrive: asks the brokers something, and waits for the answer. */
  async roundTrip(): Promise<void> {
    await (this.#bystander ??= this.client({ clientId: bystander })).metadata([]);
  }
  #bystander: KafkaClient | null = null;

  /** Closes clients and brokers. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    for (const listener of this.#listeners) listener.close();
    for (const connection of this.#connections) close(connection);
    await Promise.all(this.#serving);
  }

  async #accept(listener: Deno.TcpListener, nodeId: number): Promise<void> {
    for await (const connection of listener) {
      this.#connections.add(connection);
      this.#serving.push(
        this.#serve(connection, nodeId).finally(() => {
          this.#connections.delete(connection);
          close(connection);
        }),
      );
    }
  }

  async #serve(connection: Deno.TcpConn, nodeId: number): Promise<void> {
    for await (const message of messages(connection)) {
      const reader = new Reader(message);
      const [apiKey, version, correlation] = [reader.int16(), reader.int16(), reader.int32()];
      const clientId = reader.string();
      const answer = async (write: (writer: Writer) => void) => {
        const body = new Writer().int32(correlation);
        write(body);
        const framed = new Writer().nullableBytes(body.bytes);
        await send(connection, framed.bytes);
      };
      const apiName = apiNames[apiKey];
      const hangUp = () => close(connection);
      const asked = { apiName, nodeId, clientId, body: reader, answer, hangUp };
      if (await this.#answerAlone(asked, version)) continue;
      const standing = this.standing.get(apiName);
      if (standing === undefined) this.#hand(asked);
      else await standing(asked);
    }
  }

  #hand(asked: Asked): void {
    const place = this.#waiting.findIndex(({ apiName }) => apiName === asked.apiName);
    if (place < 0) this.#asked.push(asked);
    else this.#waiting.splice(place, 1)[0].resolve(asked);
  }

  async #answerAlone(asked: Asked, version: number): Promise<boolean> {
    const { apiName, nodeId, clientId, body, answer } = asked;
    switch (apiName) {
      case "ApiVersions":
        await answer((writer) => {
          writer.int16(0).array(
            Object.keys(apiNames),
            (key) => {
              const [min, max] = this.versions.get(apiNames[Number(key)]) ?? [0, 11];
              writer.int16(Number(key)).int16(min).int16(max);
            },
          );
          if (version > 0) writer.int32(0);
        });
        return true;
      case "Metadata": {
        const names = body.array(() => body.string());
        const look = `Metadata ${names}${body.boolean() ? ", to be made" : ""}`;
        if (clientId !== bystander) this.looks.push(look);
        await answer((writer) => this.#tellMetadata(writer, names));
        return true;
      }
      case "FindCoordinator": {
        this.looks.push(`FindCoordinator from ${nodeId}`);
        const { coordinator } = this;
        const port = this.#listeners[coordinator - 1]?.addr.port ?? 0;
        await answer((writer) =>
          writer.int32(0).int16(Math.max(0, -coordinator)).string(null).int32(coordinator)
            .string("127.0.0.1").int32(port)
        );
        return true;
      }
      default:
        return false;
    }
  }

  #tellMetadata(writer: Writer, names: readonly string[]): void {
    writer.int32(this.metadataThrottleMs).array(this.#listeners, ({ addr }) => {
      const nodeId = this.#listeners.findIndex((one) => one.addr.port === addr.port) + 1;
      writer.int32(nodeId).string("127.0.0.1").int32(addr.port).string(null);
    }).string("scripted").int32(this.controller);
    writer.array(names, (name) => {
      const topic = this.topics.get(name) ?? 3;
      const [error, partitions] = typeof topic === "number" ? [topic, []] : [0, topic];
      writer.int16(error).string(name).boolean(false);
      writer.array(
        [...partitions.entries()],
        ([partition, { leader, epoch }]) =>
          writer.int16(leader < 0 ? 5 : 0).int32(partition).int32(leader).int32(epoch)
            .int32(0).int32(0).int32(0),
      );
    });
  }
}

/** A test with brokers of its own. */
export function scriptedTest(
  name: string,
  test: (cluster: ScriptedCluster) => Promise<void>,
  brokers = 1,
): void {
  Deno.test(name, async () => {
    const cluster = new ScriptedCluster(brokers);
    try {
      await test(cluster);
    } finally {
      await cluster.close();
    }
  });
}

/** The messages of a connection, each without its length, until it ends or breaks. */
async function* messages(connection: Deno.TcpConn): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let rest = new Uint8Array(0);
  const chunk = new Uint8Array(1 << 16);
  for (;;) {
    const count = await connection.read(chunk).catch(() => null);
    if (count === null) return;
    const grown = new Uint8Array(rest.length + count);
    grown.set(rest);
    grown.set(chunk.subarray(0, count), rest.length);
    rest = grown;
    while (rest.length >= 4) {
      const end = 4 + new DataView(rest.buffer, rest.byteOffset).getInt32(0);
      if (rest.length < end) break;
      yield rest.slice(4, end);
      rest = rest.slice(end);
    }
  }
}

async function send(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  try {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  } catch {
    // The client has hung up: it does not want the answer any more.
  }
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}
