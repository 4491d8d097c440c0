/**
 * A disk in memory that keeps the durability contract of `Disk` to the letter and no further. Any
 * operation can be made to fail, or the machine to stop in the midst of it; {@linkcode
 * MemoryDisk.afterCrash} is the disk that is found then, without what was not synced, or with any part
 * of it.
 */

import type { Clock, Disk, DiskEntry, DiskFile, Logger, OpenMode } from "../../src/base/mod.ts";

/** What an operation does. */
export type Operation =
  | "open"
  | "write"
  | "truncate"
  | "datasync"
  | "rename"
  | "remove"
  | "makeDirectory"
  | "syncDirectory";

/**
 * What happens to one: all is well; it fails half done; the machine stops half way through it; or it
 * is done, but the machine stops before anyone is told.
 */
export type Fault = "none" | "fail" | "crash" | "crashAfter";

class Content {
  now = new Uint8Array(0);
  durable = new Uint8Array(0);
}

/** Entries of a folder that have changed and are not synced; null is one that is gone. */
interface Change {
  folder: string;
  entries: Map<string, Content | "folder" | null>;
}

/** The unit in which a stopping machine has or has not written, in bytes. */
const blockBytes = 512;

/** A disk in memory. */
export class MemoryDisk implements Disk {
  /** Decides what happens to each operation. */
  fault: (operation: Operation, path: string) => Fault = () => "none";
  /** How much fits on it, in bytes; a write that needs more writes what fits, and fails as Linux does. */
  capacityBytes = Infinity;
  /** Resolves when the machine has stopped. */
  readonly stopped: Promise<void>;
  readonly #entries = new Map<string, Content | "folder">();
  readonly #durable = new Map<string, Content | "folder">();
  #changes: Change[] = [];
  readonly #locks = new Set<string>();
  #isStopped = false;
  readonly #stop: () => void;

  /** An empty disk. */
  constructor(entries: ReadonlyMap<string, Uint8Array | "folder"> = new Map([[".", "folder"]])) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.stopped = promise;
    this.#stop = resolve;
    for (const [path, bytes] of entries) {
      if (bytes === "folder") this.#set(path, "folder");
      else this.put(path, bytes);
    }
  }

  /** Puts a file there, durably, with the folders above it. */
  put(path: string, bytes: Uint8Array): void {
    const content = new Content();
    content.now = bytes.slice();
    content.durable = bytes.slice();
    this.#set(path, content);
    for (let folder = folderOf(path); folder !== "."; folder = folderOf(folder)) {
      this.#set(folder, "folder");
    }
  }

  /** What is in a file now, or null. */
  peek(path: string): Uint8Array | null {
    const content = this.#entries.get(path);
    return content instanceof Content ? content.now : null;
  }

  /** Whether a fault has stopped the machine: nothing succeeds any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** How many bytes its files take. */
  get usedBytes(): number {
    let bytes = 0;
    for (const content of this.#entries.values()) {
      if (content instanceof Content) bytes += content.now.length;
    }
    return bytes;
  }

  /**
   * The disk as it is found after the machine has stopped. Of what was not synced nothing is there;
   * with `random`, numbers from 0 up to 1, any part of it: any change of a folder, any block of a file.
   */
  afterCrash(random: () => number = () => 0): MemoryDisk {
    const entries = new Map(this.#durable);
    for (const change of this.#changes) if (random() >= 0.5) apply(change, entries);
    const found = new Map<string, Uint8Array | "folder">();
    for (const [path, content] of entries) {
      if (path === ".") found.set(path, "folder");
      else if (!areFolders(path, entries)) continue;
      else found.set(path, content === "folder" ? content : mixed(content, random));
    }
    return new MemoryDisk(found);
  }

  /** The disk as it is found after the process was killed: what the kernel had is there, but not synced. */
  afterKill(): MemoryDisk {
    const disk = this.afterCrash();
    disk.#entries.clear();
    for (const [path, content] of this.#entries) {
      if (content === "folder") {
        disk.#entries.set(path, content);
        continue;
      }
      const copy = new Content();
      copy.now = content.now.slice();
      copy.durable = content.durable.slice();
      disk.#entries.set(path, copy);
      if (this.#durable.get(path) === content) disk.#durable.set(path, copy);
    }
    for (const { folder, entries } of this.#changes) {
      const current = [...entries].map(([path, content]) =>
        [
          path,
          content === null || content === "folder" ? content : disk.#entries.get(path) ?? null,
        ] as const
      );
      disk.#changes.push({ folder, entries: new Map(current) });
    }
    return disk;
  }

  open(path: string, mode: OpenMode): Promise<DiskFile> {
    return this.#attempt("open", path, () => {
      let content = this.#entries.get(path);
      if (!(content instanceof Content)) {
        if (mode === "read" || !areFolders(path, this.#entries)) {
          throw new Deno.errors.NotFound(`no such file: ${path}`);
        }
        content = new Content();
        this.#change(folderOf(path), [[path, content]]);
      }
      return this.#file(path, content);
    });
  }

  readFile(path: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.peek(path)?.slice() ?? null);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#attempt("rename", to, () => {
      const content = this.#entries.get(from);
      if (content === undefined) throw new Deno.errors.NotFound(`no such file: ${from}`);
      this.#change(folderOf(to), [[from, null], [to, content]]);
    });
  }

  remove(path: string): Promise<void> {
    return this.#attempt("remove", path, () => {
      const gone = [...this.#entries.keys()].filter((name) =>
        name === path || name.startsWith(`${path}/`)
      );
      if (gone.length > 0) this.#change(folderOf(path), gone.map((name) => [name, null]));
    });
  }

  list(path: string): Promise<DiskEntry[]> {
    const entries: DiskEntry[] = [];
    for (const [name, content] of this.#entries) {
      if (name === "." || folderOf(name) !== path) continue;
      entries.push({ name: name.slice(path.length + 1), isDirectory: content === "folder" });
    }
    return Promise.resolve(entries.sort((a, b) => a.name < b.name ? -1 : 1));
  }

  makeDirectory(path: string): Promise<void> {
    const missing: string[] = [];
    for (let folder = path; !this.#entries.has(folder); folder = folderOf(folder)) {
      missing.unshift(folder);
    }
    if (missing.length === 0) {
      this.#sync(folderOf(path));
      return Promise.resolve();
    }
    return this.#attempt("makeDirectory", path, (isHalf) => {
      for (const folder of missing) {
        this.#change(folderOf(folder), [[folder, "folder"]]);
        if (!isHalf) this.#sync(folderOf(folder));
      }
    }, () => {});
  }

  syncDirectory(path: string): Promise<void> {
    return this.#attempt("syncDirectory", path, (isHalf) => {
      if (!isHalf) this.#sync(path);
    });
  }

  #file(path: string, content: Content): DiskFile {
    let isLocked = false;
    return {
      read: (buffer, position) => {
        const piece = content.now.subarray(position, position + buffer.length);
        buffer.set(piece);
        return Promise.resolve(piece.length);
      },
      write: (data, position) =>
        this.#attempt("write", path, (isHalf) => {
          const bytes = isHalf ? data.subarray(0, data.length >> 1) : data;
          const growth = Math.max(0, position + bytes.length - content.now.length);
          const excess = this.capacityBytes === Infinity
            ? 0
            : this.usedBytes + growth - this.capacityBytes;
          if (growth > 0 && excess > 0) {
            overwrite(content, bytes.subarray(0, Math.max(0, bytes.length - excess)), position);
            throw new Error("No space left on device (os error 28)");
          }
          overwrite(content, bytes, position);
        }),
      truncate: (size) =>
        this.#attempt("truncate", path, (isHalf) => {
          if (isHalf) return;
          const cut = new Uint8Array(size);
          cut.set(content.now.subarray(0, size));
          content.now = cut;
        }),
      datasync: () =>
        this.#attempt("datasync", path, (isHalf) => {
          if (!isHalf) content.durable = content.now.slice();
        }),
      size: () => Promise.resolve(content.now.length),
      tryLock: () => {
        if (this.#locks.has(path)) return Promise.resolve(false);
        this.#locks.add(path);
        isLocked = true;
        return Promise.resolve(true);
      },
      close: () => {
        if (isLocked) this.#locks.delete(path);
      },
    };
  }

  #set(path: string, content: Content | "folder"): void {
    this.#entries.set(path, content);
    this.#durable.set(path, content);
  }

  #change(folder: string, entries: [string, Content | "folder" | null][]): void {
    const change = { folder, entries: new Map(entries) };
    apply(change, this.#entries);
    this.#changes.push(change);
  }

  #sync(folder: string): void {
    for (const change of this.#changes) if (change.folder === folder) apply(change, this.#durable);
    this.#changes = this.#changes.filter((change) => change.folder !== folder);
  }

  /** Does an operation, wholly or in half as the fault says; `fail` is what one that fails leaves done. */
  #attempt<T>(
    operation: Operation,
    path: string,
    act: (isHalf: boolean) => T,
    fail: () => void = () => act(true),
  ): Promise<T> {
    return Promise.try(() => {
      if (this.#isStopped) throw new Error("the machine has stopped");
      const fault = this.fault(operation, path);
      if (fault === "none") return act(false);
      const isPartial = ["write", "truncate", "datasync", "makeDirectory"].includes(operation);
      if (fault === "crashAfter") act(false);
      else if (fault === "fail" && isPartial) fail();
      else if (isPartial) act(true);
      if (fault !== "fail") {
        this.#isStopped = true;
        this.#stop();
      }
      throw new Error(`injected fault: ${operation} ${path}`);
    });
  }
}

function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, end);
}

/** Whether all folders above a path are there. */
function areFolders(path: string, entries: ReadonlyMap<string, Content | "folder">): boolean {
  for (let folder = folderOf(path); folder !== "."; folder = folderOf(folder)) {
    if (entries.get(folder) !== "folder") return false;
  }
  return true;
}

function apply({ entries }: Change, to: Map<string, Content | "folder">): void {
  for (const [path, content] of entries) {
    if (content === null) to.delete(path);
    else to.set(path, content);
  }
}

function overwrite(content: Content, bytes: Uint8Array, position: number): void {
  const grown = new Uint8Array(Math.max(content.now.length, position + bytes.length));
  grown.set(content.now);
  grown.set(bytes, position);
  content.now = grown;
}

/** A file of which each block is as it was when it was synced or as it is now, and so is its size. */
function mixed({ now, durable }: Content, random: () => number): Uint8Array {
  const found = new Uint8Array(random() < 0.5 ? durable.length : now.length);
  found.set(durable.subarray(0, found.length));
  for (let at = 0; at < found.length; at += blockBytes) {
    if (random() >= 0.5) found.set(now.subarray(at, Math.min(at + blockBytes, found.length)), at);
  }
  return found;
}

/** A clock that never waits long. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (_delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      setTimeout(resolve, 0);
    }),
};

/** A clock that waits only for signals. */
export const patientClock: Clock = {
  ...hastyClock,
  sleep: (_delayMs, signal) =>
    new Promise((resolve) => {
      if (signal === undefined || signal.aborted) return resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    }),
};

/** A log that keeps what it is told. */
export function keptLog(): Logger & { lines: string[] } {
  const lines: string[] = [];
  const at = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
