/**
 * Writes lines where they may be slow to go, such as into a pipe: whoever logs never waits for it, and what
 * cannot be written, for nobody reads it or the disk is full, is lost, and its loss told when it can be.
 *
 * @module
 */

import type { Clock } from "../base/mod.ts";

/** How much may wait to be written, in characters. */
export const waitingCharsMax = 4 * 1024 * 1024;

/** What {@linkcode LineWriter} writes with. */
export interface LineWriterOptions {
  /** Writes some of the bytes. @returns how many */
  write(bytes: Uint8Array): Promise<number>;
  /** The line that tells how many were lost. */
  lossLine(lines: number): string;
  /** Time. */
  clock: Pick<Clock, "sleep">;
}

const encoder = new TextEncoder();

/** Writes lines, in their order. */
export class LineWriter {
  readonly #options: LineWriterOptions;
  #lines: string[] = [];
  #chars = 0;
  #lost = 0;
  /** Whether the last write ended within a line. */
  #isCut = false;
  #writing: Promise<void> | null = null;

  /** A writer with nothing to write. */
  constructor(options: LineWriterOptions) {
    this.#options = options;
  }

  /** Writes a line as soon as may be. */
  write(line: string): void {
    if (this.#chars + line.length > waitingCharsMax) return void this.#lost++;
    this.#lines.push(line);
    this.#chars += line.length;
    this.#writing ??= this.#writeAll();
  }

  /** Waits until all is written, but no longer than this. */
  async flush(waitMsMax: number): Promise<void> {
    if (this.#writing === null) return;
    const written = new AbortController();
    const late = this.#options.clock.sleep(waitMsMax, written.signal);
    await Promise.race([this.#writing, late]);
    written.abort();
  }

  async #writeAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const lines = this.#lines;
      this.#lines = [];
      const isWritten = await this.#tryWrite(lines);
      this.#chars -= lines.reduce((sum, { length }) => sum + length, 0);
      if (!isWritten) this.#lost += lines.length;
      else if (this.#lost > 0) {
        this.write(this.#options.lossLine(this.#lost));
        this.#lost = 0;
      }
    }
    this.#writing = null;
  }

  async #tryWrite(lines: readonly string[]): Promise<boolean> {
    const bytes = encoder.encode(`${this.#isCut ? "\n" : ""}${lines.join("\n")}\n`);
    let start = 0;
    try {
      while (start < bytes.length) start += await this.#options.write(bytes.subarray(start));
      this.#isCut = false;
      return true;
    } catch {
      if (start > 0) this.#isCut = true;
      return false;
    }
  }
}
