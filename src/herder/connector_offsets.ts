/**
 * The offsets of connectors, to look at, to change and to forget. Kafka: KIP-875, `Worker.connectorOffsets` and
 * `Worker.modifyConnectorOffsets`, whose words these are.
 *
 * A source's are in the store of source offsets, a sink's are those of its consumer group. The connector is
 * asked before they are changed, and may refuse or see to offsets that it keeps elsewhere.
 *
 * @module
 */

import {
  BigDecimal,
  canonicalText,
  doubleText,
  exactValue,
  javaClassOf,
  type Json,
  type OffsetMap,
  parseExact,
  stringifyExact,
} from "../api/mod.ts";
import {
  BadRequestError,
  type Clock,
  ConnectError,
  DataError,
  GroupNotEmptyError,
  type Logger,
  NotFoundError,
  reasonOf,
} from "../base/mod.ts";
import { type ConnectorDescription, RemoteError } from "../sandbox/mod.ts";
import type { OffsetStore } from "../store/mod.ts";
import type { GroupAdmin, PartitionOffset, Topics } from "../topics/mod.ts";
import type { ClientSources, ConfigVariables, Props } from "./config/mod.ts";
import type { Connectors } from "./connector_host.ts";
import type { ConnectorOffset, TargetState } from "./herder.ts";
import { connectorOffsetsOf, type GroupOffset, groupOffsetsOf } from "./sink_offsets.ts";
import { groupAdminOptions } from "./task_clients.ts";
import type { ConnectorDefinition } from "./task_configs.ts";

/** How long a connector may take to say what it thinks of other offsets, in milliseconds. */
// Kafka: `RestServer.DEFAULT_REST_REQUEST_TIMEOUT_MS`.
const alterTimeoutMs = 90_000;

/** What {@linkcode ConnectorOffsets} works with. */
export interface ConnectorOffsetsOptions {
  /** The worker's configuration, its variables resolved. */
  workerProps: Props;
  /** What resolves the variables of connectors. */
  variables: ConfigVariables;
  /** The connectors themselves. */
  connectors: Pick<Connectors, "alterOffsets" | "describe">;
  /** The topics that sinks read. */
  topics: Pick<Topics, "openGroupAdmin">;
  /** What Kafka clients are made with; null where topics are in the embedded log. */
  clients: ClientSources | null;
  /** Where source offsets are kept. */
  offsets: OffsetStore;
  /** Time. */
  clock: Clock;
  /** Where messages go. */
  log: Logger;
}

/** Waits for what may hang, as long as nobody wants the connector otherwise. @throws {ConnectError} else */
export type Patience = <T>(call: Promise<T>) => Promise<T>;

/** A connector, as far as its offsets go. */
export interface OffsetsOwner {
  /** Its name. */
  readonly name: string;
  /** What it is. */
  readonly definition: ConnectorDefinition;
  /** What it is meant to do. */
  readonly target: TargetState;
  /** Its tasks. */
  readonly tasks: readonly unknown[];
  /** Does something while nothing changes it. */
  whileUnchanged<T>(action: (wait: Patience) => Promise<T>): Promise<T>;
}

/** The offsets of a worker's connectors. */
export class ConnectorOffsets {
  readonly #options: ConnectorOffsetsOptions;

  /** Of the connectors that it is asked for. */
  constructor(options: ConnectorOffsetsOptions) {
    this.#options = options;
  }

  /** A connector's offsets. @throws {ConnectError} when they cannot be read */
  async read(owner: OffsetsOwner): Promise<ConnectorOffset[]> {
    const { name } = owner;
    const type = await this.#typeOf(owner);
    if (type === "source") return this.#sourceOffsets(name);
    try {
      const props = await this.#resolved(owner);
      return connectorOffsetsOf(await this.#withGroup(props, (group) => group.offsets()));
    } catch (error) {
      throw this.#failure(
        `Failed to retrieve consumer group offsets for sink connector ${name}`,
        error,
      );
    }
  }

  /**
   * Changes some offsets of a stopped connector; null takes one away.
   * @returns what to tell, once it is durable
   * @throws {BadRequestError} when it is not stopped, or a sink has no such offsets
   * @throws {ConnectError} when they cannot be changed
   */
  async alter(owner: OffsetsOwner, offsets: readonly ConnectorOffset[]): Promise<string> {
    if (offsets.length === 0) {
      throw new ConnectError("The offsets to be altered may not be null or empty");
    }
    return await this.#modify(owner, offsets);
  }

  /**
   * Forgets all offsets of a stopped connector.
   * @returns what to tell, once it is durable
   * @throws {BadRequestError} when it is not stopped
   * @throws {ConnectError} when they cannot be forgotten
   */
  reset(owner: OffsetsOwner): Promise<string> {
    return this.#modify(owner, null);
  }

  async #modify(owner: OffsetsOwner, offsets: readonly ConnectorOffset[] | null): Promise<string> {
    checkStopped(owner);
    const { name } = owner;
    const type = await this.#typeOf(owner);
    try {
      const isHandled = await owner.whileUnchanged(async (wait) => {
        checkStopped(owner);
        const props = await this.#resolved(owner);
        return type === "source"
          ? await this.#modifySource(props, offsets, wait)
          : await this.#modifySink(props, offsets, wait);
      });
      return outcome(isHandled, offsets === null ? "reset" : "altered");
    } catch (error) {
      throw this.#failure(`Failed to modify offsets for ${type} connector ${name}`, error);
    }
  }

  /** Kafka: `OffsetStorageReaderImpl`: what cannot be read is told of, and left out. */
  #sourceOffsets(name: string): ConnectorOffset[] {
    const found: ConnectorOffset[] = [];
    for (const [partition, offset] of this.#options.offsets.list(name)) {
      try {
        found.push({ partition: mapIn(partition), offset: mapIn(offset) });
      } catch (error) {
        this.#options.log.error(
          `The offset of connector ${name} for ${partition} cannot be read: ${reasonOf(error)}`,
        );
      }
    }
    return found;
  }

  async #modifySource(
    props: Props,
    given: readonly ConnectorOffset[] | null,
    wait: Patience,
  ): Promise<boolean> {
    const { offsets: store, log } = this.#options;
    const { name } = props;
    const offsets = given === null
      ? this.#sourceOffsets(name).map(({ partition }) => ({ partition, offset: null }))
      : sourceOffsetsOf(given);
    const isHandled = await this.#ask(props, { type: "source", offsets }, wait);
    if (offsets.length === 0) {
      log.info(`No offsets found for source connector ${name}: none are stored, or not any more`);
      return isHandled;
    }
    await store.commit(
      name,
      offsets.map(({ partition, offset }) => [
        stringifyExact(partition),
        offset === null ? null : stringifyExact(offset),
      ]),
    );
    return isHandled;
  }

  async #modifySink(
    props: Props,
    given: readonly ConnectorOffset[] | null,
    wait: Patience,
  ): Promise<boolean> {
    const offsets = given === null ? null : groupOffsetsOf(given);
    return await this.#withGroup(props, async (group) => {
      const changes = offsets ?? await this.#resets(props.name, wait(group.offsets()));
      const isHandled = await this.#ask(props, { type: "sink", offsets: changes }, wait);
      if (offsets === null) await this.#resetGroup(props.name, wait(group.deleteGroup()));
      else await this.#alterGroup(props.name, group, offsets, wait);
      return isHandled;
    });
  }

  async #resets(name: string, reading: Promise<PartitionOffset[]>): Promise<GroupOffset[]> {
    try {
      return (await reading).map((position) => ({ ...position, offset: null }));
    } catch (error) {
      const what = `Failed to list offsets prior to resetting offsets for sink connector ${name}`;
      throw this.#failure(what, error);
    }
  }

  async #resetGroup(name: string, deleting: Promise<void>): Promise<void> {
    try {
      await deleting;
    } catch (error) {
      // There is nothing to forget.
      if (error instanceof NotFoundError) return;
      if (error instanceof GroupNotEmptyError) throw this.#failure(zombies("reset", name), error);
      const what = `Failed to reset consumer group offsets for sink connector ${name}`;
      throw this.#failure(what, error);
    }
  }

  async #alterGroup(
    name: string,
    group: GroupAdmin,
    offsets: readonly GroupOffset[],
    wait: Patience,
  ): Promise<void> {
    if (offsets.some(({ offset }) => offset !== null && offset < 0n)) {
      // Kafka: `OffsetAndMetadata` throws an IllegalArgumentException.
      throw new RangeError("Invalid negative offset");
    }
    const altered = offsets.filter((one): one is PartitionOffset => one.offset !== null);
    const removed = offsets.filter(({ offset }) => offset === null);
    // Kafka: `Worker.alterSinkConnectorOffsets` asks for both at once: one goes on if the other fails.
    const [failed] = (await Promise.allSettled([
      altered.length > 0 ? wait(group.alterOffsets(altered)) : null,
      removed.length > 0 ? wait(group.deleteOffsets(removed)) : null,
    ])).filter(({ status }) => status === "rejected");
    if (failed?.status !== "rejected") return;
    throw this.#failure(
      failed.reason instanceof GroupNotEmptyError
        ? zombies("alter", name)
        : `Failed to alter consumer group offsets for connector ${name}`,
      failed.reason,
    );
  }

  /** Asks a connector what it thinks of other offsets. @returns whether it has seen to them itself */
  async #ask(
    props: Props,
    changes: Parameters<Connectors["alterOffsets"]>[1],
    wait: Patience,
  ): Promise<boolean> {
    const { connectors, clock } = this.#options;
    const startMs = clock.monotonic();
    const isHandled = await wait(connectors.alterOffsets(props, changes));
    if (clock.monotonic() - startMs < alterTimeoutMs) return isHandled;
    const what = `Timed out while calling the 'alterOffsets' method for ${changes.type} connector`;
    throw new Failure(`${what} ${props.name}`);
  }

  async #withGroup<T>(props: Props, use: (group: GroupAdmin) => Promise<T>): Promise<T> {
    const { workerProps: worker, topics, clients } = this.#options;
    const options = await groupAdminOptions({ worker, connector: props, clients });
    const group = await topics.openGroupAdmin(options);
    try {
      return await use(group);
    } finally {
      await group.close();
    }
  }

  /** What a connector is, also one whose configuration will not do. @throws {ConnectError} */
  async #typeOf(owner: OffsetsOwner): Promise<ConnectorDescription["type"]> {
    const { description } = owner.definition;
    if (description !== null) return description.type;
    try {
      return (await this.#options.connectors.describe(await this.#resolved(owner))).type;
    } catch (cause) {
      throw new ConnectError(reasonOf(cause), { cause });
    }
  }

  async #resolved({ name, definition }: OffsetsOwner): Promise<Props> {
    return { ...(await this.#options.variables.resolve(definition.props)).props, name };
  }

  /** What is told of an error: its own words where it is one of Connect's, else these. Kafka: `maybeWrap`. */
  #failure(what: string, cause: unknown): ConnectError {
    if (cause instanceof Failure || cause instanceof BadRequestError) return cause;
    this.#options.log.error(`${what}: ${reasonOf(cause)}`);
    return isOwn(cause) ? new Failure(cause.message, { cause }) : new Failure(what, { cause });
  }
}

/** What is told as it is. */
class Failure extends ConnectError {}

/** Whether an error is one that Connect itself, or a connector in its words, has thrown. */
function isOwn(cause: unknown): cause is Error {
  if (cause instanceof RemoteError) return cause.trace.startsWith("org.apache.kafka.connect.");
  return cause instanceof DataError;
}

function checkStopped({ name, target, tasks }: OffsetsOwner): void {
  if (target === "STOPPED" && tasks.length === 0) return;
  throw new BadRequestError(
    "Connectors must be in the STOPPED state before their offsets can be modified. This can be done " +
      `for the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`,
  );
}

function outcome(isHandled: boolean, done: "altered" | "reset"): string {
  if (isHandled) return `The offsets for this connector have been ${done} successfully`;
  return `The Connect framework-managed offsets for this connector have been ${done} successfully. ` +
    `However, if this connector manages offsets externally, they will need to be manually ${done} ` +
    "in the system that the connector uses.";
}

function zombies(what: "alter" | "reset", name: string): string {
  return `Failed to ${what} consumer group offsets for connector ${name} either because its tasks ` +
    "haven't stopped completely yet or the connector was resumed before the request to " +
    `${what} its offsets could be successfully completed. If the connector is in a stopped state, ` +
    "this operation can be safely retried. If it doesn't eventually succeed, the Connect cluster may " +
    "need to be restarted to get rid of the zombie sink tasks.";
}

/** The map that JSON text holds. @throws {Error} when it holds none */
function mapIn(text: string): OffsetMap {
  const value = parseExact(text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as OffsetMap;
  }
  throw new DataError("Offsets must be specified as a Map");
}

/** What a source's offsets shall be; of a partition that is named again, what is said last. @throws {DataError} */
function sourceOffsetsOf(given: readonly ConnectorOffset[]): ConnectorOffset[] {
  const found = new Map<string, ConnectorOffset>();
  for (const one of given) {
    const [partition, offset] = [plainMap(one.partition), plainMap(one.offset)];
    found.set(canonicalText(partition), { partition, offset });
  }
  return [...found.values()];
}

/** A partition or an offset without anything that Connect cannot keep. Kafka: `OffsetUtils.validateFormat`. */
function plainMap(map: Record<string, unknown> | null): OffsetMap | null {
  if (map === null) return null;
  const fields = Object.entries(map).map(([name, value]) => {
    const kind = kindOf(value);
    if (kind === null) return [name, primitiveOf(value)];
    throw new DataError(
      `Offsets may only contain primitive types as values, but field ${name} contains ${kind}`,
    );
  });
  return Object.fromEntries(fields);
}

/** What Kafka calls a value that is no primitive; null: it is one. */
function kindOf(value: unknown): string | null {
  if (Array.isArray(value)) return "ARRAY";
  if (typeof value === "bigint" && BigInt.asIntN(64, value) !== value) {
    return `class ${javaClassOf(value)}`;
  }
  const isMap = typeof value === "object" && value !== null && !(value instanceof BigDecimal);
  return isMap ? "MAP" : null;
}

function primitiveOf(value: unknown): unknown {
  const plain = exactValue(value as Json);
  // Kafka: its JSON library reads such a number as infinite, and writes that as a string.
  return typeof plain === "number" && !Number.isFinite(plain) ? doubleText(plain) : plain;
}
