/**
 * Kafka's record batch, magic 2 (KIP-98), as it travels and as it lies on disk. All integers are big
 * endian; `varint` and `varlong` are zigzag as in Protocol Buffers.
 *
 *     batch  := baseOffset:int64 batchLength:int32 partitionLeaderEpoch:int32 magic:int8 crc:uint32
 *               attributes:int16 lastOffsetDelta:int32 baseTimestamp:int64 maxTimestamp:int64
 *               producerId:int64 producerEpoch:int16 baseSequence:int32 recordCount:int32 record*
 *     record := length:varint attributes:int8 timestampDelta:varlong offsetDelta:varint
 *               keyLength:varint key valueLength:varint value headerCount:varint header*
 *     header := keyLength:varint key valueLength:varint value      (a length of -1 stands for null)
 *
 * batchLength counts from partitionLeaderEpoch on. The CRC-32C covers attributes and all after them,
 * so a base offset and a leader epoch can be written into a sealed batch. attributes: bits 0-2 the
 * compression of the records, bit 3 log append time, bit 4 transactional, bit 5 control.
 *
 * @module
 */

import { CorruptError, crc32c, replacedCrc32c } from "../base/mod.ts";
import { compressionName } from "./compression.ts";

/** The producer that a batch is stamped for, so that a broker can tell a repeated one (KIP-98). */
export interface ProducerState {
  /** From InitProducerId. */
  producerId: bigint;
  /** From InitProducerId. */
  producerEpoch: number;
  /** The sequence number of the batch's first record. */
  baseSequence: number;
}

/** Bytes before the first record. */
export const headerBytes = 61;
/** Bytes that batchLength does not count. */
export const logOverheadBytes = 12;

/** How many records a batch says it holds; to be called of one that is sound. */
export function recordCountOf({ buffer, byteOffset }: Uint8Array): number {
  return new DataView(buffer, byteOffset).getInt32(57);
}

/** What the header of a batch says. */
export interface BatchHeader {
  /** The offset of its first record. */
  baseOffset: bigint;
  /** Its size in bytes, header and all. */
  sizeBytes: number;
  /** The leader epoch it was appended in. */
  partitionLeaderEpoch: number;
  /** The checksum it claims. */
  crc: number;
  /** How its records are compressed: a codec id. */
  compression: number;
  /** Whether the broker, not the producer, set its timestamps. */
  logAppendTime: boolean;
  /** Whether it belongs to a transaction. */
  transactional: boolean;
  /** Whether it holds markers instead of records. */
  control: boolean;
  /** The offset of its last record, less the base offset. */
  lastOffsetDelta: number;
  /** The time that its records' deltas count from, epoch ms. */
  baseTimestampMs: number;
  /** The latest time of its records, epoch ms. */
  maxTimestampMs: number;
  /** The idempotent producer's id, or -1. */
  producerId: bigint;
  /** That producer's epoch, or -1. */
  producerEpoch: number;
  /** The sequence number of the first record, or -1. */
  baseSequence: number;
  /** How many records it holds. */
  recordCount: number;
}

/**
 * Reads the header of the batch that begins at `start`, and checks that it is sound in itself.
 * @returns null when the bytes end before the batch does
 * @throws {CorruptError} when it cannot be a batch
 */
export function readBatchHeader(bytes: Uint8Array, start = 0): BatchHeader | null {
  if (start + headerBytes > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  const magic = view.getInt8(16);
  if (magic !== 2) throw new CorruptError(`there is no record batch: magic is ${magic}, not 2`);
  const sizeBytes = view.getInt32(8) + logOverheadBytes;
  if (sizeBytes < headerBytes) {
    throw new CorruptError(`batch length ${sizeBytes} is below ${headerBytes}`);
  }
  const attributes = view.getInt16(21);
  const header: BatchHeader = {
    baseOffset: view.getBigInt64(0),
    sizeBytes,
    partitionLeaderEpoch: view.getInt32(12),
    crc: view.getUint32(17),
    compression: attributes & 7,
    logAppendTime: (attributes & 8) !== 0,
    transactional: (attributes & 16) !== 0,
    control: (attributes & 32) !== 0,
    lastOffsetDelta: view.getInt32(23),
    baseTimestampMs: Number(view.getBigInt64(27)),
    maxTimestampMs: Number(view.getBigInt64(35)),
    producerId: view.getBigInt64(43),
    producerEpoch: view.getInt16(51),
    baseSequence: view.getInt32(53),
    recordCount: view.getInt32(57),
  };
  if (header.baseOffset < 0n) {
    throw new CorruptError(`base offset ${header.baseOffset} is negative`);
  }
  if (header.recordCount < 0 || header.lastOffsetDelta < 0) {
    throw new CorruptError(
      `record count ${header.recordCount} or last offset delta ${header.lastOffsetDelta} is negative`,
    );
  }
  return start + sizeBytes > bytes.length ? null : header;
}

/**
 * Checks the checksum of the batch that begins at `start`.
 * @throws {CorruptError} when it does not hold
 */
export function checkBatch(bytes: Uint8Array, start: number, header: BatchHeader): void {
  const crc = crc32c(bytes, start + 21, start + header.sizeBytes);
  if (crc === header.crc) return;
  throw new CorruptError(
    `the batch at offset ${header.baseOffset} is damaged: its CRC is ${crc}, not ${header.crc}`,
  );
}

/**
 * Checks a batch that a producer has sealed: one batch, whole, with data records that are numbered
 * without a gap, in a codec we know. Its checksum is checked too, since a log that holds a bad one
 * could not tell it from damage.
 * @throws {CorruptError} saying what is wrong
 */
export function checkProducedBatch(bytes: Uint8Array): BatchHeader {
  const header = checkProducedHeader(bytes);
  checkBatch(bytes, 0, header);
  return header;
}

/** Checks all of a sealed batch but its checksum. @throws {CorruptError} saying what is wrong */
export function checkProducedHeader(bytes: Uint8Array): BatchHeader {
  const header = readBatchHeader(bytes);
  if (header === null || header.sizeBytes !== bytes.length) {
    throw new CorruptError(`${bytes.length} bytes are not exactly one record batch`);
  }
  if (header.recordCount !== header.lastOffsetDelta + 1) {
    throw new CorruptError(
      `record count ${header.recordCount} does not match last offset delta ${header.lastOffsetDelta}`,
    );
  }
  if (header.control || header.transactional) {
    throw new CorruptError("control and transactional batches are not for producers");
  }
  compressionName(header.compression);
  return header;
}

/**
 * Writes who produces a sealed batch, and the checksum that then holds. The records are not read: what
 * was damaged before stays damaged.
 */
export function stampProducer(bytes: Uint8Array, producer: ProducerState): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [start, end] = [43, 57];
  const before = crc32c(bytes, start, end);
  view.setBigInt64(43, producer.producerId);
  view.setInt16(51, producer.producerEpoch);
  view.setInt32(53, producer.baseSequence);
  const after = crc32c(bytes, start, end);
  view.setUint32(17, replacedCrc32c(view.getUint32(17), before, after, bytes.length - end));
}

/** Writes a base offset and leader epoch 0 into a sealed batch. */
export function setBaseOffset(bytes: Uint8Array, baseOffset: bigint): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  view.setBigInt64(0, baseOffset);
  view.setInt32(12, 0);
}
