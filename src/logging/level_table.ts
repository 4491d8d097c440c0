/** The levels of loggers: a tree by the dots in their names, in which what says nothing has its parent's level. */

import { type LoggerLevel, type LoggerLevels, NotFoundError } from "../base/mod.ts";

/** All levels, those first that let most through. Kafka: `org.apache.logging.log4j.Level`. */
export const levelNames = [
  "ALL",
  "TRACE",
  "DEBUG",
  "INFO",
  "WARN",
  "ERROR",
  "FATAL",
  "OFF",
] as const;

/** A logger's level, as log4j names it. */
export type Level = typeof levelNames[number];

/** What {@linkcode LevelTable} is made with. */
export interface LevelTableOptions {
  /** Wall time in milliseconds. */
  now(): number;
  /** The names of the loggers that are always there. */
  names: readonly string[];
  /** Is told that some level is another now. */
  onChanged(): void;
}

const rootName = "root";

/** The levels of all loggers. Kafka: `Loggers.Log4jLoggers`. */
export class LevelTable implements LoggerLevels {
  readonly #options: LevelTableOptions;
  readonly #names: Set<string>;
  /** The levels that were set; the root has one always. */
  readonly #set = new Map<string, Level>([[rootName, "INFO"]]);
  readonly #modifiedMs = new Map<string, number>();

  /** A table in which all loggers have the level INFO. */
  constructor(options: LevelTableOptions) {
    this.#options = options;
    this.#names = new Set(options.names);
  }

  /** The levels that were set, by the names of their loggers, which may be `root`. */
  get explicit(): ReadonlyMap<string, Level> {
    return this.#set;
  }

  /** Makes a logger known. */
  add(logger: string): void {
    if (logger !== rootName) this.#names.add(logger);
  }

  /** Replaces all levels, as at the start; nothing counts as modified. */
  reset(root: Level, levels: ReadonlyMap<string, Level>): void {
    this.#set.clear();
    this.#set.set(rootName, root);
    for (const [logger, level] of levels) {
      this.#set.set(canonical(logger), level);
      this.add(canonical(logger));
    }
    this.#options.onChanged();
  }

  /** The level that counts for a logger: its own, or its nearest parent's. */
  effective(logger: string): Level {
    for (let name = logger; name !== "";) {
      const level = this.#set.get(name);
      if (level !== undefined) return level;
      name = name.slice(0, Math.max(name.lastIndexOf("."), 0));
    }
    return this.#set.get(rootName)!;
  }

  /** Those that there are. Kafka: one that is OFF is not among them. */
  all(): Record<string, LoggerLevel> {
    const names = [...this.#names, rootName].filter((name) => this.effective(name) !== "OFF");
    return Object.fromEntries(names.sort().map((name) => [name, this.#levelOf(name)]));
  }

  /** That of one; null: there is no such logger. */
  level(logger: string): LoggerLevel | null {
    const name = canonical(logger);
    return name === rootName || this.#names.has(name) ? this.#levelOf(name) : null;
  }

  /** Sets that of a logger and of all under it. @throws {NotFoundError} when there is no such level */
  set(namespace: string, level: string): string[] {
    const wanted = levelOf(level);
    if (wanted === null) throw new NotFoundError(`invalid log level '${level}'.`);
    const name = canonical(namespace);
    this.add(name);
    const before = this.all();
    this.#set.set(name, wanted);
    for (const under of this.#set.keys()) if (isUnder(under, name)) this.#set.set(under, wanted);
    const changed = [...this.#names, rootName].filter((one) =>
      (one === name || isUnder(one, name)) && before[one]?.level !== this.effective(one)
    );
    for (const one of changed) this.#modifiedMs.set(one, this.#options.now());
    this.#options.onChanged();
    return changed.sort();
  }

  #levelOf(name: string): LoggerLevel {
    return { level: this.effective(name), last_modified: this.#modifiedMs.get(name) ?? null };
  }
}

/** The level of a name in any case, or null. */
export function levelOf(name: string): Level | null {
  const upper = name.toUpperCase();
  return levelNames.find((level) => level === upper) ?? null;
}

/** Whether a logger is below another. Kafka takes `a.bc` for one below `a.b`. */
function isUnder(logger: string, parent: string): boolean {
  return parent === rootName ? logger !== rootName : logger.startsWith(`${parent}.`);
}

function canonical(logger: string): string {
  return logger.toLowerCase() === rootName ? rootName : logger;
}
