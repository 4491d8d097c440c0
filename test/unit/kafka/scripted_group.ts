/** A group member and the coordinator it speaks to, which says what a test wants. */

import assert from "node:assert/strict";
import {
  GroupMember,
  type GroupMemberOptions,
  type GroupProtocol,
  type KafkaError,
} from "../../../src/kafka/mod.ts";
import type { Reader } from "../../../src/kafka/protocol/wire.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog } from "../../faults/memory_disk.ts";
import type { Asked, ScriptedCluster } from "./scripted_cluster.ts";

/** Error codes by name. */
export const codes = {
  COORDINATOR_LOAD_IN_PROGRESS: 14,
  COORDINATOR_NOT_AVAILABLE: 15,
  NOT_COORDINATOR: 16,
  ILLEGAL_GENERATION: 22,
  INCONSISTENT_GROUP_PROTOCOL: 23,
  INVALID_GROUP_ID: 24,
  UNKNOWN_MEMBER_ID: 25,
  INVALID_SESSION_TIMEOUT: 26,
  REBALANCE_IN_PROGRESS: 27,
  GROUP_AUTHORIZATION_FAILED: 30,
  MEMBER_ID_REQUIRED: 79,
  GROUP_MAX_SIZE_REACHED: 81,
  FENCED_INSTANCE_ID: 82,
} as const;
/** The name of an error code. */
export type Code = keyof typeof codes;

/** Bytes as text. */
export const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (text: string) => new TextEncoder().encode(text);

/** A protocol that is no consumer's: the leader gives each member what the member has told, in capitals. */
class Capitals implements GroupProtocol {
  readonly type = "letters";
  told = "a";

  metadata() {
    return [{ name: "capitals", metadata: bytes(this.told) }];
  }

  assign(protocol: string, members: readonly { memberId: string; metadata: Uint8Array }[]) {
    assert.equal(protocol, "capitals");
    return Promise.resolve(
      new Map(
        members.map(({ memberId, metadata }) =>
          [memberId, bytes(text(metadata).toUpperCase())] as const
        ),
      ),
    );
  }
}

/** A member whose owner remembers what it was told. */
export function bench(cluster: ScriptedCluster, options: Partial<GroupMemberOptions> = {}) {
  const clock = new HeldClock();
  const told: string[] = [];
  const protocol = new Capitals();
  const log = keptLog();
  let overdue: string | null = null;
  const member = new GroupMember({
    client: cluster.client({ clock, retryBackoffMs: 100, random: () => 0.5 }),
    groupId: "g",
    groupInstanceId: null,
    protocol,
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 3000,
    rebalanceTimeoutMs: 60_000,
    overdue: () => overdue,
    onStale: () => void told.push("stale"),
    onLost: () => void told.push("lost"),
    onFailed: (error) => void told.push(`failed: ${(error as KafkaError).code}`),
    clock,
    log,
    ...options,
  });
  return { member, clock, told, protocol, log, setOverdue: (why: string) => void (overdue = why) };
}

/** What a JoinGroup request says. */
export function joinOf({ body }: Asked) {
  return {
    group: body.string(),
    sessionMs: body.int32(),
    rebalanceMs: body.int32(),
    memberId: body.string(),
    instance: body.nullableString(),
    type: body.string(),
    protocols: body.array(() => [body.string(), text(body.nullableBytes()!)]),
  };
}

/** What a SyncGroup request says. */
export function syncOf({ body }: Asked) {
  return {
    ...membershipOf(body),
    assignments: body.array(() => [body.string(), text(body.nullableBytes()!)]),
  };
}

/** What stands at the begin of SyncGroup and Heartbeat requests. */
export function membershipOf(body: Reader) {
  return {
    group: body.string(),
    generation: body.int32(),
    memberId: body.string(),
    instance: body.nullableString(),
  };
}

/** What is not said of a JoinGroup answer is that of a member `me` that follows. */
export interface JoinAnswer {
  error?: Code;
  generation?: number;
  leader?: string;
  memberId?: string;
  members?: Record<string, string>;
}

/** Answers JoinGroup. */
export async function answerJoin(asked: Asked, answer: JoinAnswer = {}): Promise<void> {
  const { error, generation = 1, leader = "other", memberId = "me", members = {} } = answer;
  await asked.answer((writer) =>
    writer.int32(0).int16(error === undefined ? 0 : codes[error]).int32(generation)
      .string("capitals").string(leader).string(memberId)
      .array(
        Object.entries(members),
        ([id, told]) => writer.string(id).string(null).nullableBytes(bytes(told)),
      )
  );
}

/** Answers SyncGroup. */
export async function answerSync(asked: Asked, assigned: string | Code): Promise<void> {
  const error: number = codes[assigned as Code] ?? 0;
  await asked.answer((writer) =>
    writer.int32(0).int16(error).nullableBytes(bytes(error === 0 ? assigned : ""))
  );
}

/** Answers a heartbeat. */
export async function answerHeartbeat(asked: Asked, error: Code | null = null): Promise<void> {
  await asked.answer((writer) => writer.int32(0).int16(error === null ? 0 : codes[error]));
}

/** A member that has joined generation 1 as `me`. */
export async function joined(cluster: ScriptedCluster, options: Partial<GroupMemberOptions> = {}) {
  const made = bench(cluster, options);
  const joining = made.member.join();
  await answerJoin(await cluster.next("JoinGroup"));
  await answerSync(await cluster.next("SyncGroup"), "A");
  await joining;
  assert.equal(made.member.state, "joined");
  return made;
}

/** The next heartbeat of a member that has joined. */
export async function heartbeat(cluster: ScriptedCluster, clock: HeldClock): Promise<Asked> {
  await cluster.roundTrip();
  clock.advance(3000);
  return await cluster.next("Heartbeat");
}

/** Waits for an answer to have its effect. */
export async function until(cluster: ScriptedCluster, holds: () => boolean): Promise<void> {
  for (let roundTrips = 0; !holds(); roundTrips++) {
    assert.ok(roundTrips < 1000, "it did not come about");
    await cluster.roundTrip();
  }
}
