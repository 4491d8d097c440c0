/**
 * `connect top`: a worker's connectors and tasks, live. Where nobody looks at a terminal it is printed once.
 *
 * @module
 */

import { type Clock, ConfigError, ConnectError, reasonOf } from "../base/mod.ts";
import { print } from "./arguments.ts";
import { plainJson } from "./plain_text.ts";
import { healthOf } from "./remote.ts";
import type { RestClient } from "./rest_client.ts";
import { parseMetrics, taskFigures } from "./task_figures.ts";
import { linesOf, rowsOf, screenOf, type Sight } from "./top_screen.ts";
import { rootSchema, statusesOf, statusesSchema } from "./worker_answers.ts";

/** How long rates are measured when it is printed once, in milliseconds. */
const rateMs = 2000;
const intervalSecondsMax = 3600;

/** How `top` shows what it sees. */
export interface TopOptions {
  /** Once, for programs. */
  asJson: boolean;
  /** How often it looks, in milliseconds. */
  intervalMs: number;
}

/** Reads `--interval`. @throws {ConfigError} */
export function intervalMsOf(text: string | undefined): number {
  if (text === undefined) return 2000;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds >= 0.1 && seconds <= intervalSecondsMax) return seconds * 1000;
  throw new ConfigError(
    `--interval ${text}: it must be a number of seconds from 0.1 to ${intervalSecondsMax}`,
  );
}

/**
 * Shows a worker until the user ends it; once when that is no terminal, or as JSON.
 * @param client asks its REST API
 * @param admin asks its admin resources, wherever they are
 */
export async function top(
  client: RestClient,
  admin: RestClient,
  options: TopOptions,
  clock: Clock,
): Promise<void> {
  const looking = () => look(client, admin, clock);
  if (options.asJson || !Deno.stdout.isTerminal()) return await printOnce(looking, options, clock);
  const first = await looking();
  using terminal = new Terminal();
  await show(looking, first, terminal, options, clock);
}

async function printOnce(
  look: () => Promise<Sight>,
  { asJson }: TopOptions,
  clock: Clock,
): Promise<void> {
  let before: Sight | null = null;
  let now = await look();
  if (now.figures !== null) {
    before = now;
    await clock.sleep(rateMs);
    now = await look();
  }
  const rows = rowsOf(now, before);
  const { url, version, health } = now;
  print(
    asJson
      ? plainJson({ worker: { url, version, health }, rows })
      : `${linesOf(now, rows).join("\n")}\n`,
  );
}

async function show(
  look: () => Promise<Sight>,
  first: Sight,
  terminal: Terminal,
  { intervalMs }: TopOptions,
  clock: Clock,
): Promise<void> {
  let before: Sight | null = null;
  let now = first;
  let problem: string | null = null;
  const draw = () => {
    const lines = linesOf(now, rowsOf(now, before));
    terminal.write(screenOf(lines, terminal.size(), problem, !Deno.noColor));
  };
  terminal.onResize = draw;
  draw();
  while (true) {
    await clock.sleep(intervalMs, terminal.ended);
    if (terminal.ended.aborted) return;
    try {
      const next = await Promise.race([look(), terminal.end]);
      if (next === undefined) return;
      [before, now, problem] = [now, next, null];
    } catch (error) {
      const isTold = error instanceof ConnectError || error instanceof ConfigError;
      if (!isTold) throw error;
      // The worker may come back; what is shown is how it was.
      problem = reasonOf(error);
    }
    draw();
  }
}

async function look(client: RestClient, admin: RestClient, clock: Clock): Promise<Sight> {
  const { version } = await client.ask("/", rootSchema);
  const health = await healthOf(client);
  const connectors = statusesOf(await client.ask("/connectors?expand=status", statusesSchema));
  const metrics = await admin.askText("/metrics");
  const figures = metrics === null ? null : taskFigures(parseMetrics(metrics));
  return { url: client.url, version, health, connectors, figures, atMs: clock.monotonic() };
}

/**
 * The user's terminal while it is ours: its other screen, no cursor, keys as they are pressed. It is given back
 * however this ends, by a key, a signal or an error.
 */
class Terminal implements Disposable {
  readonly #end = new AbortController();
  /** Draws again when the window has another size. */
  onResize: () => void = () => {};
  /** Aborted when the user has enough. */
  readonly ended = this.#end.signal;
  /** The same, to wait for. */
  readonly end: Promise<undefined> = new Promise((resolve) => {
    this.#end.signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  readonly #signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  readonly #stop = () => this.#end.abort();
  readonly #resize = () => this.onResize();
  readonly #hasKeys = Deno.stdin.isTerminal();

  constructor() {
    for (const signal of this.#signals) Deno.addSignalListener(signal, this.#stop);
    Deno.addSignalListener("SIGWINCH", this.#resize);
    try {
      this.write("\x1b[?1049h\x1b[?25l");
      if (!this.#hasKeys) return;
      Deno.stdin.setRaw(true);
      void this.#readKeys();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** How many letters there is room for. */
  size(): { columns: number; rows: number } {
    const { columns, rows } = Deno.consoleSize();
    // A terminal that does not know says 0.
    return { columns: columns || 80, rows: rows || 24 };
  }

  /** Draws. */
  write(text: string): void {
    print(text);
  }

  [Symbol.dispose](): void {
    for (const signal of this.#signals) Deno.removeSignalListener(signal, this.#stop);
    Deno.removeSignalListener("SIGWINCH", this.#resize);
    try {
      if (this.#hasKeys) Deno.stdin.setRaw(false);
      print("\x1b[?25h\x1b[?1049l");
    } catch {
      // It has gone, and with it all that was to be given back.
    }
  }

  /** In raw mode Ctrl-C is a letter. */
  async #readKeys(): Promise<void> {
    const keys = new Uint8Array(64);
    const ends = [..."qQ\x03\x04"].map((key) => key.charCodeAt(0));
    while (!this.ended.aborted) {
      const count = await Deno.stdin.read(keys).catch(() => null);
      if (count === null || keys.subarray(0, count).some((key) => ends.includes(key))) this.#stop();
    }
  }
}
