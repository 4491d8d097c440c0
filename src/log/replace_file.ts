/** Replacing a small file as a whole. */

import type { Disk } from "../base/mod.ts";

/** Gives a file of a folder new text: after a crash it has the old or the new one, whole. */
export async function replaceFile(
  disk: Disk,
  folder: string,
  name: string,
  text: string,
): Promise<void> {
  const next = `${folder}/${name}.tmp`;
  await disk.remove(next);
  const file = await disk.open(next, "write");
  try {
    await file.write(new TextEncoder().encode(text), 0);
    await file.datasync();
  } finally {
    file.close();
  }
  await disk.rename(next, `${folder}/${name}`);
  await disk.syncDirectory(folder);
}
