/**
 * Where a standalone worker keeps the connectors that were made or changed while it ran.
 *
 * The file is JSON: `{"version": 1, "connectors": [{"name", "config", "target_state", "file"}]}`, with
 * configurations as they were given, variables and all. `file` is what the connector's file said when its
 * connector was changed: once it says something else, it counts again. A `config` of null stands for a connector
 * of a file that was deleted.
 *
 * @module
 */

import * as v from "valibot";
import {
  ConfigError,
  ConnectError,
  type Disk,
  folderOf,
  reasonOf,
  replaceFile,
} from "../base/mod.ts";

/** Names are kept as they are, such as `__proto__`, which a record of valibot's would leave out. */
const Config = v.custom<Record<string, string>>(
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === "string"),
  "must be an object of strings",
);

/** What is kept of a connector. */
const StoredConnector = v.strictObject({
  /** As configured, with variables; null: it was deleted, but there is a file of it. */
  config: v.nullable(Config),
  /** What it is meant to do. */
  target_state: v.picklist(["STARTED", "PAUSED", "STOPPED"]),
  /** What its file said; null: it has none. */
  file: v.nullable(Config),
});

const Stored = v.strictObject({
  version: v.literal(1),
  connectors: v.array(v.strictObject({ name: v.string(), ...StoredConnector.entries })),
});

/** A connector that was made or changed while the worker ran. */
export type StoredConnector = v.InferOutput<typeof StoredConnector>;

/** The connectors that were made or changed while a worker ran. */
export interface ConnectorStore {
  /** They, by their names. */
  readonly connectors: ReadonlyMap<string, StoredConnector>;
  /** Keeps one, or forgets it (null); resolves once that is durable. @throws {ConnectError} when it is not */
  put(name: string, connector: StoredConnector | null): Promise<void>;
}

/** A file of connectors. One call of {@linkcode put} at a time. */
export class FileConnectorStore implements ConnectorStore {
  readonly #disk: Disk;
  readonly #path: string;
  #connectors: ReadonlyMap<string, StoredConnector>;

  private constructor(disk: Disk, path: string, connectors: Map<string, StoredConnector>) {
    this.#disk = disk;
    this.#path = path;
    this.#connectors = connectors;
  }

  /** Opens the file, which need not be there yet. @throws {ConfigError} when it cannot be used; it is left alone */
  static async open(disk: Disk, path: string): Promise<FileConnectorStore> {
    try {
      const bytes = await disk.readFile(path);
      const connectors = bytes === null || bytes.length === 0 ? [] : parse(bytes);
      const named = new Map<string, StoredConnector>();
      for (const { name, ...connector } of connectors) {
        if (named.has(name)) throw new Error(`there are two connectors "${name}"`);
        named.set(name, connector);
      }
      return new FileConnectorStore(disk, path, named);
    } catch (cause) {
      const what = `The connectors file "${path}" (config.storage.file.filename) cannot be used`;
      throw new ConfigError(`${what}: ${reasonOf(cause)}`, { cause });
    }
  }

  /** They, by their names. */
  get connectors(): ReadonlyMap<string, StoredConnector> {
    return this.#connectors;
  }

  /** Keeps one, or forgets it (null); resolves once that is durable. @throws {ConnectError} when it is not */
  async put(name: string, connector: StoredConnector | null): Promise<void> {
    const next = new Map(this.#connectors);
    if (connector !== null) next.set(name, connector);
    else if (!next.delete(name)) return;
    const connectors = [...next].map(([name, connector]) => ({ name, ...connector }));
    const text = JSON.stringify({ version: 1, connectors }, null, 2) + "\n";
    try {
      await this.#disk.makeDirectory(folderOf(this.#path));
      // Configurations may hold passwords.
      await replaceFile(this.#disk, this.#path, text, "private");
    } catch (cause) {
      const what = `Cannot write the connectors file "${this.#path}"`;
      throw new ConnectError(`${what}: ${reasonOf(cause)}`, { cause });
    }
    this.#connectors = next;
  }
}

function parse(bytes: Uint8Array): v.InferOutput<typeof Stored>["connectors"] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // What the platform says quotes the file, which may hold secrets.
    throw new Error("it is not sound JSON");
  }
  const parsed = v.safeParse(Stored, json);
  if (parsed.success) return parsed.output.connectors;
  const [{ message, path = [] }] = parsed.issues;
  throw new Error(`${path.map(({ key }) => String(key)).join(".") || "it"}: ${message}`);
}
