/**
 * Who may use the REST API: Kafka's `BasicAuthSecurityRestExtension` with its `PropertyFileLoginModule`.
 *
 * @module
 */

import { ConfigError, type Disk, type Logger, reasonOf } from "../../base/mod.ts";
import { type JaasEntry, parseJaasFile } from "./jaas.ts";
import { parseProperties } from "./properties.ts";
import type { RestAdditions } from "./rest_additions.ts";

/** Users and their passwords. */
export interface RestLogin {
  /** Passwords by users; null lets anybody in, as Kafka does where a file has no users. */
  passwords: ReadonlyMap<string, readonly string[]> | null;
  /** Users that may only look. */
  readOnlyUsers: ReadonlySet<string>;
}

/** Where files and the environment are. */
export interface LoginSources {
  /** The content of a file, or null when there is none. */
  readFile: Disk["readFile"];
  /** A variable of the environment. */
  env(name: string): string | undefined;
  /** Where it is told what is dangerous. */
  log: Logger;
}

const packageName = "org.apache.kafka.connect.rest.basic.auth.extension";
const extension = "BasicAuthSecurityRestExtension";
const loginModule = "PropertyFileLoginModule";
const section = "KafkaConnect";
const fileKey = "rest.basic.auth.jaas.config.file";
const usersKey = "rest.basic.auth.read.only.users";

/**
 * What `rest.extension.classes` and the files behind it say; null when everybody may do everything.
 * @throws {ConfigError} naming what will not do, without a password
 */
export async function restLogin(
  extensions: readonly string[],
  additions: RestAdditions,
  sources: LoginSources,
): Promise<RestLogin | null> {
  const others = extensions.filter((name) => !isNamed(name, extension));
  if (others.length > 0) {
    throw new ConfigError(
      "Failed to find any class that implements interface " +
        `org.apache.kafka.connect.rest.ConnectRestExtension and which name matches ${others[0]}; ` +
        `there is ${packageName}.${extension}`,
    );
  }
  const readOnlyUsers = new Set(additions[usersKey]);
  if (extensions.length === 0) {
    const orphan = additions[fileKey] !== null ? fileKey : readOnlyUsers.size > 0 ? usersKey : null;
    if (orphan === null) return null;
    throw new ConfigError(`${orphan} needs rest.extension.classes=${packageName}.${extension}`);
  }
  const path = additions[fileKey] ?? pathOfOptions(sources.env("KAFKA_OPTS") ?? "");
  if (path === null) {
    throw new ConfigError(
      `${extension} needs a file with the JAAS section ${section}: in ${fileKey}, or in ` +
        "-Djava.security.auth.login.config of the environment's KAFKA_OPTS",
    );
  }
  const passwords = await passwordsOf(path, sources);
  for (const user of readOnlyUsers) {
    if (passwords?.has(user)) continue;
    throw new ConfigError(`${usersKey}: there is no user ${user} in the files of ${path}`);
  }
  return { passwords, readOnlyUsers };
}

/** What a JVM would be told. The last one counts. */
function pathOfOptions(options: string): string | null {
  const found = options.matchAll(
    /-Djava\.security\.auth\.login\.config==?(?:"([^"]*)"|'([^']*)'|(\S*))/g,
  );
  const [, double, single, plain] = [...found].at(-1) ?? [];
  return double ?? single ?? plain ?? null;
}

/** Kafka: a login module that does not know a user is passed over, whatever its flag: one of them is enough. */
async function passwordsOf(
  path: string,
  sources: LoginSources,
): Promise<ReadonlyMap<string, readonly string[]> | null> {
  const users = new Map<string, string[]>();
  let isOpen = false;
  for (const entry of await entriesOf(path, sources)) {
    const file = usersFileOf(path, entry);
    const found = parseProperties(await bytesOf(file, `the file of ${loginModule}`, sources));
    if (Object.keys(found).length === 0) {
      sources.log.warn(
        `Credential properties file '${file}' is empty; all requests will be permitted`,
      );
      isOpen = true;
    }
    for (const [user, password] of Object.entries(found)) {
      users.set(user, [...users.get(user) ?? [], password]);
    }
  }
  return isOpen ? null : users;
}

async function entriesOf(path: string, sources: LoginSources): Promise<JaasEntry[]> {
  const text = new TextDecoder().decode(await bytesOf(path, "the JAAS file", sources));
  let sections: Map<string, JaasEntry[]>;
  try {
    sections = parseJaasFile(text);
  } catch (cause) {
    throw new ConfigError(`Cannot use the JAAS file ${path}: ${reasonOf(cause)}`, { cause });
  }
  const entries = sections.get(section) ?? sections.get("other") ?? [];
  if (entries.length > 0) return entries;
  throw new ConfigError(
    `Cannot use the JAAS file ${path}: No LoginModules configured for ${section}`,
  );
}

function usersFileOf(path: string, { module, options }: JaasEntry): string {
  if (!isNamed(module, loginModule)) {
    throw new ConfigError(
      `Cannot use the JAAS file ${path}: there is no login module ${module}, only ` +
        `${packageName}.${loginModule}`,
    );
  }
  if ((options.file ?? "").trim() !== "") return options.file;
  throw new ConfigError(
    `Cannot use the JAAS file ${path}: Property Credentials file must be specified`,
  );
}

async function bytesOf(
  path: string,
  what: string,
  { readFile }: LoginSources,
): Promise<Uint8Array> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ConfigError(`Cannot read ${what}, ${path}: ${reasonOf(cause)}`, { cause });
  }
  if (bytes === null) throw new ConfigError(`Cannot read ${what}, ${path}: there is no such file`);
  return bytes;
}

function isNamed(name: string, className: string): boolean {
  return name === className || name === `${packageName}.${className}`;
}
