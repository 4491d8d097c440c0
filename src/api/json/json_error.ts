/**
 * Why text is not JSON, in the words of Kafka Connect's JSON library: they stand in dead letter queues, where
 * users look for them.
 *
 * @module
 */

const library = "com.fasterxml.jackson.core.";
const source = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); ";
const tokens = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";
const tokenCharsMax = 256;
const encoder = new TextEncoder();

/** Text that is not JSON. */
export class JsonSyntaxError extends SyntaxError {
  /** What Java calls it. */
  override name = `${library}JsonParseException`;
}

/** JSON that is longer or deeper than any that is read or written. */
export class JsonLimitError extends SyntaxError {
  /** What Java calls it. */
  override name = `${library}exc.StreamConstraintsException`;

  /**
   * `what` has `size`, of which `max` are allowed.
   * @param getter what Java asks for the limit
   */
  constructor(what: string, size: number, max: number, getter: string) {
    super(`${what} (${size}) exceeds the maximum allowed (${max}, from \`Stream${getter}()\`)`);
  }
}

/** A number that no decimal can be. */
export class JsonNumberError extends SyntaxError {
  /** What Java calls it. */
  override name = "java.lang.NumberFormatException";

  /** `text` is what is read. */
  constructor(text: string, reason: string) {
    super(
      `Value "${text}" can not be deserialized as \`java.math.BigDecimal\`, reason:  ${reason}`,
    );
  }
}

/** Text that ends too early. */
class JsonEndError extends JsonSyntaxError {
  override name = `${library}io.JsonEOFException`;
}

/** An array or object that is being read. */
export interface JsonContainer {
  /** What it is. */
  kind: "Array" | "Object";
  /** Where it begins. */
  start: number;
}

/** What is wrong with one text; places are counted in characters. */
export class JsonFaults {
  readonly #text: string;

  /** `text` is what is read. */
  constructor(text: string) {
    this.#text = text;
  }

  /** No value begins at `at`. `isFirst`: nothing stands in its container before it. */
  value(at: number, container: JsonContainer | null, isFirst: boolean): JsonSyntaxError {
    const char = this.#text[at];
    if (char === undefined) return this.#endInside(at, container!, isFirst);
    const isClose = char === "]" || char === "}";
    if (isClose && !(container?.kind === "Array" && char === "]") && !isEnd(container, char)) {
      return this.#close(at, container);
    }
    if (isClose || char === ",") return this.#char(at, "expected a value");
    if (char === "-" || char === "+") return this.#sign(at);
    if (char === "/") {
      const why = "(not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)";
      return this.#char(at, `maybe a (non-standard) comment? ${why}`);
    }
    if (/[\p{L}_$]/u.test(char)) return this.#token(at, at);
    return this.#char(at, `expected a valid value (${tokens})`);
  }

  /** No name begins at `at`. `isFirst`: nothing stands in the object before it. */
  name(at: number, object: JsonContainer, isFirst: boolean): JsonSyntaxError {
    if (at >= this.#text.length) return this.#endInside(at, object, isFirst);
    if (this.#text[at] === "]") return this.#close(at, object);
    return this.#char(at, "was expecting double-quote to start field name");
  }

  /** No colon stands at `at`. */
  colon(at: number): JsonSyntaxError {
    if (at >= this.#text.length) return this.#end(at, "within/between Object entries");
    return this.#char(at, "was expecting a colon to separate field name and value");
  }

  /** Neither a comma nor the end of the container stands at `at`. */
  comma(at: number, container: JsonContainer): JsonSyntaxError {
    const char = this.#text[at];
    if (char === undefined) return this.#endInside(at, container, true);
    if (char === "]" || char === "}") return this.#close(at, container);
    return this.#char(at, `was expecting comma to separate ${container.kind} entries`);
  }

  /** A number is followed by something at `at` that is not a part of it. */
  afterNumber(at: number): JsonSyntaxError {
    const char = this.#text[at];
    if (char === "." && !/\.\d*$/.test(this.#text.slice(0, at))) {
      const next = at + 1 < this.#text.length ? at + 1 : at;
      return this.#number(next, "Decimal point not followed by a digit");
    }
    if ((char === "e" || char === "E") && !/[eE][+-]?\d*$/.test(this.#text.slice(0, at))) {
      const end = /[eE][+-]?/y;
      end.lastIndex = at;
      end.exec(this.#text);
      if (end.lastIndex === this.#text.length) return this.#end(end.lastIndex, "in null");
      return this.#number(
        end.lastIndex,
        "Exponent indicator not followed by a digit",
      );
    }
    return this.#char(at, "Expected space separating root-level values");
  }

  /** A string does not end. */
  unended(isName: boolean): JsonSyntaxError {
    return this.#end(this.#text.length, isName ? "in field name" : "in VALUE_STRING");
  }

  /** Something between `from` and `to` may not stand in a string. */
  insideString(from: number, to: number, isName: boolean): JsonSyntaxError {
    for (let at = from; at < to; at++) {
      const code = this.#text.charCodeAt(at);
      if (code < 0x20) {
        const where = isName ? "name" : "string value";
        const what = `Illegal unquoted character ((CTRL-CHAR, code ${code})): has to be escaped`;
        return this.#error(`${what} using backslash to be included in ${where}`, at + 1);
      }
      if (code !== 0x5c) continue;
      const escaped = this.#text[++at];
      if (escaped !== "u") {
        if (`"\\/bfnrt`.includes(escaped)) continue;
        const what = `Unrecognized character escape ${named(escaped)}`;
        return this.#error(what, at + 1);
      }
      for (let digit = 0; digit < 4; digit++) {
        if (/[0-9a-fA-F]/.test(this.#text[++at])) continue;
        return this.#char(at, "expected a hex-digit for character escape sequence");
      }
    }
    throw new RangeError(`The string from ${from} to ${to} is sound`);
  }

  #sign(at: number): JsonSyntaxError {
    const char = this.#text[at];
    const next = this.#text[at + 1];
    if (next === "I") return this.#token(at, at + 1);
    if (char === "+") {
      const why = "JSON spec does not allow numbers to have plus signs: enable " +
        "`JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow";
      return this.#error(`Unexpected character ('+' (code 43)) in numeric value: ${why}`, at + 2);
    }
    if (next === undefined) return this.#end(at + 1, "in null");
    const why = "expected digit (0-9) to follow minus sign, for valid numeric value";
    return this.#number(at + 1, why);
  }

  #token(start: number, from: number): JsonSyntaxError {
    const part = /[\p{L}\p{Nd}_$]*/uy;
    part.lastIndex = from;
    const word = this.#text.slice(start, from) + part.exec(this.#text)![0];
    const end = start + word.length;
    if (/^-?(?:NaN|INF|Infinity)$/.test(word)) {
      const how = "enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow";
      return this.#error(`Non-standard token '${word}': ${how}`, end + 1);
    }
    const isLong = word.length >= tokenCharsMax;
    const text = isLong ? `${word.slice(0, tokenCharsMax)}...` : word;
    const column = isLong ? start + tokenCharsMax : Math.min(end + 1, this.#text.length);
    return this.#error(`Unrecognized token '${text}': was expecting (${tokens})`, column + 1);
  }

  #close(at: number, container: JsonContainer | null): JsonSyntaxError {
    const char = this.#text[at];
    const why = container === null
      ? `no open ${char === "]" ? "Array" : "Object"} to close`
      : `expected '${container.kind === "Array" ? "]" : "}"}' (for ${container.kind} starting at ` +
        `${this.#location(container.start + 1)})`;
    return this.#error(`Unexpected close marker '${char}': ${why}`, at + 1);
  }

  #endInside(at: number, { kind, start }: JsonContainer, isComplete: boolean): JsonSyntaxError {
    if (!isComplete) {
      return this.#error(`Unexpected end-of-input within/between ${kind} entries`, at + 1);
    }
    const marker = `(start marker at ${this.#location(start + 1)})`;
    return this.#end(at, `: expected close marker for ${kind} ${marker}`);
  }

  #end(at: number, where: string): JsonSyntaxError {
    const space = where.startsWith(":") ? "" : " ";
    const message = `Unexpected end-of-input${space}${where}`;
    return new JsonEndError(`${message}\n at ${this.#location(at + 1)}`);
  }

  #number(at: number, why: string): JsonSyntaxError {
    return this.#error(
      `Unexpected character (${named(this.#text[at])}) in numeric value: ${why}`,
      at + 1,
    );
  }

  #char(at: number, expected: string): JsonSyntaxError {
    const code = this.#text.charCodeAt(at);
    if (code < 0x20) {
      const why = "only regular white space (\\r, \\n, \\t) is allowed between tokens";
      return this.#error(`Illegal character ((CTRL-CHAR, code ${code})): ${why}`, at + 2);
    }
    return this.#error(`Unexpected character (${named(this.#text[at])}): ${expected}`, at + 1);
  }

  #error(message: string, end: number): JsonSyntaxError {
    return new JsonSyntaxError(`${message}\n at ${this.#location(end)}`);
  }

  /** Where the character before `end` stands, which may be beyond the text. Columns count bytes. */
  #location(end: number): string {
    const text = this.#text;
    const lineStart = end < 2 ? 0 : text.lastIndexOf("\n", end - 2) + 1;
    const line = text.slice(0, lineStart).split("\n").length;
    const bytes = encoder.encode(text.slice(lineStart, end)).length;
    const column = bytes + Math.max(0, end - text.length);
    return `${source}line: ${line}, column: ${column}]`;
  }
}

function isEnd(container: JsonContainer | null, char: string): boolean {
  return container?.kind === "Object" && char === "}";
}

function named(char: string): string {
  return `'${char}' (code ${char.charCodeAt(0)})`;
}
