/** Reads the files that a command names. */

import { ConfigError } from "../base/mod.ts";
import { embeddedFolder, parseProperties, type Props, standaloneConfigDef } from "../herder/mod.ts";

/** The bytes of a file. @throws {ConfigError} naming it */
export async function readFile(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    throw new ConfigError(`Cannot read "${path}": ${whyNot(cause)}`, { cause });
  }
}

/** The keys of a worker's file. @throws {ConfigError} naming the file and what is wrong in it */
export async function readWorkerFile(path: string): Promise<Props> {
  const bytes = await readFile(path);
  try {
    const props = parseProperties(bytes);
    standaloneConfigDef.parse(props);
    return props;
  } catch (cause) {
    throw new ConfigError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** The folder of the embedded log that a worker's file names. @throws {ConfigError} when it names brokers */
export function logFolder(path: string, props: Props): string {
  const servers = standaloneConfigDef.parse(props)["bootstrap.servers"];
  const folder = embeddedFolder(servers);
  if (folder !== null) return folder;
  throw new ConfigError(
    `${path}: bootstrap.servers=${
      servers.join(",")
    }: only embedded:DIR can be used so far, brokers cannot`,
  );
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return (error as Error).message.split(":")[0];
}
