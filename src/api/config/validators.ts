/** Checks for the values of keys. Kafka: the inner classes of `ConfigDef` that each names. */

import { ConfigError, reasonOf } from "../../base/mod.ts";
import { JavaPattern } from "../java/mod.ts";
import type { Validator } from "./config_def.ts";
import { invalid } from "./parse_type.ts";

/** Any check; `text` is how it is shown. Kafka: `LambdaValidator`. */
export function check(text: string, ensureValid: Validator["ensureValid"]): Validator {
  return { ensureValid, toString: () => text };
}

/** Several checks, one after the other. Kafka: `CompositeValidator`. */
export function allOf(...validators: readonly Validator[]): Validator {
  return check(validators.join(", "), (name, value) => {
    for (const validator of validators) validator.ensureValid(name, value);
  });
}

/** A number of at least `min`, and at most `max` if told. Kafka: `Range`. */
export function range(min: number, max?: number): Validator {
  const text = max === undefined ? `[${min},...]` : `[${min},...,${max}]`;
  return check(text, (name, value) => {
    if (value === null) throw invalid(name, value, "Value must be non-null");
    const number = value as number | bigint;
    if (number < min) throw invalid(name, number, `Value must be at least ${min}`);
    if (max !== undefined && number > max) {
      throw invalid(name, number, `Value must be no more than ${max}`);
    }
  });
}

/** One of these texts. Kafka: `ValidString`. */
export function oneOf(...allowed: readonly string[]): Validator {
  const list = allowed.join(", ");
  return check(`[${list}]`, (name, value) => {
    if (!allowed.includes(value as string)) {
      throw invalid(name, value, `String must be one of: ${list}`);
    }
  });
}

/** One of these texts, whatever the case of its letters. Kafka: `CaseInsensitiveValidString`. */
export function oneOfIgnoringCase(...allowed: readonly string[]): Validator {
  const upper = allowed.map((text) => text.toUpperCase());
  const list = upper.join(", ");
  return check(`(case insensitive) [${list}]`, (name, value) => {
    if (value === null || !upper.includes(String(value).toUpperCase())) {
      throw invalid(name, value, `String must be one of (case insensitive): ${list}`);
    }
  });
}

/** Anything but null. Kafka: `NonNullValidator`. */
export const nonNull: Validator = check("non-null string", (name, value) => {
  if (value === null) throw invalid(name, value, "entry must be non null");
});

/** Text that is not empty. Kafka: `NonEmptyString`. */
export const nonEmptyString: Validator = check("non-empty string", (name, value) => {
  if (value === "") throw invalid(name, value, "String must be non-empty");
});

/** Text that is not empty and can be shown. Kafka: `NonEmptyStringWithoutControlChars`. */
export const nonEmptyStringWithoutControlChars: Validator = check(
  "non-empty string without ISO control characters",
  (name, value) => {
    if (value === "") throw invalid(name, value, "String may not be empty");
    const control = [...value as string ?? ""].map((character) => character.codePointAt(0)!)
      .filter((code) => code < 0x20 || code >= 0x7f && code < 0xa0);
    if (control.length === 0) return;
    throw invalid(
      name,
      value,
      "String may not contain control sequences but had the following ASCII chars: " +
        control.join(", "),
    );
  },
);

/** What a {@linkcode validList} may be. */
export interface ValidListOptions {
  /** What its items may be; anything unless told. */
  of?: readonly string[];
  /** Whether it may be empty; it may unless told. */
  isEmptyAllowed?: boolean;
  /** Whether it may be null; it may not unless told. */
  isNullAllowed?: boolean;
}

/** A list of which no item is empty or stands twice. Kafka: `ValidList`. */
export function validList(options: ValidListOptions = {}): Validator {
  const { of, isEmptyAllowed = true, isNullAllowed = false } = options;
  const item = of === undefined ? null : oneOf(...of);
  const validator = check(item === null ? "" : item.toString(), (name, value) => {
    const wrong = (what: string) => new ConfigError(`Configuration '${name}' ${what}`);
    if (value === null) {
      if (isNullAllowed) return;
      throw wrong("values must not be null.");
    }
    const items = value as readonly string[];
    if (items.length === 0 && !isEmptyAllowed) {
      throw wrong(`must not be empty. Valid values include: ${item ?? "any non-empty value"}`);
    }
    if (new Set(items).size < items.length) throw wrong("values must not be duplicated.");
    for (const text of items) {
      if (text === "") throw wrong("values must not be empty.");
      item?.ensureValid(name, text);
    }
  });
  return { ...validator, leavesOutDuplicates: true };
}

/** A list of at most `size` items. Kafka: `ListSize`. */
export function listSizeMax(size: number): Validator {
  return check(`List containing maximum of ${size} elements`, (name, value) => {
    if (value === null || (value as readonly string[]).length <= size) return;
    throw invalid(name, value, `exceeds maximum list size of [${size}].`);
  });
}

/** A regular expression, as Java reads it. Kafka: `RegexValidator`. */
export const validRegex: Validator = check("valid regex", (name, value) => {
  // Kafka: says so with the text of a NullPointerException.
  if (value === null) throw invalid(name, value, "Invalid regex: null");
  try {
    JavaPattern.compile(value as string);
  } catch (cause) {
    throw invalid(name, value, `Invalid regex: ${reasonOf(cause)}`);
  }
});
