/**
 * FileStreamSource: each line of a file, or of standard input, becomes a record. It follows the file as
 * it grows, and begins anew when the file is cut short or replaced, so that rotated logs are read whole.
 *
 * @module
 */

import {
  ConfigDef,
  ConnectError,
  type ExactlyOnceSupport,
  nonEmptyString,
  type OffsetMap,
  type Props,
  Schemas,
  SourceConnector,
  sourceConnector,
  SourceRecord,
  SourceTask,
} from "connect";

const CONFIG = ConfigDef.of({
  "file": {
    type: "STRING",
    default: null,
    importance: "HIGH",
    doc: "The file to read. Standard input when it is left out.",
  },
  "topic": {
    type: "STRING",
    importance: "HIGH",
    validator: nonEmptyString,
    doc: "The topic to write to.",
  },
  "batch.size": {
    type: "INT",
    default: 2000,
    importance: "LOW",
    doc: "The most records that one poll hands over.",
  },
});

/** How much is read at once, in bytes; a longer line makes the buffer grow. */
const blockBytes = 256 * 1024;
/** How often a file without news is looked at, in milliseconds. */
const lookAgainMs = 50;
const lf = 10;
const cr = 13;

class FileStreamSourceConnector extends SourceConnector {
  #props: Props = {};

  start(props: Props): void {
    CONFIG.parse(props);
    this.#props = props;
  }

  taskConfigs(): Props[] {
    return [this.#props];
  }

  override exactlyOnceSupport(props: Props): ExactlyOnceSupport {
    return isSet(CONFIG.parse(props).file) ? "SUPPORTED" : "UNSUPPORTED";
  }

  override alterOffsets(
    props: Props,
    offsets: readonly { partition: OffsetMap | null; offset: OffsetMap | null }[],
  ): boolean {
    if (!isSet(CONFIG.parse(props).file)) {
      throw new ConnectError(
        "Offsets cannot be modified if the 'file' configuration is unspecified. This is because " +
          "stdin is used for input and offsets are not tracked.",
      );
    }
    for (const { partition, offset } of offsets) {
      if (offset === null) continue;
      if (!Object.hasOwn(offset, "position")) {
        throw new ConnectError(
          "Offset objects should either be null or contain the key 'position'",
        );
      }
      // Kafka: FileStreamSourceConnector refuses what REST itself stores, an Integer.
      if (typeof offset.position !== "bigint" && !Number.isInteger(offset.position)) {
        throw new ConnectError(
          "The value for the 'position' key in the offset is expected to be a Long value",
        );
      }
      if ((offset.position as number | bigint) < 0) {
        throw new ConnectError(
          "The value for the 'position' key in the offset should be a non-negative value",
        );
      }
      if (partition === null) throw new ConnectError("Partition objects cannot be null");
      if (!Object.hasOwn(partition, "filename")) {
        throw new ConnectError("Partition objects should contain the key 'filename'");
      }
    }
    return true;
  }
}

function isSet(file: string | null): file is string {
  return file !== null && file !== "";
}

/**
 * Bytes that were read and not handed over: `#start` to `#end`. `#position` is where `#start` is in the
 * file. `#scanned` remembers how far a line that is not whole yet was looked through.
 */
class FileStreamSourceTask extends SourceTask {
  #path: string | null = null;
  #topic = "";
  #batchSizeMax = 0;
  #partition: OffsetMap = {};
  #file: Deno.FsFile | null = null;
  #buffer = new Uint8Array(blockBytes);
  #start = 0;
  #end = 0;
  #scanned = 0;
  #position = 0;
  #isOpened = false;
  #hasWarned = false;
  #input: Promise<number | null> | null = null;
  #stopped = Promise.withResolvers<void>();
  #isStopping = false;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  start(props: Props): void {
    const config = CONFIG.parse(props);
    this.#path = isSet(config.file) ? config.file : null;
    this.#topic = config.topic;
    // A batch of no records would never get through.
    this.#batchSizeMax = Math.max(1, config["batch.size"]);
    this.#partition = { filename: config.file };
  }

  async poll(): Promise<SourceRecord[] | null> {
    if (this.#path === null) return await this.#pollInput();
    if (this.#file === null && !await this.#open(this.#path)) return await this.#wait();
    const records = this.#lines();
    if (records.length > 0) return records;
    for (;;) {
      const count = this.#file!.readSync(this.#room());
      if (count === null) break;
      this.#end += count;
      const records = this.#lines();
      if (records.length > 0) return records;
      if (this.#isStopping) return null;
    }
    if (await this.#isReplaced(this.#path)) {
      this.#close();
      this.#rewind(0);
      return null;
    }
    return await this.#wait();
  }

  stop(): void {
    this.#isStopping = true;
    this.#stopped.resolve();
    this.#close();
  }

  async #pollInput(): Promise<SourceRecord[] | null> {
    const records = this.#lines();
    if (records.length > 0) return records;
    this.#input ??= Deno.stdin.read(this.#room());
    const count = await Promise.race([this.#input, this.#stopped.promise]);
    if (count === undefined) return null;
    if (count === null) return await this.#wait();
    this.#input = null;
    this.#end += count;
    return this.#lines();
  }

  /** Opens the file where it was left; false while there is none. */
  async #open(path: string): Promise<boolean> {
    if (!this.#isOpened) {
      const stored = await this.context.offsetStorageReader.offset(this.#partition);
      this.#rewind(positionOf(stored));
      this.#isOpened = true;
    }
    let file: Deno.FsFile;
    try {
      file = await Deno.open(path);
      const { isDirectory, size, isFile } = await file.stat();
      if (isDirectory) {
        file.close();
        throw new Deno.errors.IsADirectory("it is a directory");
      }
      if (isFile && size < this.#position) {
        console.warn(
          `"${path}" has ${size} bytes, fewer than the ${this.#position} read before; ` +
            `reading it from its beginning`,
        );
        this.#rewind(0);
      }
      if (isFile) await file.seek(this.#position, Deno.SeekMode.Start);
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) throw error;
      if (!this.#hasWarned) {
        console.warn(`Waiting for "${path}" to be there: ${(error as Error).message}`);
      }
      this.#hasWarned = true;
      return false;
    }
    if (this.#isStopping) {
      file.close();
      return false;
    }
    this.#hasWarned = false;
    this.#file = file;
    return true;
  }

  /** Whether the file has been cut below what was read, or another one has its name now. */
  async #isReplaced(path: string): Promise<boolean> {
    if (this.#file === null) return false;
    const open = await this.#file.stat();
    if (!open.isFile) return false;
    if (open.size < this.#position + this.#end - this.#start) {
      console.warn(`"${path}" has been truncated; reading it from its beginning`);
      return true;
    }
    try {
      const named = await Deno.stat(path);
      if (named.ino === open.ino && named.dev === open.dev) return false;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
    // What was written to the old file between the last read and now is read first.
    if ((await this.#file.stat()).size > this.#position + this.#end - this.#start) return false;
    console.info(`"${path}" has been replaced; reading the new file from its beginning`);
    return true;
  }

  /** The whole lines in the buffer, at most a batch of them. */
  #lines(): SourceRecord[] {
    const buffer = this.#buffer;
    const ends: number[] = [];
    let position = this.#scanned;
    while (ends.length < this.#batchSizeMax * 2 && position < this.#end) {
      const byte = buffer[position];
      if (byte === lf) {
        ends.push(position, ++position);
      } else if (byte === cr) {
        // Whether a line feed belongs to it cannot be said before the next byte is there.
        if (position + 1 === this.#end) break;
        const next = position + (buffer[position + 1] === lf ? 2 : 1);
        ends.push(position, next);
        position = next;
      } else {
        position++;
      }
    }
    this.#scanned = position;
    if (ends.length === 0) return [];
    const records = this.#records(ends);
    const end = ends[ends.length - 1];
    this.#position += end - this.#start;
    this.#start = this.#scanned = end;
    return records;
  }

  /** Records of the lines that begin at `#start` and after each terminator; `ends` has both ends of each. */
  #records(ends: readonly number[]): SourceRecord[] {
    const first = this.#start;
    const last = ends[ends.length - 1];
    const text = this.#decoder.decode(this.#buffer.subarray(first, last));
    // As many characters as bytes: each line is a piece of the one text.
    const isAscii = text.length === last - first;
    const timestamp = Date.now();
    const records: SourceRecord[] = new Array(ends.length / 2);
    let start = first;
    for (let i = 0; i < ends.length; i += 2) {
      const value = isAscii
        ? text.slice(start - first, ends[i] - first)
        : this.#decoder.decode(this.#buffer.subarray(start, ends[i]));
      start = ends[i + 1];
      const position = this.#path === null ? null : this.#position + start - first;
      records[i / 2] = new SourceRecord({
        topic: this.#topic,
        valueSchema: Schemas.string,
        value,
        timestamp,
        sourcePartition: this.#partition,
        sourceOffset: { position },
      });
    }
    return records;
  }

  /** The free end of the buffer, made larger when a line fills it. */
  #room(): Uint8Array {
    if (this.#end === this.#buffer.length) {
      const kept = this.#buffer.subarray(this.#start, this.#end);
      const next = kept.length > this.#buffer.length / 2
        ? new Uint8Array(this.#buffer.length * 2)
        : this.#buffer;
      next.set(kept);
      this.#scanned -= this.#start;
      this.#end -= this.#start;
      this.#start = 0;
      this.#buffer = next;
    }
    return this.#buffer.subarray(this.#end);
  }

  #rewind(position: number): void {
    this.#start = this.#end = this.#scanned = 0;
    this.#position = position;
  }

  #close(): void {
    this.#file?.close();
    this.#file = null;
  }

  async #wait(): Promise<null> {
    const passed = Promise.withResolvers<void>();
    const timer = setTimeout(passed.resolve, lookAgainMs);
    await Promise.race([passed.promise, this.#stopped.promise]);
    clearTimeout(timer);
    return null;
  }
}

function positionOf(stored: OffsetMap | null): number {
  const position = stored?.position ?? 0;
  const exact = typeof position === "bigint" ? Number(position) : position;
  if (typeof exact !== "number" || !Number.isInteger(exact)) {
    throw new ConnectError("Offset position is the incorrect type");
  }
  return Math.max(0, exact);
}

export default sourceConnector({
  name: "FileStreamSourceConnector",
  aliases: ["org.apache.kafka.connect.file.FileStreamSourceConnector"],
  version: "4.2.0",
  config: CONFIG,
  permissions: { read: ["${file}"] },
  connector: FileStreamSourceConnector,
  task: FileStreamSourceTask,
});
