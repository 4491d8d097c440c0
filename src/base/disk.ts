/**
 * The file system as a parameter: what the embedded log, the offsets file and the stores need of it,
 * and no more, so that a test can stand in a disk that fails, tears or forgets.
 *
 * Durability contract: what {@linkcode DiskFile.write} wrote may be lost by a crash until
 * {@linkcode DiskFile.datasync} resolves. A file made or renamed may be lost by a crash until
 * {@linkcode Disk.syncDirectory} of its folder resolves. `rename` replaces atomically.
 * Every call may reject with the platform's error (`Deno.errors.*`).
 */

/**
 * How a file is opened: `read` must exist; `write` is made when absent, and kept when present; so is `private`,
 * but nobody except its owner may read what is made.
 */
export type OpenMode = "read" | "write" | "private";

/** An open file, read and written at positions. */
export interface DiskFile {
  /**
   * Reads into `buffer` from byte `position` until `buffer` is full or the file ends.
   * @returns the bytes read; fewer than `buffer.length` only at the end of the file
   */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Writes all of `data` at byte `position`. After an error an unknown part of it is written. */
  write(data: Uint8Array, position: number): Promise<void>;
  /** Cuts or extends the file to `size` bytes. */
  truncate(size: number): Promise<void>;
  /** Makes what was written survive a crash: content and size (`fdatasync`). */
  datasync(): Promise<void>;
  /** The file's size in bytes. */
  size(): Promise<number>;
  /** Takes an exclusive advisory lock that ends with the process; false when another holds it. */
  tryLock(): Promise<boolean>;
  /** Closes the file, and with it its lock. */
  close(): void;
}

/** What {@linkcode Disk.list} tells of an entry. */
export interface DiskEntry {
  /** The entry's name within its folder. */
  name: string;
  /** Whether it is a folder. */
  isDirectory: boolean;
}

/** A file system. */
export interface Disk {
  /** Opens a file. */
  open(path: string, mode: OpenMode): Promise<DiskFile>;
  /** The whole content of a file, or null when there is none. */
  readFile(path: string): Promise<Uint8Array | null>;
  /** Replaces `to` by `from`, atomically. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or a whole folder; nothing when there is none. */
  remove(path: string): Promise<void>;
  /** The entries of a folder in the order of their names; none when there is no such folder. */
  list(path: string): Promise<DiskEntry[]>;
  /** Makes a folder, and those above it that are not there; all then survive a crash. */
  makeDirectory(path: string): Promise<void>;
  /** Makes the entries of a folder survive a crash. */
  syncDirectory(path: string): Promise<void>;
}
