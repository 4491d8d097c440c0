/**
 * Membership in a group: JoinGroup (key 11, version 5), SyncGroup (key 14, version 3), Heartbeat (key 12,
 * version 3) and LeaveGroup (key 13, version 3); and its end: DeleteGroups (key 42, version 1). What members tell their leader, and what it assigns to
 * them, are bytes here: consumers and Connect workers have formats of their own.
 *
 *     JoinGroup request  := groupId:string sessionTimeoutMs:int32 rebalanceTimeoutMs:int32 memberId:string
 *                           instanceId:string? protocolType:string array(name:string metadata:bytes)
 *     JoinGroup answer   := throttleMs:int32 error:int16 generation:int32 protocol:string leader:string
 *                           memberId:string array(memberId:string instanceId:string? metadata:bytes)
 *     SyncGroup request  := member array(memberId:string assignment:bytes)
 *     SyncGroup answer   := throttleMs:int32 error:int16 assignment:bytes
 *     Heartbeat request  := member
 *     Heartbeat answer   := throttleMs:int32 error:int16
 *     LeaveGroup request := groupId:string array(memberId:string instanceId:string?)
 *     LeaveGroup answer  := throttleMs:int32 error:int16 array(memberId:string instanceId:string? error:int16)
 *     DeleteGroups request := array(groupId:string)
 *     DeleteGroups answer  := throttleMs:int32 array(groupId:string error:int16)
 *     member             := groupId:string generation:int32 memberId:string instanceId:string?
 *
 * @module
 */

import type { Membership } from "./offsets.ts";
import type { ApiRequest } from "./request.ts";

/** A way to divide work that a member knows, and what it tells the leader for it. */
export interface ProtocolMetadata {
  /** The protocol's name. */
  name: string;
  /** In the protocol's own format. */
  metadata: Uint8Array;
}

/** A member, as its leader sees it. */
export interface MemberMetadata {
  /** Its id. */
  memberId: string;
  /** Its name for good, or null. */
  groupInstanceId: string | null;
  /** What it has told. */
  metadata: Uint8Array<ArrayBuffer>;
}

/** What a coordinator answers to those who join. */
export interface JoinAnswer {
  /** An error code, or 0. */
  error: number;
  /** The generation that has begun. */
  generation: number;
  /** The protocol that all members know. */
  protocol: string;
  /** The id of the member that assigns. */
  leader: string;
  /** Our own id. */
  memberId: string;
  /** All members, for the leader; for others none. */
  members: MemberMetadata[];
}

/** How to join. */
export interface JoinOptions extends Omit<Membership, "generation"> {
  /** The kind of group: `consumer` or `connect`. */
  protocolType: string;
  /** What the member knows, the best first. */
  protocols: readonly ProtocolMetadata[];
  /** It is gone when it is not heard for so long. */
  sessionTimeoutMs: number;
  /** How long others wait for it in a rebalance. */
  rebalanceTimeoutMs: number;
}

/** How much longer a broker may take than the rebalance may. Kafka: `JOIN_GROUP_TIMEOUT_LAPSE`. */
const joinLapseMs = 5000;

/** Joins a group; the broker answers when all have joined. */
export function joinGroupRequest(options: JoinOptions): ApiRequest<JoinAnswer> {
  return {
    apiKey: 11,
    apiName: "JoinGroup",
    apiVersion: 5,
    waitMsMax: options.rebalanceTimeoutMs + joinLapseMs,
    encode: (writer) =>
      writer.string(options.groupId).int32(options.sessionTimeoutMs)
        .int32(options.rebalanceTimeoutMs).string(options.memberId)
        .string(options.groupInstanceId).string(options.protocolType)
        .array(
          options.protocols,
          ({ name, metadata }) => writer.string(name).nullableBytes(metadata),
        ),
    decode: (reader) => {
      reader.throttle();
      return {
        error: reader.int16(),
        generation: reader.int32(),
        protocol: reader.string(),
        leader: reader.string(),
        memberId: reader.string(),
        members: reader.array(() => ({
          memberId: reader.string(),
          groupInstanceId: reader.nullableString(),
          metadata: reader.nullableBytes() ?? new Uint8Array(0),
        })),
      };
    },
  };
}

/** Asks for what is assigned; the leader brings it, others wait for it. */
export function syncGroupRequest(
  { groupId, generation, memberId, groupInstanceId }: Membership,
  assignments: ReadonlyMap<string, Uint8Array>,
  waitMsMax: number,
): ApiRequest<{ error: number; assignment: Uint8Array<ArrayBuffer> }> {
  return {
    apiKey: 14,
    apiName: "SyncGroup",
    apiVersion: 3,
    waitMsMax,
    encode: (writer) =>
      writer.string(groupId).int32(generation).string(memberId).string(groupInstanceId)
        .array(
          [...assignments],
          ([memberId, assignment]) => writer.string(memberId).nullableBytes(assignment),
        ),
    decode: (reader) => {
      reader.throttle();
      const error = reader.int16();
      return { error, assignment: reader.nullableBytes() ?? new Uint8Array(0) };
    },
  };
}

/** Tells that a member is there. */
export function heartbeatRequest(
  { groupId, generation, memberId, groupInstanceId }: Membership,
): ApiRequest<{ error: number }> {
  return {
    apiKey: 12,
    apiName: "Heartbeat",
    apiVersion: 3,
    encode: (writer) =>
      writer.string(groupId).int32(generation).string(memberId).string(groupInstanceId),
    decode: (reader) => {
      reader.throttle();
      return { error: reader.int16() };
    },
  };
}

/** Leaves a group. */
export function leaveGroupRequest(
  { groupId, memberId, groupInstanceId }: Membership,
): ApiRequest<{ error: number }> {
  return {
    apiKey: 13,
    apiName: "LeaveGroup",
    apiVersion: 3,
    encode: (writer) =>
      writer.string(groupId).array(
        [memberId],
        (id) => writer.string(id).string(groupInstanceId),
      ),
    decode: (reader) => {
      reader.throttle();
      const error = reader.int16();
      const errors = reader.array(() => {
        reader.string();
        reader.nullableString();
        return reader.int16();
      });
      return { error: error || (errors.find((code) => code !== 0) ?? 0) };
    },
  };
}

/** Deletes a group that has no members. To be sent to its coordinator. @returns an error code, or 0 */
export function deleteGroupRequest(groupId: string): ApiRequest<number> {
  return {
    apiKey: 42,
    apiName: "DeleteGroups",
    apiVersion: 1,
    encode: (writer) => writer.array([groupId], (id) => writer.string(id)),
    decode: (reader) => {
      reader.throttle();
      const errors = reader.array(() => {
        reader.string();
        return reader.int16();
      });
      // -1, UNKNOWN_SERVER_ERROR, where the broker does not say.
      return errors[0] ?? -1;
    },
  };
}
