/** The codecs of record batches, by Kafka's ids. snappy and lz4 are not built in yet. */

import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import { ConnectError, CorruptError, reasonOf } from "../base/mod.ts";

/** Kafka's names of the codecs; a codec's id is its place. */
export const compressionNames = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** A codec as `compression.type` names it. */
export type CompressionName = typeof compressionNames[number];

/** Decompressed records of one batch may take this many bytes; a larger claim is taken for damage. */
export const decompressedBytesMax = 256 << 20;

/** The name of a codec id. @throws {CorruptError} when there is none */
export function compressionName(id: number): CompressionName {
  const name = compressionNames[id];
  if (name === undefined) throw new CorruptError(`Unknown compression type id: ${id}`);
  return name;
}

/** Compresses the records of a batch. @throws {ConnectError} for a codec that is not built in */
export function compress(name: CompressionName, bytes: Uint8Array): Uint8Array {
  switch (name) {
    case "none":
      return bytes;
    case "gzip":
      return gzipSync(bytes);
    case "zstd":
      return zstdCompressSync(bytes);
    default:
      throw new ConnectError(`Unsupported compression "${name}"`);
  }
}

/**
 * Decompresses the records of a batch.
 * @throws {ConnectError} for a codec that is not built in
 * @throws {CorruptError} for bytes that the codec refuses, or that swell beyond {@linkcode decompressedBytesMax}
 */
export function decompress(name: CompressionName, bytes: Uint8Array): Uint8Array {
  const limit = { maxOutputLength: decompressedBytesMax };
  try {
    switch (name) {
      case "none":
        return bytes;
      case "gzip":
        return gunzipSync(bytes, limit);
      case "zstd":
        return zstdDecompressSync(bytes, limit);
    }
  } catch (cause) {
    throw new CorruptError(`records cannot be decompressed (${name}): ${reasonOf(cause)}`, {
      cause,
    });
  }
  throw new ConnectError(`Unsupported compression "${name}"`);
}
