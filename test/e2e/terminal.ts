/**
 * A terminal with a program in it, as a user has it: `script` of util-linux makes one, which Debian and its kin
 * always have.
 */

import { until } from "./connect.ts";

/** Runs a program in a terminal until it is disposed of. */
export class Terminal implements AsyncDisposable {
  /** All that was shown so far. */
  shown = "";
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<void>;

  constructor(command: string, env: Record<string, string>, cwd = ".") {
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--flush", "--return", "--command", command, "/dev/null"],
      env: { TERM: "xterm", SHELL: "/bin/sh", ...env },
      cwd,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Presses keys. */
  async type(keys: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(keys));
  }

  /** Waits until something is shown. @returns what is shown by then */
  async until(pattern: RegExp): Promise<string> {
    await until(
      () => pattern.test(this.shown),
      () => `${pattern}: ${JSON.stringify(this.shown.slice(-2000))}`,
    );
    return this.shown;
  }

  /** Waits until the program has ended by itself. @returns its exit code */
  async end(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys.close().catch(() => {});
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended.
    }
    await this.end();
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      this.shown += text;
    }
  }
}
