/** Values that config providers gave, and how they are kept out of what people see. */

/** A value shorter than this is hidden only where it stands alone, or it would hide parts of words. */
const aloneLengthMax = 4;

/**
 * All values that were looked up while this process runs. In any text that is shown they give way to
 * the variables that stand for them: `${file:/etc/secrets:password}`.
 */
export class Secrets {
  readonly #values = new Map<string, string>();
  readonly #variables = new Map<string, string>();
  #pattern: RegExp | null = null;

  /** With these values, each beside its variable. */
  constructor(values: Iterable<readonly [value: string, variable: string]> = []) {
    for (const [value, variable] of values) this.add(value, variable);
  }

  /** Takes note of a value, and of the variable that stands for it. */
  add(value: string, variable: string): void {
    this.#values.set(value, variable);
    for (const form of formsOf(value)) {
      if (!isTelling(form) || this.#variables.has(form)) continue;
      this.#variables.set(form, variable);
      this.#pattern = null;
    }
  }

  /** The values that JSON text holds, for whoever is given that text, each beside its variable. */
  within(json: string): [value: string, variable: string][] {
    return [...this.#values].filter(([value]) => {
      return value !== "" && json.includes(JSON.stringify(value).slice(1, -1));
    });
  }

  /** The text without any of the values. */
  mask(text: string): string {
    if (this.#variables.size === 0) return text;
    this.#pattern ??= patternOf([...this.#variables.keys()]);
    return text.replaceAll(this.#pattern, (found) => this.#variables.get(found)!);
  }
}

/** A value as it stands in messages: as it is, a line of it, trimmed, inside JSON, in a URL, in base64. */
function formsOf(value: string): Set<string> {
  const forms = new Set([value, value.trim()]);
  // A line of a key in PEM tells a part of it; a short line, such as `}`, tells nothing.
  for (const line of value.split(/\r\n|\r|\n/)) if (line.trim().length >= 8) forms.add(line.trim());
  for (const form of [...forms]) {
    forms.add(JSON.stringify(form).slice(1, -1));
    forms.add(encodeURIComponent(form.toWellFormed()));
    forms.add(new TextEncoder().encode(form).toBase64());
  }
  return forms;
}

/** Whether a value can be a secret at all: there is none in `true`, `1` or nothing. */
function isTelling(value: string): boolean {
  return value.length > 1 && !/^(?:-?\d{1,3}|true|false|none|null)$/i.test(value);
}

/** The longest first, for one may be a part of another. */
function patternOf(values: readonly string[]): RegExp {
  const sources = values.toSorted((a, b) => b.length - a.length).map((value) => {
    const source = RegExp.escape(value);
    return value.length < aloneLengthMax
      ? `(?<![\\p{L}\\p{N}])${source}(?![\\p{L}\\p{N}])`
      : source;
  });
  return new RegExp(sources.join("|"), "gu");
}
