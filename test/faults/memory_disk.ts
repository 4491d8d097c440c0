/**
 * A disk in memory that keeps the durability contract of `Disk` to the letter and no further: what was
 * not synced is gone after {@linkcode MemoryDisk.crash}, and any operation can be made to fail.
 */

import type { Clock, Disk, DiskEntry, DiskFile, Logger, OpenMode } from "../../src/base/mod.ts";

/** What an operation does. */
export type Operation = "open" | "write" | "truncate" | "datasync" | "rename" | "syncDirectory";

/** What happens to one: all is well, it fails half done, or the machine stops half way through it. */
export type Fault = "none" | "fail" | "crash";

class Content {
  now = new Uint8Array(0);
  durable = new Uint8Array(0);
}

/** A disk in memory. */
export class MemoryDisk implements Disk {
  /** Decides what happens to each operation. */
  fault: (operation: Operation, path: string) => Fault = () => "none";
  #names = new Map<string, Content>();
  #durableNames = new Map<string, Content>();
  readonly #folders = new Set<string>(["."]);
  readonly #locks = new Set<string>();
  #hasCrashed = false;

  /** Puts a file there, durably. */
  put(path: string, bytes: Uint8Array): void {
    const content = new Content();
    content.now = bytes.slice();
    content.durable = bytes.slice();
    this.#names.set(path, content);
    this.#durableNames.set(path, content);
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      this.#folders.add(path.slice(0, end));
    }
  }

  /** The machine stops: what was not synced is gone, and so are locks. */
  crash(): void {
    this.#hasCrashed = false;
    this.fault = () => "none";
    this.#names = new Map(this.#durableNames);
    for (const content of this.#names.values()) content.now = content.durable.slice();
    this.#locks.clear();
  }

  open(path: string, mode: OpenMode): Promise<DiskFile> {
    return this.#attempt("open", path, () => {
      let content = this.#names.get(path);
      if (content === undefined) {
        if (mode === "read") throw new Deno.errors.NotFound(`no such file: ${path}`);
        content = new Content();
        this.#names.set(path, content);
      }
      return this.#file(path, content);
    });
  }

  readFile(path: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.#names.get(path)?.now.slice() ?? null);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#attempt("rename", to, () => {
      const content = this.#names.get(from);
      if (content === undefined) throw new Deno.errors.NotFound(`no such file: ${from}`);
      this.#names.delete(from);
      this.#names.set(to, content);
    });
  }

  remove(path: string): Promise<void> {
    for (const name of [...this.#names.keys()]) {
      if (name === path || name.startsWith(`${path}/`)) this.#names.delete(name);
    }
    return Promise.resolve();
  }

  list(path: string): Promise<DiskEntry[]> {
    const entries = new Map<string, boolean>();
    for (const name of [...this.#names.keys(), ...this.#folders]) {
      if (!name.startsWith(`${path}/`)) continue;
      const [first, ...rest] = name.slice(path.length + 1).split("/");
      entries.set(
        first,
        (entries.get(first) ?? false) || rest.length > 0 || this.#folders.has(name),
      );
    }
    return Promise.resolve(
      [...entries].sort().map(([name, isDirectory]) => ({ name, isDirectory })),
    );
  }

  makeDirectory(path: string): Promise<void> {
    this.#folders.add(path);
    return Promise.resolve();
  }

  syncDirectory(path: string): Promise<void> {
    return this.#attempt("syncDirectory", path, () => {
      const isEntry = (name: string) => name.slice(0, name.lastIndexOf("/")) === path;
      for (const name of [...this.#durableNames.keys()].filter(isEntry)) {
        this.#durableNames.delete(name);
      }
      for (const [name, content] of this.#names) {
        if (isEntry(name)) this.#durableNames.set(name, content);
      }
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
          const size = Math.max(content.now.length, position + bytes.length);
          const grown = new Uint8Array(size);
          grown.set(content.now);
          grown.set(bytes, position);
          content.now = grown;
          // A machine that stops may have written any part of what it was about to.
          if (isHalf) content.durable = grown.slice();
        }),
      truncate: (size) =>
        this.#attempt("truncate", path, () => {
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

  /** Does an operation, wholly or in half as the fault says. */
  #attempt<T>(operation: Operation, path: string, act: (isHalf: boolean) => T): Promise<T> {
    return Promise.try(() => {
      if (this.#hasCrashed) throw new Error("the machine has stopped");
      const fault = this.fault(operation, path);
      if (fault === "none") return act(false);
      if (operation === "write" || operation === "datasync") act(true);
      if (fault === "crash") this.#hasCrashed = true;
      throw new Error(`injected fault: ${operation} ${path}`);
    });
  }
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
