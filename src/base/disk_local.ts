/** The machine's own file system as a {@linkcode Disk}. */

import type { Disk, DiskEntry, DiskFile, OpenMode } from "./disk.ts";

class LocalFile implements DiskFile {
  readonly #file: Deno.FsFile;
  /** A handle has one cursor, so calls that seek take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  read(buffer: Uint8Array, position: number): Promise<number> {
    return this.#inTurn(async () => {
      await this.#file.seek(position, Deno.SeekMode.Start);
      let length = 0;
      while (length < buffer.length) {
        const count = await this.#file.read(buffer.subarray(length));
        if (count === null) break;
        length += count;
      }
      return length;
    });
  }

  write(data: Uint8Array, position: number): Promise<void> {
    return this.#inTurn(async () => {
      await this.#file.seek(position, Deno.SeekMode.Start);
      let length = 0;
      while (length < data.length) length += await this.#file.write(data.subarray(length));
    });
  }

  truncate(size: number): Promise<void> {
    return this.#inTurn(() => this.#file.truncate(size));
  }

  datasync(): Promise<void> {
    return this.#inTurn(() => this.#file.syncData());
  }

  async size(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  tryLock(): Promise<boolean> {
    return this.#file.tryLock(true);
  }

  /** What was asked for before is done first: a reader may hold the file while its segment is let go. */
  close(): void {
    void this.#inTurn(() => Promise.resolve(this.#file.close()));
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(action);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** The machine's own file system. */
export const localDisk: Disk = {
  async open(path: string, mode: OpenMode): Promise<DiskFile> {
    if (mode === "read") return new LocalFile(await Deno.open(path));
    const permissions = mode === "private" ? { mode: 0o600 } : {};
    const options = { read: true, write: true, create: true, ...permissions };
    return new LocalFile(await Deno.open(path, options));
  },
  async readFile(path) {
    try {
      return await Deno.readFile(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  },
  rename: (from, to) => Deno.rename(from, to),
  async remove(path) {
    try {
      await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  },
  async list(path): Promise<DiskEntry[]> {
    const entries: DiskEntry[] = [];
    try {
      for await (const { name, isDirectory } of Deno.readDir(path)) {
        entries.push({ name, isDirectory });
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  },
  async makeDirectory(path) {
    const missing: string[] = [];
    for (let folder = path; !await isDirectory(folder); folder = parentOf(folder)) {
      missing.unshift(folder);
    }
    for (const folder of missing) await makeFolder(folder);
    // It may have been made by a process that was killed before it could sync.
    if (missing.length === 0) await localDisk.syncDirectory(parentOf(path)).catch(() => {});
  },
  async syncDirectory(path) {
    const folder = await Deno.open(path);
    try {
      await folder.sync();
    } finally {
      folder.close();
    }
  },
};

/** Makes one folder; where it cannot be made to last it is gone again, for the next try to find it so. */
async function makeFolder(path: string): Promise<void> {
  await Deno.mkdir(path);
  try {
    await localDisk.syncDirectory(parentOf(path));
  } catch (error) {
    await Deno.remove(path).catch(() => {});
    throw error;
  }
}

/** The folder that an entry is in. */
function parentOf(path: string): string {
  const end = path.replace(/\/+$/, "").lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, end) || "/";
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
