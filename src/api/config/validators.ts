/** Checks for the values of keys. Kafka: the inner classes of `ConfigDef` of like names. */

import { ConfigError } from "../../base/mod.ts";
import { invalid, type Validator } from "./config_def.ts";

function validator(text: string, ensureValid: Validator["ensureValid"]): Validator {
  return { ensureValid, toString: () => text };
}

/** A number of at least `min`, and at most `max` if told. */
export function range(min: number, max?: number): Validator {
  return validator(`[${min},...${max === undefined ? "" : `,${max}`}]`, (name, value) => {
    if (value === null) {
      throw new ConfigError(`Invalid value null for configuration ${name}: Value must be non-null`);
    }
    if ((value as number) < min) throw invalid(name, value, `Value must be at least ${min}`);
    if (max !== undefined && (value as number) > max) {
      throw invalid(name, value, `Value must be no more than ${max}`);
    }
  });
}

/** One of these texts. */
export function oneOf(...allowed: string[]): Validator {
  const list = allowed.join(", ");
  return validator(`[${list}]`, (name, value) => {
    if (!allowed.includes(value as string)) {
      throw invalid(name, value, `String must be one of: ${list}`);
    }
  });
}

/** Text that is not empty. */
export const nonEmptyString: Validator = validator("non-empty string", (name, value) => {
  if (value === "") throw invalid(name, value, "String must be non-empty");
});

/** One of these texts, whatever the case of its letters. */
export function oneOfIgnoringCase(...allowed: string[]): Validator {
  const list = allowed.join(", ");
  const upper = allowed.map((text) => text.toUpperCase());
  return validator(`(case insensitive) [${list}]`, (name, value) => {
    if (value === null || !upper.includes(String(value).toUpperCase())) {
      throw invalid(name, value, `String must be one of (case insensitive): ${list}`);
    }
  });
}

/** Any check; `text` is how it is shown. */
export function check(text: string, ensureValid: Validator["ensureValid"]): Validator {
  return validator(text, ensureValid);
}
