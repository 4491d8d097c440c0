/**
 * Where source offsets are kept between runs: the port, and the file of standalone mode.
 *
 * The file is Kafka Connect's own (`FileOffsetBackingStore`): a Java map from keys to values, both
 * JSON text, `["connector",{partition}]` to `{offset}`; Java workers read ours and we read theirs.
 * Each commit writes the whole map to a file beside it, syncs that, renames it over the old one, and
 * syncs the folder: a crash leaves the old map or the new one, nothing between.
 *
 * @module
 */

import { canonicalText, parseExact, stringifyExact } from "../api/mod.ts";
import {
  ConfigError,
  ConnectError,
  CorruptError,
  type Disk,
  folderOf,
  reasonOf,
  replaceFile,
} from "../base/mod.ts";
import { decodeJavaMap, encodeJavaMap, type JavaMapEntry } from "./java_map.ts";

/** A source partition and its offset (null: none), both as JSON text. */
export type StoredOffset = [partition: string, offset: string | null];

/** Source offsets of all connectors. */
export interface OffsetStore {
  /** The committed offsets of these source partitions of a connector, in their order. */
  read(connector: string, partitions: readonly string[]): (string | null)[];
  /** All offsets of a connector, as they were first committed one after another. */
  list(connector: string): [partition: string, offset: string][];
  /** Stores offsets; resolves once they are durable. */
  commit(connector: string, offsets: readonly StoredOffset[]): Promise<void>;
}

/** The offsets file of standalone mode. */
export class FileOffsetStore implements OffsetStore {
  readonly #disk: Disk;
  readonly #path: string;
  /** By canonical key, so that the order of a partition's fields does not matter. */
  readonly #entries: Map<string, JavaMapEntry>;
  #writing: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;
  #isFolderMade = false;

  private constructor(disk: Disk, path: string, entries: Map<string, JavaMapEntry>) {
    this.#disk = disk;
    this.#path = path;
    this.#entries = entries;
  }

  /**
   * Opens the file, which need not be there yet.
   * @throws {ConfigError} when it is there but cannot be read or is no offsets file; it is left alone
   */
  static async open(disk: Disk, path: string): Promise<FileOffsetStore> {
    try {
      const bytes = await disk.readFile(path);
      const map = bytes === null || bytes.length === 0 ? [] : decodeJavaMap(bytes);
      return new FileOffsetStore(
        disk,
        path,
        new Map(map.map((entry) => [canonicalKey(entry[0]), entry])),
      );
    } catch (cause) {
      const what = cause instanceof CorruptError
        ? "is not a Kafka Connect offsets file"
        : "cannot be read";
      throw new ConfigError(
        `The offsets file "${path}" (offset.storage.file.filename) ${what}: ${reasonOf(cause)}`,
        { cause },
      );
    }
  }

  /** The committed offsets of these source partitions of a connector, in their order. */
  read(connector: string, partitions: readonly string[]): (string | null)[] {
    return partitions.map((partition) => {
      const value = this.#entries.get(canonicalKey(keyBytes(connector, partition)))?.[1] ?? null;
      return value === null ? null : decoder.decode(value);
    });
  }

  /** All offsets of a connector, as they were first committed one after another. */
  list(connector: string): [partition: string, offset: string][] {
    const found: [string, string][] = [];
    for (const [key, value] of this.#entries.values()) {
      const partition = key === null || value === null ? null : partitionIn(key, connector);
      if (partition !== null) found.push([partition, decoder.decode(value!)]);
    }
    return found;
  }

  /** Stores offsets; resolves once they are durable. Commits that come meanwhile share a write. */
  commit(connector: string, offsets: readonly StoredOffset[]): Promise<void> {
    for (const [partition, offset] of offsets) {
      const key = keyBytes(connector, partition);
      const canonical = canonicalKey(key);
      const kept = this.#entries.get(canonical)?.[0] ?? key;
      // Kafka: an entry without a value stays for ever, and says as much as none.
      if (offset === null) this.#entries.delete(canonical);
      else this.#entries.set(canonical, [kept, encoder.encode(offset)]);
    }
    this.#waiting ??= this.#writing = this.#writing.catch(() => {}).then(() => {
      this.#waiting = null;
      return this.#write();
    });
    return this.#waiting;
  }

  async #write(): Promise<void> {
    try {
      if (!this.#isFolderMade) await this.#disk.makeDirectory(folderOf(this.#path));
      this.#isFolderMade = true;
      await replaceFile(this.#disk, this.#path, encodeJavaMap([...this.#entries.values()]));
    } catch (cause) {
      this.#isFolderMade = false;
      throw new ConnectError(`Cannot write the offsets file "${this.#path}": ${reasonOf(cause)}`, {
        cause,
      });
    }
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function keyBytes(connector: string, partition: string): Uint8Array {
  return encoder.encode(`[${JSON.stringify(connector)},${partition}]`);
}

/** The partition that a key of this connector stands for; null for another's, or what is no key. */
function partitionIn(key: Uint8Array, connector: string): string | null {
  try {
    const parts = parseExact(decoder.decode(key));
    if (!Array.isArray(parts) || parts.length !== 2 || parts[0] !== connector) return null;
    const isMap = typeof parts[1] === "object" && parts[1] !== null && !Array.isArray(parts[1]);
    return isMap ? stringifyExact(parts[1]) : null;
  } catch {
    // Kafka: `OffsetUtils.processPartitionKey` passes over what it cannot read, too.
    return null;
  }
}

/** The key with the fields of every object in the order of their names; bytes that are no JSON as they are. */
function canonicalKey(key: Uint8Array | null): string {
  if (key === null) return "";
  const text = decoder.decode(key);
  try {
    return canonicalText(parseExact(text));
  } catch {
    return text;
  }
}
