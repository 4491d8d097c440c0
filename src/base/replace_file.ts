/** Replacing a small file as a whole. */

import type { Disk } from "./disk.ts";

/**
 * Gives a file new content: after a crash it has the old or the new one, whole. Its folder must be there.
 * @param mode `private`: nobody except its owner may read it
 */
export async function replaceFile(
  disk: Disk,
  path: string,
  content: string | Uint8Array,
  mode: "write" | "private" = "write",
): Promise<void> {
  const next = `${path}.tmp`;
  await disk.remove(next);
  const file = await disk.open(next, mode);
  try {
    await file.write(typeof content === "string" ? new TextEncoder().encode(content) : content, 0);
    await file.datasync();
  } finally {
    file.close();
  }
  await disk.rename(next, path);
  await disk.syncDirectory(folderOf(path));
}

/** The folder that a file is in. */
export function folderOf(path: string): string {
  const end = path.lastIndexOf("/");
  return end < 0 ? "." : end === 0 ? "/" : path.slice(0, end);
}
