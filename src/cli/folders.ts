/** Folders of the embedded log, looked at without a change. */

import { access, constants } from "node:fs/promises";
import { ConfigError, localDisk, reasonOf } from "../base/mod.ts";
import { EmbeddedLogReader } from "../log/mod.ts";

/**
 * Looks whether a folder could be used for a log: it is one or can be made, and what is in it can be read.
 * @throws {ConfigError} why not
 */
export async function tryFolder(folder: string): Promise<void> {
  try {
    // That of a file fails, also when the folder is to be made below one.
    await localDisk.list(folder);
    await access(await nearestFolder(folder), constants.W_OK | constants.X_OK);
    const log = new EmbeddedLogReader(localDisk, folder, () => {});
    await log.topics();
    await log.configs();
  } catch (cause) {
    throw new ConfigError(`Cannot use the log folder "${folder}": ${reasonOf(cause)}`, { cause });
  }
}

/** The folder itself, or the one above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  for (let path = absolute(folder);; path = path.slice(0, path.lastIndexOf("/")) || "/") {
    try {
      return await Deno.realPath(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound) || path === "/") throw error;
    }
  }
}

function absolute(path: string): string {
  const whole = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  return whole.replace(/\/+$/, "") || "/";
}
