/** Measures how long a disk takes to make things durable. */

import type { Clock } from "./clock.ts";
import type { Disk, DiskFile } from "./disk.ts";

/** What has been measured. */
export interface DiskSyncs {
  /** How many syncs there were. */
  count: number;
  /** How long they took together, in milliseconds. */
  tookMs: number;
}

/** The same disk, whose syncs of files are measured into `syncs`. */
export function meteredDisk(disk: Disk, clock: Clock, syncs: DiskSyncs): Disk {
  return {
    ...disk,
    open: async (path, mode) => metered(await disk.open(path, mode), clock, syncs),
  };
}

function metered(file: DiskFile, clock: Clock, syncs: DiskSyncs): DiskFile {
  return {
    read: (buffer, position) => file.read(buffer, position),
    write: (data, position) => file.write(data, position),
    truncate: (size) => file.truncate(size),
    size: () => file.size(),
    tryLock: () => file.tryLock(),
    close: () => file.close(),
    async datasync() {
      const startMs = clock.monotonic();
      await file.datasync();
      syncs.count++;
      syncs.tookMs += clock.monotonic() - startMs;
    },
  };
}
