/** Reads the files that a command names. */

import { ConfigError } from "../base/mod.ts";
import {
  parseProperties,
  type Props,
  type StandaloneConfig,
  standaloneConfigDef,
} from "../herder/mod.ts";

/** The bytes of a file. @throws {ConfigError} naming it */
export async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    throw new ConfigError(`Cannot read "${path}": ${whyNot(cause)}`, { cause });
  }
}

/** Does something with a file's content. @throws {ConfigError} what it throws, naming the file */
export async function inFile<T>(path: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(`${path}: ${cause.message}`, { cause });
  }
}

/** A worker's file. @throws {ConfigError} naming the file and what is wrong in it */
export async function readWorkerFile(
  path: string,
): Promise<{ props: Props; config: StandaloneConfig }> {
  const bytes = await readFile(path);
  return await inFile(path, () => {
    const props = parseProperties(bytes);
    return { props, config: standaloneConfigDef.parse(props) };
  });
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return (error as Error).message.split(":")[0];
}
