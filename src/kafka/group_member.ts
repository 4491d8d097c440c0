/**
 * A member of a group: it joins, tells that it is there, joins again when the group changes, and leaves.
 * What the group divides is the affair of its {@linkcode GroupProtocol}: consumers divide partitions,
 * Connect workers connectors and tasks.
 *
 * | state     | what happens                                                     | then     |
 * | --------- | ---------------------------------------------------------------- | -------- |
 * | unjoined  | `join()`                                                         | joining  |
 * | joining   | assigned                                                         | joined   |
 * |           | the coordinator has moved or is away                             | joining, after a wait |
 * |           | it begins another rebalance                                      | joining, at once |
 * |           | it does not know the member or the generation                    | joining, as a new member; `onLost` |
 * |           | it refuses the member for good; `join()` rejects                 | unjoined |
 * | joined    | heartbeat: a rebalance has begun; or `requestRejoin()`           | stale    |
 * | stale     | `join()`                                                         | joining  |
 * | joined or stale | heartbeat: the member or generation is not known           | unjoined; `onLost` |
 * |           | `leave()`, or `overdue()` has an answer                          | unjoined; `onLost` |
 * |           | heartbeat: fenced, or refused otherwise                          | unjoined; `onLost`, `onFailed` |
 * | any       | `close()`                                                        | closed   |
 *
 * A stale member goes on with heartbeats, so that its owner has time to finish with what it has. Only the
 * owner lets it join, as Kafka's clients join in poll() alone. Kafka: `AbstractCoordinator`; but there a
 * heartbeat that is not authorized is repeated until the session is over, while the member works on with what
 * may be another's.
 *
 * @module
 */

import { type Clock, ConnectError, type Logger, reasonOf } from "../base/mod.ts";
import type { KafkaClient } from "./client.ts";
import { ConnectionError, errorCode, isRetriable, KafkaError } from "./errors.ts";
import {
  heartbeatRequest,
  joinGroupRequest,
  leaveGroupRequest,
  type MemberMetadata,
  type ProtocolMetadata,
  syncGroupRequest,
} from "./protocol/group.ts";
import type { Membership } from "./protocol/offsets.ts";
import { noGeneration } from "./protocol/consumer_group.ts";

/** How long leaving may take, in milliseconds: the coordinator would miss the member anyway. */
const leaveMsMax = 3000;

/** Where a member is in its life. */
export type MemberState = "unjoined" | "joining" | "joined" | "stale" | "closed";

/** What a group divides, and how. */
export interface GroupProtocol {
  /** The kind of group: `consumer` or `connect`. */
  readonly type: string;
  /** The ways this member knows, the best first, and what it tells for each; asked before each join. */
  metadata(): ProtocolMetadata[];
  /**
   * Divides the work, when this member leads. May be called again when the group did not take it.
   * @returns what each member is assigned, by member id
   */
  assign(
    protocol: string,
    members: readonly MemberMetadata[],
  ): Promise<Map<string, Uint8Array>>;
}

/** What a member is made with. */
export interface GroupMemberOptions {
  /** Who speaks to brokers for it. */
  client: KafkaClient;
  /** The group. */
  groupId: string;
  /** The member's name for good, or null (`group.instance.id`). */
  groupInstanceId: string | null;
  /** What the group divides. */
  protocol: GroupProtocol;
  /** The coordinator takes it for gone when it does not hear of it for so long. */
  sessionTimeoutMs: number;
  /** How often it tells that it is there. */
  heartbeatIntervalMs: number;
  /** How long the group waits for it in a rebalance. */
  rebalanceTimeoutMs: number;
  /** Why it must leave, since its owner does not care for it any more, or null; asked at each heartbeat. */
  overdue(): string | null;
  /** A rebalance has begun: the owner should finish with what it has, and call `join()`. */
  onStale(): void;
  /** What was assigned to it may be another's already. */
  onLost(): void;
  /** The coordinator refuses it for good. */
  onFailed(error: Error): void;
  /** Time. */
  clock: Clock;
  /** Where the group's life is reported. */
  log: Logger;
}

/** What a member has joined. */
export interface Joined {
  /** The way in which the work is divided. */
  protocol: string;
  /** Whether this member has divided it. */
  isLeader: boolean;
  /** What is assigned to it, in the protocol's own format. */
  assignment: Uint8Array<ArrayBuffer>;
}

/** A member. */
export class GroupMember {
  readonly #options: GroupMemberOptions;
  readonly #closing = new AbortController();
  #state: MemberState = "unjoined";
  #memberId = "";
  #generation = noGeneration;
  #heartbeats = new AbortController();

  /** A member that has not joined. */
  constructor(options: GroupMemberOptions) {
    this.#options = options;
  }

  /** Where it is in its life. */
  get state(): MemberState {
    return this.#state;
  }

  /** Who it is, as its coordinator knows it. */
  get membership(): Membership {
    const { groupId, groupInstanceId } = this.#options;
    return {
      groupId,
      groupInstanceId,
      memberId: this.#memberId,
      generation: this.#generation,
    };
  }

  /**
   * Joins the group, or joins it again, however long it takes.
   * @throws {KafkaError} when the coordinator refuses it for good
   * @throws {ConnectError} when it is closed
   */
  async join(): Promise<Joined> {
    this.#checkOpen();
    if (this.#state === "joining") throw new ConnectError(`${this.#name} is joining already`);
    this.#stopHeartbeats();
    this.#move("joining");
    for (let failures = 0;;) {
      try {
        const joined = await this.#attempt();
        this.#checkOpen();
        this.#move("joined");
        this.#heartbeats = new AbortController();
        this.#beat(this.#heartbeats.signal);
        return joined;
      } catch (error) {
        this.#checkOpen();
        if (!this.#mayRejoin(error)) {
          this.#move("unjoined");
          throw error;
        }
        this.#options.log.debug(`${this.#name}: ${reasonOf(error)}; it joins again`);
        if (!isRetriable(error)) continue;
        const { client, clock } = this.#options;
        await clock.sleep(client.backoffMs(failures++), this.#closing.signal);
        this.#checkOpen();
      }
    }
  }

  /** It has more or other things to tell the leader: its owner should call `join()`. */
  requestRejoin(why: string): void {
    if (this.#state !== "joined") return;
    this.#options.log.info(`${this.#name} joins again: ${why}`);
    this.#move("stale");
    this.#options.onStale();
  }

  /** The coordinator has refused a request, such as a commit, that was made with this membership. */
  wasRefused(error: KafkaError, { generation }: Membership): void {
    const isMember = this.#state === "joined" || this.#state === "stale";
    if (isMember && generation === this.#generation) this.#lose(error);
  }

  /** Leaves the group; what was assigned to it is lost. It may join again. Nothing while it is not a member. */
  async leave(why: string): Promise<void> {
    if (this.#state !== "joined" && this.#state !== "stale") return;
    this.#options.log.warn(`${this.#name} leaves: ${why}`);
    this.#stopHeartbeats();
    this.#move("unjoined");
    const left = this.#sendLeave();
    this.#forget(true);
    this.#options.onLost();
    await left;
  }

  /** Leaves the group for good. */
  async close(): Promise<void> {
    if (this.#state === "closed") return;
    this.#stopHeartbeats();
    this.#move("closed");
    this.#closing.abort();
    await this.#sendLeave();
  }

  get #name(): string {
    return `${this.#options.client.clientId} in group ${this.#options.groupId}`;
  }

  #move(state: MemberState): void {
    this.#state = state;
  }

  #stopHeartbeats(): void {
    this.#heartbeats.abort();
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw new ConnectError(`${this.#name} is closed`);
  }

  async #attempt(): Promise<Joined> {
    const { client, protocol, sessionTimeoutMs, rebalanceTimeoutMs, log } = this.#options;
    const coordinator = await client.coordinator(this.#options.groupId);
    const join = () =>
      client.send(
        coordinator,
        joinGroupRequest({
          ...this.membership,
          protocolType: protocol.type,
          protocols: protocol.metadata(),
          sessionTimeoutMs,
          rebalanceTimeoutMs,
        }),
        "rebalances",
      );
    let answer = await join();
    if (errorCode(answer.error).name === "MEMBER_ID_REQUIRED") {
      // The first join of a new member only gives it its id (KIP-394).
      this.#memberId = answer.memberId;
      this.#checkOpen();
      answer = await join();
    }
    if (answer.error !== 0) throw new KafkaError(`Cannot join ${this.#name}`, answer.error);
    this.#memberId = answer.memberId;
    this.#generation = answer.generation;
    const isLeader = answer.leader === answer.memberId;
    const assignments = isLeader
      ? await protocol.assign(answer.protocol, answer.members)
      : new Map<string, Uint8Array>();
    const { error, assignment } = await client.send(
      coordinator,
      syncGroupRequest(this.membership, assignments, rebalanceTimeoutMs),
      "rebalances",
    );
    if (error !== 0) throw new KafkaError(`Cannot join ${this.#name}`, error);
    log.info(
      `${this.#name} has joined generation ${answer.generation} as ${answer.memberId}` +
        `${isLeader ? ", which leads" : ""} (${answer.protocol})`,
    );
    return { protocol: answer.protocol, isLeader, assignment };
  }

  /** Whether a join that failed is tried again; forgets what has turned out to be wrong. */
  #mayRejoin(error: unknown): boolean {
    const code = error instanceof KafkaError ? error.code : "";
    switch (code) {
      case "UNKNOWN_MEMBER_ID":
      case "ILLEGAL_GENERATION":
        this.#forget(code === "UNKNOWN_MEMBER_ID");
        this.#options.onLost();
        return true;
      case "REBALANCE_IN_PROGRESS":
        return true;
      default:
        if (!isRetriable(error)) return false;
        this.#doubtCoordinator(code);
        return true;
    }
  }

  /** The next request looks for the coordinator again, unless it only asked for time. */
  #doubtCoordinator(code: string): void {
    if (code === "COORDINATOR_LOAD_IN_PROGRESS") return;
    this.#options.client.forgetCoordinator(this.#options.groupId);
  }

  #forget(forgetsId: boolean): void {
    this.#generation = noGeneration;
    if (forgetsId) this.#memberId = "";
  }

  /** Tells the coordinator again and again that the member is there. */
  async #beat(signal: AbortSignal): Promise<void> {
    const { client, clock, heartbeatIntervalMs } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const waitMs = failures === 0 ? heartbeatIntervalMs : client.backoffMs(failures - 1);
      await clock.sleep(waitMs, signal);
      if (signal.aborted) return;
      const overdue = this.#options.overdue();
      if (overdue !== null) return await this.leave(overdue);
      const isHeard = await this.#heartbeat(signal);
      failures = isHeard ? 0 : failures + 1;
    }
  }

  /** @returns whether the coordinator has answered */
  async #heartbeat(signal: AbortSignal): Promise<boolean> {
    let code: number;
    try {
      code = await this.#ask(signal);
    } catch (error) {
      if (signal.aborted) return true;
      if (isRetriable(error)) this.#doubtCoordinator("");
      else this.#fail(error as Error);
      return false;
    }
    if (signal.aborted || code === 0) return true;
    const error = new KafkaError(`${this.#name} cannot go on`, code);
    if (error.code === "REBALANCE_IN_PROGRESS") {
      this.requestRejoin("the group rebalances");
      return true;
    }
    if (error.retriable) this.#doubtCoordinator(error.code);
    else this.#lose(error);
    return false;
  }

  /** Sends one heartbeat. @returns the error code of the answer, which comes within the session */
  async #ask(signal: AbortSignal): Promise<number> {
    const { client, clock, groupId, sessionTimeoutMs } = this.#options;
    const over = new AbortController();
    const late = clock.sleep(sessionTimeoutMs, AbortSignal.any([signal, over.signal])).then(() => {
      throw new ConnectionError(
        `the coordinator of ${groupId} has been silent for a whole session`,
      );
    });
    const asked = client.coordinator(groupId).then((coordinator) =>
      client.send(coordinator, heartbeatRequest(this.membership), "rebalances")
    );
    try {
      return (await Promise.race([asked, late])).error;
    } finally {
      for (const unheard of [asked, late]) unheard.catch(() => {});
      over.abort();
    }
  }

  /** The coordinator does not take it for what it was. */
  #lose(error: KafkaError): void {
    const { code } = error;
    if (code !== "UNKNOWN_MEMBER_ID" && code !== "ILLEGAL_GENERATION") return this.#fail(error);
    this.#options.log.warn(`${this.#name} is not a member any more: ${code}`);
    this.#stopHeartbeats();
    this.#forget(code === "UNKNOWN_MEMBER_ID");
    this.#move("unjoined");
    this.#options.onLost();
  }

  #fail(error: Error): void {
    this.#stopHeartbeats();
    this.#forget(true);
    this.#move("unjoined");
    this.#options.onLost();
    this.#options.onFailed(error);
  }

  /** Kafka: a member with a name for good does not leave, so that it may come back to what it had. */
  async #sendLeave(): Promise<void> {
    const { client, clock, groupId, groupInstanceId, log } = this.#options;
    if (this.#memberId === "" || groupInstanceId !== null) return;
    const request = leaveGroupRequest(this.membership);
    const done = new AbortController();
    const leaving = client.coordinator(groupId)
      .then((coordinator) => client.send(coordinator, request))
      .then(({ error }) => {
        if (error !== 0) throw new KafkaError(`${this.#name} cannot leave`, error);
      })
      .catch((error) => log.debug(reasonOf(error)))
      .finally(() => done.abort());
    await Promise.race([leaving, clock.sleep(leaveMsMax, done.signal)]);
  }
}
