/**
 * A Web Worker as its owner sees it: given its permissions and nothing else, its messages checked, its
 * end reported once, whatever way it ends.
 *
 * @module
 */

import * as v from "valibot";
import { type Logger, loggers, named, systemClock } from "../base/mod.ts";
import { type CountsMessage, FromTask, LogMessage, type ToTask } from "../task/mod.ts";
import { lackOfFiles } from "./open_files.ts";
import type { GrantedPermissions } from "./permissions.ts";
import { javaClassOfName } from "./plugin_registry.ts";
import { ReceivedLog, type SourceLogs } from "./received_log.ts";
import type { WorkerInit } from "./worker.ts";

/** The end of a Web Worker, which is common to all protocols, as is what it says in the log. */
const Failed = v.strictObject({ type: v.literal("failed"), trace: v.string() });

/** How a Web Worker is made. */
export interface SandboxedWorkerOptions<M> {
  /** What it is to do. */
  init: WorkerInit;
  /** What it may reach. */
  permissions: GrantedPermissions;
  /** What its messages must be. */
  schema: v.GenericSchema<unknown, M>;
  /** A name for messages and debuggers: `local-file-source-0`. */
  name: string;
  /** Where what is said in it goes. */
  logs: SourceLogs;
  /** Takes a message. */
  onMessage(message: M): void;
  /** It has failed, and is terminated: called at most once, and nothing comes after it. */
  onFailed(trace: string): void;
}

/** The entry: beside this file when run from source, in a folder below the bundle in the executable. */
const entry = new URL(
  import.meta.url.endsWith(".ts") ? "./worker.ts" : "./sandbox/worker.js",
  import.meta.url,
);

/** How the Web Workers of this process have fared. */
export const webWorkers = {
  /** How many there are. */
  alive: 0,
  /** How many there have been. */
  started: 0,
  /** How many have ended because something failed. */
  failed: 0,
  /** How many have said nothing yet. */
  starting: 0,
};

/** A Web Worker. */
export class SandboxedWorker<M> {
  readonly #options: SandboxedWorkerOptions<M>;
  /** Null when there was no room for it. */
  readonly #worker: Worker | null;
  readonly #log: ReceivedLog;
  #isStarting = true;
  /** Aborts at its end. */
  readonly #end = new AbortController();

  /** Starts it; what goes wrong is told by `onFailed`. */
  constructor(options: SandboxedWorkerOptions<M>) {
    this.#options = options;
    this.#log = new ReceivedLog(options.logs);
    const lack = lackOfFiles(webWorkers);
    this.#worker = lack === null ? this.#start() : null;
    webWorkers.alive++;
    webWorkers.started++;
    webWorkers.starting++;
    if (lack !== null) {
      queueMicrotask(() => this.#fail(`Error: Cannot start ${options.name}: ${lack}`));
      return;
    }
    this.send({ ...options.init, levels: this.#log.levels });
    this.#log.watchLevels(this.#end.signal, (levels) => this.send({ type: "logLevels", levels }));
  }

  #start(): Worker {
    const { name, permissions: { read, write, net, env } } = this.#options;
    const permissions = {
      read,
      write,
      net,
      env,
      run: false,
      sys: false,
      ffi: false,
      import: false,
    };
    const options = { type: "module", name, deno: { permissions } };
    const worker = new Worker(entry, options as WorkerOptions);
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onmessageerror = () => this.#fail("Error: a message could not be read");
    worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(event.message);
    };
    return worker;
  }

  /** Sends it a message, and makes buffers its own; once it has ended nothing happens. */
  send(message: unknown, transfer: Transferable[] = []): void {
    if (!this.hasEnded) this.#worker?.postMessage(message, transfer);
  }

  /** Ends it at once, even in the midst of a loop. */
  terminate(): void {
    if (!this.hasEnded) webWorkers.alive--;
    this.#hasStarted();
    this.#end.abort();
    this.#worker?.terminate();
  }

  /** Whether it has. */
  get hasEnded(): boolean {
    return this.#end.signal.aborted;
  }

  #hasStarted(): void {
    if (this.#isStarting) webWorkers.starting--;
    this.#isStarting = false;
  }

  #receive(data: unknown): void {
    if (this.hasEnded) return;
    this.#hasStarted();
    const { schema } = this.#options;
    switch ((data as { type?: unknown } | null)?.type) {
      case "log":
        return this.#parse(LogMessage, data, (message) => this.#log.take(message));
      case "failed":
        return this.#parse(Failed, data, ({ trace }) => this.#fail(trace));
      default:
        return this.#parse(schema, data, (message) => this.#options.onMessage(message));
    }
  }

  #parse<T>(schema: v.GenericSchema<unknown, T>, data: unknown, take: (message: T) => void): void {
    const parsed = v.safeParse(schema, data);
    if (parsed.success) return take(parsed.output);
    const [{ message, path }] = parsed.issues;
    const where = path === undefined ? "" : ` (${path.map(({ key }) => String(key)).join(".")})`;
    this.#fail(`Error: ${this.#options.name} broke the protocol of its Worker: ${message}${where}`);
  }

  #fail(trace: string): void {
    if (this.hasEnded) return;
    webWorkers.failed++;
    this.terminate();
    this.#options.onFailed(trace);
  }
}

/** How a task is started. */
export interface TaskWorkerOptions
  extends Pick<SandboxedWorkerOptions<FromTask>, "permissions" | "onMessage" | "onFailed"> {
  /** What to run. */
  spec: Extract<WorkerInit, { role: "task" }>["spec"];
  /** Plugin files from outside. */
  files: readonly string[];
  /** Where what is said in it goes. */
  log: Logger;
}

/** How long a task may take to tell its counts, in milliseconds; one that loops does not. */
const countsMsMax = 300;

/** A task in its Web Worker. */
export class TaskWorker {
  readonly #worker: SandboxedWorker<FromTask>;
  #counts: CountsMessage | null = null;
  /** Aborts when it tells its counts, which it is asked for. */
  #counted: AbortController | null = null;

  /** Starts it. */
  constructor({ spec, files, log, ...options }: TaskWorkerOptions) {
    this.#worker = new SandboxedWorker<FromTask>({
      ...options,
      onMessage: (message) => {
        if (message.type !== "counts") return options.onMessage(message);
        this.#counts = message;
        this.#counted?.abort();
      },
      init: { role: "task", files, spec },
      schema: FromTask,
      name: `${spec.connector}-${spec.task}`,
      logs: logsOf(spec, log),
    });
  }

  /** What it has done so far, or had when it told last; null: it has never told. */
  async counts(): Promise<CountsMessage | null> {
    // Whoever asks meanwhile hears the same, for greatest values are told once.
    if (this.#counted === null) this.#worker.send({ type: "count" });
    this.#counted ??= new AbortController();
    const { signal } = this.#counted;
    await systemClock.sleep(this.#worker.hasEnded ? 0 : countsMsMax, signal);
    this.#counted = null;
    return this.#counts;
  }

  /** Sends it a message. */
  send(message: ToTask, transfer?: Transferable[]): void {
    this.#worker.send(message, transfer);
  }

  /** Ends it at once. */
  terminate(): void {
    this.#worker.terminate();
  }
}

/** The loggers of a task. Java: a connector's task is most often called as it is. */
function logsOf({ kind, className, connector, task }: TaskWorkerOptions["spec"], log: Logger) {
  const of = (name: string) => named(log, { name, connector, task });
  const plugin = javaClassOfName(kind, className).replace(/Connector$/, "Task");
  const loop = kind === "source" ? loggers.sourceTask : loggers.sinkTask;
  return { plugin: of(plugin), task: of(loop), errors: of(loggers.errors) };
}
