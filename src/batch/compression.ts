/** The codecs of record batches, by Kafka's ids. Each is loaded when it is first needed. */

import { CorruptError, nodeModule, reasonOf } from "../base/mod.ts";
import { compressLz4, decompressLz4 } from "./lz4.ts";
import { compressSnappy, decompressSnappy } from "./snappy.ts";

/** Kafka's names of the codecs; a codec's id is its place. */
export const compressionNames = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** A codec as `compression.type` names it. */
export type CompressionName = typeof compressionNames[number];

/** Decompressed records of one batch may take this many bytes; a larger claim is taken for damage. */
const decompressedBytesMax = 256 << 20;

const zlib = () => nodeModule("node:zlib");

/** The name of a codec id. @throws {CorruptError} when there is none */
export function compressionName(id: number): CompressionName {
  const name = compressionNames[id];
  if (name === undefined) throw new CorruptError(`Unknown compression type id: ${id}`);
  return name;
}

/**
 * Compresses the records of a batch.
 * @param level how hard gzip or zstd tries, by its own numbers; null: as it does unless told
 */
export function compress(
  name: CompressionName,
  bytes: Uint8Array,
  level: number | null = null,
): Uint8Array {
  switch (name) {
    case "none":
      return bytes;
    case "gzip":
      return zlib().gzipSync(bytes, level === null ? {} : { level });
    case "snappy":
      return compressSnappy(bytes);
    case "lz4":
      return compressLz4(bytes);
    case "zstd": {
      const { zstdCompressSync, constants } = zlib();
      const params = level === null ? {} : { [constants.ZSTD_c_compressionLevel]: level };
      return zstdCompressSync(bytes, { params });
    }
  }
}

/**
 * Decompresses the records of a batch.
 * @throws {CorruptError} for bytes that the codec refuses, or that swell beyond 256 MiB
 */
export function decompress(name: CompressionName, bytes: Uint8Array): Uint8Array {
  const limit = { maxOutputLength: decompressedBytesMax };
  try {
    switch (name) {
      case "none":
        return bytes;
      case "gzip":
        return zlib().gunzipSync(bytes, limit);
      case "snappy":
        return decompressSnappy(bytes, decompressedBytesMax);
      case "lz4":
        return decompressLz4(bytes, decompressedBytesMax);
      case "zstd":
        return zlib().zstdDecompressSync(bytes, limit);
    }
  } catch (cause) {
    throw new CorruptError(`records cannot be decompressed (${name}): ${reasonOf(cause)}`, {
      cause,
    });
  }
}
