/** Cuts text into what lies between delimiters. Kafka: `Values.Parser`. */

import { trimJava } from "../java/mod.ts";

const delimiters = new Set(':,{}[]"');

/** Text, token by token. `: , { } [ ] "` are tokens of their own unless a backslash stands before. */
export class TextTokens {
  /** The whole text. */
  readonly text: string;
  #at = 0;
  /** The token that was looked at but not taken. */
  #peeked: string | null = null;

  /** Begins before the first token. */
  constructor(text: string) {
    this.text = text;
  }

  /** Whether there is another token. */
  get hasNext(): boolean {
    return this.#peeked !== null || this.#at < this.text.length;
  }

  /** Where the next token begins. */
  get position(): number {
    return this.#at - (this.#peeked?.length ?? 0);
  }

  /** Goes back to where a token begins. */
  rewind(position: number): void {
    this.#at = position;
    this.#peeked = null;
  }

  /** Takes the next token. */
  next(): string {
    const token = this.#peeked ?? this.#cut();
    this.#peeked = null;
    return token;
  }

  /** Takes the next `count` tokens as one, or null and none when there are not as many. */
  nextAsOne(count: number): string | null {
    const start = this.position;
    for (let i = 0; i < count; i++) {
      if (!this.hasNext) {
        this.rewind(start);
        return null;
      }
      this.next();
    }
    return this.text.slice(start, this.position);
  }

  /** Takes the next token if it is this one, with white space around it; white space alone is passed over. */
  take(expected: string): boolean {
    if (!this.hasNext) return false;
    let token = this.#peeked ?? this.#cut();
    let trimmed = trimJava(token);
    while (trimmed === "" && this.#at < this.text.length) {
      token = this.#cut();
      trimmed = trimJava(token);
    }
    const isExpected = trimmed === expected;
    this.#peeked = isExpected ? null : token;
    return isExpected;
  }

  #cut(): string {
    const start = this.#at;
    let escaped = false;
    for (; this.#at < this.text.length; this.#at++) {
      const char = this.text[this.#at];
      if (!escaped && delimiters.has(char)) {
        if (start === this.#at) this.#at++;
        return this.text.slice(start, this.#at);
      }
      escaped = char === "\\" && !escaped;
    }
    return this.text.slice(start);
  }
}
