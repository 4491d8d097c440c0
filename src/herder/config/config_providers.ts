/**
 * What stands behind `${provider:path:key}`: property files, folders of files, the environment. Kafka:
 * `FileConfigProvider`, `DirectoryConfigProvider`, `EnvVarConfigProvider`.
 *
 * @module
 */

import { isAbsolute, normalize } from "node:path/posix";
import { check, ConfigDef, JavaPattern, range } from "../../api/mod.ts";
import { ConfigError, type Disk, type Logger, loggers, named, reasonOf } from "../../base/mod.ts";
import { parsePropertiesText, type Props } from "./properties.ts";

/** Where providers look. */
export interface ProviderSources {
  /** The files. */
  disk: Pick<Disk, "open" | "readFile">;
  /** The environment's variables. */
  env: () => Readonly<Record<string, string>>;
  /** Where it is told that a path may not be read. */
  log: Logger;
}

/** What a provider has at a path. Kafka: `ConfigData`. */
export interface ConfigData {
  /** The values by their keys; those that are not there are left out. */
  data: ReadonlyMap<string, string>;
  /** How long they hold, in milliseconds; null: for ever. */
  ttlMs: number | null;
}

/** Gives values that a configuration names. */
export interface ConfigProvider {
  /** The values of these keys at a path, which is empty for `${provider:key}`. @throws {ConfigError} */
  get(path: string, keys: ReadonlySet<string>): Promise<ConfigData>;
}

type Read = (path: string, keys: ReadonlySet<string>) => Promise<Map<string, string>>;

const packageName = "org.apache.kafka.common.config.provider.";

/** The providers that there are, by the names that Kafka has for them. */
const makers: Readonly<Record<string, (params: Props, sources: ProviderSources) => Promise<Read>>> =
  { File: propertyFiles, Directory: folders, EnvVar: environment };

/** Whether this is the class of a provider, which is a plugin too, but has no keys to show. */
export function isConfigProvider(className: string): boolean {
  return Object.keys(makers).some((name) => className === `${packageName}${name}ConfigProvider`);
}

const ttlConfigDef = ConfigDef.of({
  // Kafka: its own providers never say how long a value holds.
  "ttl.ms": {
    type: "LONG",
    default: null,
    importance: "LOW",
    validator: check("[1,...]", (name, value) => {
      if (value !== null) range(1).ensureValid(name, value);
    }),
    doc: "How long values hold before they are looked up again; for ever unless set.",
  },
});

/**
 * Makes a provider.
 * @param classKey the key that names its class
 * @throws {ConfigError} when there is none of that class, or its parameters will not do
 */
export async function makeProvider(
  classKey: string,
  className: string,
  params: Props,
  sources: ProviderSources,
): Promise<ConfigProvider> {
  const simple = className.startsWith(packageName)
    ? className.slice(packageName.length)
    : className;
  const name = simple.replace(/ConfigProvider$/, "");
  if (!Object.hasOwn(makers, name) || simple === name && simple !== className) {
    throw new ConfigError(
      `Invalid value ${className} for configuration ${classKey}: Could not load config provider class ` +
        `or one of its dependencies: there are ${
          Object.keys(makers).map((one) => `${packageName}${one}ConfigProvider`).join(", ")
        }`,
    );
  }
  const { "ttl.ms": ttl } = ttlConfigDef.parse(params);
  const ttlMs = ttl === null ? null : Number(ttl);
  const read = await makers[name](params, sources);
  return { get: async (path, keys) => ({ data: await read(path, keys), ttlMs }) };
}

/** A path is that of a property file, in UTF-8, and keys are its keys. */
async function propertyFiles(params: Props, sources: ProviderSources): Promise<Read> {
  const { disk } = sources;
  const log = named(sources.log, { name: loggers.fileProvider });
  const isAllowed = await allowedPaths(params, sources);
  return async (path, keys) => {
    if (path === "" || !isAllowed(path)) return new Map();
    try {
      const bytes = await disk.readFile(path);
      if (bytes === null) throw new ConfigError("there is no such file");
      const props = parsePropertiesText(textOf(bytes));
      return new Map(Object.entries(props).filter(([key]) => keys.has(key)));
    } catch (cause) {
      log.error(`Could not read properties from file ${path}: ${reasonOf(cause)}`);
      throw new ConfigError(`Could not read properties from file ${path}`, { cause });
    }
  };
}

/** A path is that of a folder, and keys are the names of files in it, the whole content of which counts. */
async function folders(params: Props, sources: ProviderSources): Promise<Read> {
  const { disk } = sources;
  const log = named(sources.log, { name: loggers.directoryProvider });
  const isAllowed = await allowedPaths(params, sources);
  return async (path, keys) => {
    const found = new Map<string, string>();
    if (path === "" || !isAllowed(path)) return found;
    for (const key of keys) {
      if (key.includes("/") || ["", ".", ".."].includes(key)) continue;
      const file = `${path.replace(/\/+$/, "")}/${key}`;
      try {
        const bytes = await disk.readFile(file);
        if (bytes !== null) found.set(key, textOf(bytes));
      } catch (cause) {
        // Kafka: what is no folder has no files, and folders in it are none.
        if (isNoFile(cause)) continue;
        log.error(`Could not read file ${file} for property ${key}: ${reasonOf(cause)}`);
        throw new ConfigError(`Could not read file ${file} for property ${key}`, { cause });
      }
    }
    return found;
  };
}

/** There are no paths; keys are the names of variables, those that match as a whole. */
function environment(params: Props, { env }: ProviderSources): Promise<Read> {
  const key = "allowlist.pattern";
  const pattern = Object.hasOwn(params, key) ? JavaPattern.compile(params[key]) : null;
  return Promise.resolve((path, keys) => {
    if (path !== "") {
      throw new ConfigError(
        `Path is not supported for EnvVarConfigProvider, invalid value '${path}'`,
      );
    }
    const variables = env();
    const allowed = [...keys].filter((name) =>
      Object.hasOwn(variables, name) && (pattern === null || pattern.matches(name))
    );
    return Promise.resolve(new Map(allowed.map((name) => [name, variables[name]])));
  });
}

/**
 * Whether a path lies in one of those of `allowed.paths`. Links are followed wherever they lead, as in
 * Java: that is how secrets are mounted. Kafka: `AllowedPaths`.
 * @throws {ConfigError} for one that is not absolute or not there
 */
async function allowedPaths(
  params: Props,
  { disk, log }: ProviderSources,
): Promise<(path: string) => boolean> {
  const list = params["allowed.paths"] ?? "";
  if (list === "") return () => true;
  // As in Java, commas at the very end say nothing.
  const given = list.replace(/,+$/, "");
  const allowed: string[] = [];
  for (const one of given === "" ? [] : given.split(",")) {
    const path = one === "" ? "" : withoutSlash(normalize(one));
    if (!isAbsolute(path)) throw new ConfigError(`Path ${path} is not absolute`);
    if (!await exists(disk, path)) throw new ConfigError(`Path ${path} does not exist`);
    allowed.push(path);
  }
  return (path) => {
    const normal = withoutSlash(normalize(path));
    const isAllowed = allowed.some((one) =>
      one === "/" && isAbsolute(normal) || normal === one || normal.startsWith(`${one}/`)
    );
    if (!isAllowed) log.error(`The path ${path} is not allowed to be accessed`);
    return isAllowed;
  };
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

async function exists(disk: ProviderSources["disk"], path: string): Promise<boolean> {
  try {
    (await disk.open(path, "read")).close();
    return true;
  } catch (error) {
    return !isError(error, "NotFound") && !isError(error, "NotADirectory");
  }
}

/** Text in UTF-8. @throws {TypeError} for bytes that are none, as Java's readers do */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

/** Errors are known by their names: `Deno` itself is not for this room. */
function isError(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function isNoFile(error: unknown): boolean {
  return isError(error, "IsADirectory") || isError(error, "NotADirectory");
}
