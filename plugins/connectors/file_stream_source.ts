/**
 * FileStreamSource: each line of a file, or of standard input, becomes a record. It follows the file as
 * it grows, and begins anew when the file is cut short or replaced, so that rotated logs are read whole.
 * Of a line as long as a topic takes it holds the bytes twice at most; a longer one fails the task.
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
const blockBytes = 112 * 1024;
/** The longest line, in bytes: no topic takes a larger record unless it is told to. */
const lineBytesMax = 16 << 20;
/** How soon a file without news is looked at again, in milliseconds. */
const lookAgainMs = 50;
/** The same when it has been quiet for long: a worker may have a hundred such files. */
const lookAgainMsMax = 500;
/** How much of the time that it has been quiet is waited for more. */
const patience = 0.01;
/** How long a poll waits for a stream, in milliseconds. */
const pollMsMax = 500;
/** How long the file system's clock may stand still, in milliseconds. */
const tickMsMax = 100;
/** How many bytes before the position are compared, to see that they are still those that were read. */
const tailBytes = 64;
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
 * Bytes that were read and not handed over yet, `#start` to `#end`, and some from before. `#scanned`
 * remembers how far a line that is not whole yet was looked through.
 */
class LineBuffer {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #bytes = new Uint8Array(blockBytes);
  #start = 0;
  #end = 0;
  #scanned = 0;
  #position = 0;
  /** Whole lines as text, when they are ASCII; those before `#taken` are handed over. */
  #text = "";
  #taken = 0;
  /** Up to here are whole lines that are not ASCII. */
  #foreign = 0;

  /** Where the next line begins, in bytes from the begin of the file. */
  get position(): number {
    return this.#position;
  }

  /** How far has been read. */
  get readPosition(): number {
    return this.#position + this.#end - this.#start;
  }

  /** The last bytes read, as far as they are still here. */
  get tail(): Uint8Array {
    return this.#bytes.slice(Math.max(0, this.#end - tailBytes), this.#end);
  }

  /** Begins anew at a position. */
  rewind(position: number): void {
    this.#start =
      this.#end =
      this.#scanned =
      this.#foreign =
      this.#taken =
        0;
    this.#text = "";
    this.#position = position;
  }

  /** Where to read to, or null when the line is too long; {@linkcode filled} says how much came. */
  room(): Uint8Array<ArrayBuffer> | null {
    const held = this.#end - this.#start;
    if (held > lineBytesMax) return null;
    const isSlack = this.#bytes.length > blockBytes && held < blockBytes / 2;
    if (this.#end === this.#bytes.length || isSlack) {
      const from = Math.max(0, this.#start - tailBytes);
      const kept = this.#bytes.subarray(from, this.#end);
      const isTight = kept.length > this.#bytes.length / 2;
      const next = isTight
        ? new Uint8Array(this.#bytes.length * 2)
        : isSlack
        ? new Uint8Array(blockBytes)
        : this.#bytes;
      next.set(kept);
      this.#bytes = next;
      this.#start -= from;
      this.#end -= from;
      this.#scanned -= from;
      this.#foreign -= from;
    }
    return this.#bytes.subarray(this.#end, this.#end + blockBytes);
  }

  /** Takes note of what was read into the {@linkcode room}. */
  filled(count: number): void {
    this.#end += count;
  }

  /** Hands over at most `countMax` whole lines, each with the position behind it. */
  take(countMax: number, accept: (line: string, position: number) => void): void {
    if (this.#taken === this.#text.length) this.#decode();
    if (this.#taken < this.#text.length) return this.#takeText(countMax, accept);
    const bytes = this.#bytes.subarray(0, this.#end);
    const ends: number[] = [];
    this.#scanned = eachLine(
      bytes,
      [lf, cr],
      this.#scanned,
      countMax,
      false,
      (end, next) => void ends.push(end, next),
    );
    if (ends.length > 0) this.#hand(ends, accept);
  }

  /** Decodes all whole lines at once when they are ASCII: text is searched faster than bytes. */
  #decode(): void {
    const bytes = this.#bytes.subarray(this.#scanned, this.#end);
    const lastLf = bytes.lastIndexOf(lf) + 1;
    // A last carriage return may not be the end of its line.
    const end = lastLf + 1 + bytes.subarray(lastLf, -1).lastIndexOf(cr);
    const length = this.#scanned - this.#start + end;
    if (end === 0 || this.#start + length <= this.#foreign) return;
    const text = this.#decoder.decode(this.#bytes.subarray(this.#start, this.#start + length));
    // As many characters as bytes: places in the one are places in the other.
    if (text.length === length) [this.#text, this.#taken] = [text, 0];
    else this.#foreign = this.#start + length;
  }

  #takeText(countMax: number, accept: (line: string, position: number) => void): void {
    const [text, first] = [this.#text, this.#taken];
    const position = this.#position - first;
    let start = first;
    const at = eachLine(text, ["\n", "\r"], first, countMax, true, (end, next) => {
      const line = text.slice(start, end);
      start = next;
      accept(line, position + next);
    });
    this.#taken = at;
    this.#position = position + at;
    this.#start = this.#scanned = this.#start + at - first;
  }

  /** Hands over what there is of a line that will not be finished. */
  takeRest(accept: (line: string, position: number) => void): void {
    if (this.#start === this.#end) return;
    const hasEnd = this.#bytes[this.#end - 1] === cr;
    this.#hand([hasEnd ? this.#end - 1 : this.#end, this.#end], accept);
  }

  #hand(ends: readonly number[], accept: (line: string, position: number) => void): void {
    const first = this.#start;
    const last = ends[ends.length - 1];
    const text = this.#decoder.decode(this.#bytes.subarray(first, last));
    // As many characters as bytes: each line is a piece of the one text.
    const isAscii = text.length === last - first;
    let start = first;
    for (let i = 0; i < ends.length; i += 2) {
      const line = isAscii
        ? text.slice(start - first, ends[i] - first)
        : this.#decoder.decode(this.#bytes.subarray(start, ends[i]));
      start = ends[i + 1];
      accept(line, this.#position + start - first);
    }
    this.#position += last - first;
    this.#start = this.#scanned = last;
  }
}

/**
 * Finds the end of each line from `at` on, and where the next one begins. `isWhole`: nothing comes behind a
 * last carriage return that could belong to it. @returns up to where that was looked for
 */
function eachLine<T>(
  input: { length: number; indexOf(item: T, from: number): number; [index: number]: T },
  [lf, cr]: readonly [T, T],
  at: number,
  countMax: number,
  isWhole: boolean,
  found: (end: number, next: number) => void,
): number {
  // The next terminator of each kind, looked for only when the last one found is passed.
  let nextLf = input.indexOf(lf, at);
  let nextCr = input.indexOf(cr, at);
  for (let count = 0; count < countMax; count++) {
    if (nextLf >= 0 && nextLf < at) nextLf = input.indexOf(lf, at);
    if (nextCr >= 0 && nextCr < at) nextCr = input.indexOf(cr, at);
    const end = nextCr < 0 ? nextLf : nextLf < 0 ? nextCr : Math.min(nextLf, nextCr);
    if (end < 0) return input.length;
    // Whether a line feed belongs to a last carriage return cannot be said before the next byte is there.
    if (end === nextCr && end + 1 === input.length && !isWhole) return end;
    at = end + (end === nextCr && input[end + 1] === lf ? 2 : 1);
    found(end, at);
  }
  return at;
}

/** What is read: a file that can be looked at and read again, or a stream such as a pipe. */
interface Input {
  file: Pick<Deno.FsFile, "read" | "close">;
  /** The file, when it is a regular one. */
  regular: { file: Deno.FsFile; ino: number | null; dev: number } | null;
}

/** What is under way. */
interface Pending {
  promise: Promise<unknown>;
  isSettled: boolean;
}

class FileStreamSourceTask extends SourceTask {
  #path: string | null = null;
  #topic = "";
  #batchSizeMax = 0;
  #partition: OffsetMap = {};
  readonly #lines = new LineBuffer();
  #input: Input | null = null;
  #pending: Pending | null = null;
  #wake: (() => void) | null = null;
  /** The bytes before the end of the file as it was at the last look; null while there is more to read. */
  #rest: Uint8Array | null = null;
  /** When the file was last changed, as far as that has been looked at; epoch ms. */
  #seenMs: number | null = null;
  #isResumed = false;
  #hasWarned = false;
  #isStopping = false;
  /** When there was something last, on the monotonic clock. */
  #newsMs = performance.now();

  start(props: Props): void {
    const config = CONFIG.parse(props);
    this.#path = isSet(config.file) ? config.file : null;
    this.#topic = config.topic;
    // A batch of no records would never get through.
    this.#batchSizeMax = Math.max(1, config["batch.size"]);
    this.#partition = { filename: config.file };
    if (this.#path === null) this.#input = { file: Deno.stdin, regular: null };
  }

  async poll(): Promise<SourceRecord[] | null> {
    const records = await this.#read();
    if (records !== null) {
      this.#newsMs = performance.now();
      return records;
    }
    const waitMs = (performance.now() - this.#newsMs) * patience;
    await this.#wait(Math.min(Math.max(waitMs, lookAgainMs), lookAgainMsMax));
    return null;
  }

  /** Records, or none where there may be some at once; null when it is worth while to wait. */
  async #read(): Promise<SourceRecord[] | null> {
    const records = this.#take();
    if (records.length > 0) return records;
    if (this.#path !== null && this.#input === null && !this.#isStopping) {
      this.#input = await this.#open(this.#path);
    }
    if (this.#input !== null) {
      const { file, regular } = this.#input;
      return regular === null ? await this.#readStream(file) : this.#readFile(regular);
    }
    return null;
  }

  stop(): void {
    this.#isStopping = true;
    this.#close();
    this.#wake?.();
  }

  /** Records of the whole lines that are here, at most a batch of them. */
  #take(): SourceRecord[] {
    const records: SourceRecord[] = [];
    this.#lines.take(this.#batchSizeMax, this.#recordsTo(records));
    return records;
  }

  #recordsTo(records: SourceRecord[]): (line: string, position: number) => void {
    const timestamp = Date.now();
    // A stream cannot be resumed.
    const isStream = this.#input?.regular === null;
    const [topic, sourcePartition] = [this.#topic, this.#partition];
    return (line, position) =>
      void records.push(
        new SourceRecord({
          topic,
          valueSchema: Schemas.string,
          value: line,
          timestamp,
          sourcePartition,
          sourceOffset: { position: isStream ? null : position },
        }),
      );
  }

  /** Reads what a stream has next, waiting some time for it; null at its end. */
  async #readStream(file: Input["file"]): Promise<SourceRecord[] | null> {
    const read = await this.#finish(() => file.read(this.#room()));
    if (read === null) return [];
    if (read.value !== null) {
      this.#lines.filled(read.value);
      return this.#take();
    }
    const records: SourceRecord[] = [];
    // Nobody can finish the last line any more. A named pipe may get another writer.
    this.#lines.takeRest(this.#recordsTo(records));
    return records.length > 0 ? records : null;
  }

  /** Reads the next lines of a file; null when there are none. */
  #readFile(regular: NonNullable<Input["regular"]>): SourceRecord[] | null {
    const path = this.#path!;
    if (this.#rest !== null) {
      const named = statOf(path);
      const isSame = named !== null && named.ino === regular.ino && named.dev === regular.dev;
      const { size, mtime } = isSame ? named : regular.file.statSync();
      const read = this.#lines.readPosition;
      if (size < read) return this.#beginAnew(`"${path}" has been truncated`);
      const isTouched = mtime?.getTime() !== this.#seenMs;
      if ((size > read || isTouched) && !this.#isUnchanged(regular.file)) {
        return this.#beginAnew(`"${path}" has been truncated and written again`);
      }
      if (size === read) {
        // What is written within the same tick of the file system's clock would not show.
        this.#seenMs = mtime !== null && Date.now() - mtime.getTime() > tickMsMax
          ? mtime.getTime()
          : null;
        // While the new file is empty, whoever writes may still have the old one open.
        const isReplaced = !isSame && named !== null && named.size > 0;
        return isReplaced ? this.#beginAnew(`"${path}" has been replaced`) : null;
      }
      this.#rest = null;
    }
    for (;;) {
      const room = this.#room();
      const count = regular.file.readSync(room) ?? 0;
      this.#lines.filled(count);
      if (count < room.length) this.#rest = this.#lines.tail;
      const records = this.#take();
      if (records.length > 0) return records;
      if (this.#rest !== null) return null;
    }
  }

  /** Whether what stands before the position is what was read there. */
  #isUnchanged(file: Deno.FsFile): boolean {
    const expected = this.#rest!;
    const found = new Uint8Array(expected.length);
    file.seekSync(this.#lines.readPosition - expected.length, Deno.SeekMode.Start);
    const count = expected.length === 0 ? 0 : file.readSync(found);
    return count === expected.length && expected.every((byte, i) => byte === found[i]);
  }

  /** Leaves the file as it was; what is there of a line is all that will come of it. */
  #beginAnew(why: string): SourceRecord[] {
    console.info(`${why}; reading it from its beginning`);
    const records: SourceRecord[] = [];
    this.#lines.takeRest(this.#recordsTo(records));
    this.#close();
    this.#lines.rewind(0);
    return records;
  }

  /** Opens the file where it was left; null while there is none. */
  async #open(path: string): Promise<Input | null> {
    if (!this.#isResumed) {
      const stored = await this.context.offsetStorageReader.offset(this.#partition);
      this.#lines.rewind(positionOf(stored));
      this.#isResumed = true;
    }
    const file = await this.#openFile(path);
    if (file === null) return null;
    const { isFile, isDirectory, size, ino, dev } = file.statSync();
    if (isDirectory) {
      file.close();
      return this.#warnOnce(`Cannot read "${path}": it is a directory`);
    }
    this.#hasWarned = false;
    if (!isFile) return { file, regular: null };
    const { position } = this.#lines;
    if (size < position) {
      console.warn(
        `"${path}" has ${size} bytes, fewer than the ${position} read before; ` +
          `reading it from its beginning`,
      );
      this.#lines.rewind(0);
    }
    file.seekSync(this.#lines.position, Deno.SeekMode.Start);
    return { file, regular: { file, ino, dev } };
  }

  async #openFile(path: string): Promise<Deno.FsFile | null> {
    try {
      // A named pipe opens only when somebody writes to it.
      const opened = await this.#finish(() => Deno.open(path));
      if (opened === null || !this.#isStopping) return opened?.value ?? null;
      opened.value.close();
      return null;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) {
        return this.#warnOnce(
          `Couldn't find file ${path} for FileStreamSourceTask, waiting for it to be created`,
        );
      }
      if (error instanceof Deno.errors.NotCapable) throw error;
      const isDenied = error instanceof Deno.errors.PermissionDenied;
      const reason = isDenied ? "permission denied" : (error as Error).message;
      throw new ConnectError(`Cannot open "${path}": ${reason}`, { cause: error });
    }
  }

  #warnOnce(message: string): null {
    if (!this.#hasWarned) console.warn(message);
    this.#hasWarned = true;
    return null;
  }

  #room(): Uint8Array<ArrayBuffer> {
    const room = this.#lines.room();
    if (room !== null) return room;
    throw new ConnectError(
      `Cannot read ${
        this.#path === null ? "standard input" : `"${this.#path}"`
      }: the line at byte ${this.#lines.position} is longer ` +
        `than ${lineBytesMax} bytes`,
    );
  }

  #close(): void {
    // Standard input is the process's own.
    if (this.#path !== null) this.#input?.file.close();
    this.#input = null;
    this.#rest = null;
    this.#seenMs = null;
  }

  /** Begins what may take longer than a poll, or looks after it; null while it is not done. */
  async #finish<T>(begin: () => Promise<T>): Promise<{ value: T } | null> {
    if (this.#pending === null) {
      const pending: Pending = { promise: begin(), isSettled: false };
      const settled = () => {
        pending.isSettled = true;
        this.#wake?.();
      };
      pending.promise.then(settled, settled);
      this.#pending = pending;
    }
    const { promise } = this.#pending;
    if (!this.#pending.isSettled) await this.#wait(pollMsMax);
    if (!this.#pending.isSettled) return null;
    this.#pending = null;
    return { value: await promise as T };
  }

  /** Waits, but not when the task stops or something is done. No promise that stays gathers waits. */
  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), this.#isStopping ? 0 : delayMs);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }
}

function statOf(path: string): Deno.FileInfo | null {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
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
