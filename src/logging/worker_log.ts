/**
 * The log itself, which logtape carries: its categories are the loggers, its sink masks, formats and writes.
 * Every logger whose level was set has the sink of its own, so that a child may say more than its parent, as
 * in log4j. logtape's configuration is one for the whole process, and so is this.
 *
 * @module
 */

import {
  configureSync,
  getLogger,
  type LoggerConfig,
  type LogLevel as TapeLevel,
  type LogRecord,
} from "@logtape/logtape";
import {
  type Clock,
  isShownAt,
  type LoggerLevels,
  loggers,
  type LogLevel,
  type LogScope,
  type NamedLogger,
} from "../base/mod.ts";
import { type Level, LevelTable } from "./level_table.ts";
import { type Entry, type LineFormat, lineFormats } from "./line_formats.ts";
import { LineWriter } from "./line_writer.ts";

/** What may be held until it is known how to write it. */
const heldEntriesMax = 10_000;
/** How long the end waits for what is not written yet, in milliseconds. */
const closeMsMax = 1000;
/** The most characters of a logger's name; plugins' classes are named by users. */
const nameCharsMax = 255;

/** What a log is made with. */
export interface WorkerLogOptions {
  /** Time. */
  clock: Clock;
  /** Leaves out of a text what must not be shown. */
  mask(text: string): string;
  /** Writes some of the bytes. @returns how many */
  write(bytes: Uint8Array): Promise<number>;
  /** The level of all loggers. */
  level?: Level;
  /** Whether lines wait until {@linkcode WorkerLog.configure}, at most until {@linkcode WorkerLog.close}. */
  isHeld?: boolean;
}

/** How a worker's file wants the log. */
export interface LogConfig {
  /** What a line looks like. */
  format: LineFormat;
  /** The level of the root. */
  level: Level;
  /** The levels of loggers. */
  levels: ReadonlyMap<string, Level>;
}

/** The levels of logtape. Ours has no message that matters more than an error. */
const tapeLevels: Readonly<Record<Level, TapeLevel | null>> = {
  ALL: "trace",
  TRACE: "trace",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warning",
  ERROR: "error",
  FATAL: "fatal",
  OFF: null,
};

const shown: Readonly<Record<Level, LogLevel | null>> = {
  ALL: "debug",
  TRACE: "debug",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  ERROR: "error",
  FATAL: null,
  OFF: null,
};

/** The log of a process. */
export class WorkerLog {
  readonly #options: WorkerLogOptions;
  readonly #table: LevelTable;
  readonly #writer: LineWriter;
  readonly #watchers = new Set<() => void>();
  #held: Entry[] | null;
  #format: LineFormat = "text";

  /** A log that takes over from any other of this process. */
  constructor(options: WorkerLogOptions) {
    this.#options = options;
    this.#held = options.isHeld ? [] : null;
    const { clock, write } = options;
    this.#writer = new LineWriter({ write, clock, lossLine: (lines) => this.#lossLine(lines) });
    this.#table = new LevelTable({
      now: () => clock.now(),
      names: Object.values(loggers),
      onChanged: () => this.#levelsChanged(),
    });
    this.#table.reset(options.level ?? "INFO", new Map());
  }

  /** The log for whoever has no name of its own. */
  get log(): NamedLogger {
    return this.#logger({ name: loggers.connect });
  }

  /** The levels of its loggers. */
  get levels(): LoggerLevels {
    const table = this.#table;
    const log = this.#logger({ name: loggers.levels });
    return {
      all: () => table.all(),
      level: (logger) => table.level(logger),
      set(namespace, level) {
        const changed = table.set(namespace, level);
        log.info(`Setting level of namespace ${namespace} and children to ${level.toUpperCase()}`);
        return changed;
      },
    };
  }

  /** Writes from now on as this says, and what was held. */
  configure({ format, level, levels }: LogConfig): void {
    this.#format = format;
    const held = this.#held ?? [];
    this.#held = null;
    this.#table.reset(level, levels);
    for (const entry of held) {
      const level = entry.level.toLowerCase() as LogLevel;
      if (isShownAt(level, shown[this.#table.effective(entry.logger)])) this.#write(entry);
    }
  }

  /** Waits until what was said is written, but not for long. */
  async close(): Promise<void> {
    if (this.#held !== null) {
      const level = this.#table.effective("");
      this.configure({ format: this.#format, level, levels: new Map() });
    }
    await this.#writer.flush(closeMsMax);
  }

  #logger(scope: LogScope): NamedLogger {
    const name = scope.name!.slice(0, nameCharsMax);
    const { connector, task } = scope;
    const logger = getLogger(categoryOf(name)).with({ connector, task });
    const table = this.#table;
    const watchers = this.#watchers;
    table.add(name);
    return {
      debug: (message) => logger.debug(message),
      info: (message) => logger.info(message),
      warn: (message) => logger.warn(message),
      error: (message) => logger.error(message),
      named: (inner) => this.#logger({ ...scope, ...inner }),
      get level() {
        return shown[table.effective(name)];
      },
      watchLevel(signal, onChanged) {
        watchers.add(onChanged);
        signal.addEventListener("abort", () => watchers.delete(onChanged), { once: true });
      },
    };
  }

  #levelsChanged(): void {
    const levels: LoggerConfig<"out", never>[] = [];
    for (const [name, level] of this.#table.explicit) {
      // Nobody logs by such a name.
      if (name.length > nameCharsMax) continue;
      const category = name === "root" ? [] : categoryOf(name);
      const lowestLevel = this.#held === null ? tapeLevels[level] : "trace";
      levels.push({ category, sinks: ["out"], parentSinks: "override", lowestLevel });
    }
    configureSync({
      reset: true,
      sinks: { out: (record) => this.#take(record) },
      loggers: [
        ...levels,
        // What logtape has to say of itself is nobody's business here.
        { category: ["logtape", "meta"], sinks: [], parentSinks: "override", lowestLevel: null },
      ],
    });
    for (const onChanged of this.#watchers) onChanged();
  }

  #take({ level, category, rawMessage, properties }: LogRecord): void {
    const { connector, task } = properties as { connector?: string; task?: number };
    const entry: Entry = {
      timeMs: this.#options.clock.now(),
      level: level === "warning" ? "WARN" : level.toUpperCase(),
      logger: category.join("").slice(1),
      message: String(rawMessage),
      ...connector === undefined ? {} : { connector, task },
    };
    if (this.#held === null) this.#write(entry);
    else if (this.#held.length < heldEntriesMax) this.#held.push(entry);
  }

  /** Secrets are left out last, so that none passes in whatever way. */
  #write({ message, ...rest }: Entry): void {
    const line = lineFormats[this.#format]({ ...rest, message: this.#options.mask(message) });
    this.#writer.write(line);
  }

  #lossLine(lines: number): string {
    const message = `${lines} line(s) of the log could not be written, and are lost`;
    const timeMs = this.#options.clock.now();
    return lineFormats[this.#format]({ timeMs, level: "WARN", logger: loggers.connect, message });
  }
}

/** Each part keeps its dot: one that is called `constructor` is then no property of objects. */
function categoryOf(name: string): string[] {
  return name.split(".").map((part) => `.${part}`);
}
