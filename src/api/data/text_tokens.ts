/** Cuts text into what lies between delimiters. Kafka: `Values.Parser`. */

const delimiters = new Set(':,{}[]"');

/** Text, token by token. `: , { } [ ] "` are tokens of their own unless a backslash stands before. */
export class TextTokens {
  /** The whole text. */
  readonly text: string;
  #at = 0;
  /** The token that was looked at but not taken. */
  #peeked: string | null = null;
  #last = "";

  /** Begins before the first token. */
  constructor(text: string) {
    this.text = text;
  }

  /** The token taken last. */
  get last(): string {
    return this.#last;
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
    this.#last = this.#peeked ?? this.#cut();
    this.#peeked = null;
    return this.#last;
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

  /** Takes the next token if it is this one, with white space around it or instead of it. */
  take(expected: string): boolean {
    if (!this.hasNext) return false;
    let token = (this.#peeked ?? this.#cut()).trim();
    while (token === "" && this.#at < this.text.length) token = this.#cut().trim();
    return this.#taken(token, expected);
  }

  /** Takes the next token if it is exactly this one. */
  takeExactly(expected: string): boolean {
    return this.hasNext && this.#taken(this.#peeked ?? this.#cut(), expected);
  }

  #taken(token: string, expected: string): boolean {
    const isExpected = token === expected;
    this.#peeked = isExpected ? null : token;
    if (isExpected) this.#last = token;
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
