/** Reads the files that a command names. */

import { ConfigError, localDisk, type Logger, type Secrets } from "../base/mod.ts";
import {
  ConfigVariables,
  InvalidConfigError,
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
    if (cause instanceof InvalidConfigError) {
      const [{ name, errorMessages }] = cause.findings;
      // REST is told of the whole configuration, or of all classes there are.
      const message = name === "connector.class" && cause.findings.length === 1
        ? `${name}: ${errorMessages[0]}`
        : cause.message;
      throw new InvalidConfigError(cause.findings, `${path}: ${message}`);
    }
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(`${path}: ${cause.message}`, { cause });
  }
}

/**
 * The properties of a worker, its variables resolved, and what resolves them; not checked yet.
 * @throws {ConfigError} naming the file and what is wrong in it
 */
export async function readWorkerProps(
  path: string,
  log: Logger,
  secrets: Secrets,
): Promise<{ props: Props; variables: ConfigVariables }> {
  const bytes = await readFile(path);
  const sources = { disk: localDisk, env: () => Deno.env.toObject(), log };
  return await inFile(
    path,
    () => ConfigVariables.open(parseProperties(bytes), sources, secrets),
  );
}

/** A worker's file. @throws {ConfigError} naming the file and what is wrong in it */
export async function readWorkerFile(
  path: string,
  log: Logger,
  secrets: Secrets,
): Promise<{ props: Props; config: StandaloneConfig; variables: ConfigVariables }> {
  const { props, variables } = await readWorkerProps(path, log, secrets);
  return { props, variables, config: await inFile(path, () => standaloneConfigDef.parse(props)) };
}

function whyNot(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return (error as Error).message.split(":")[0];
}
