/** A configuration with mistakes, all of them. */

import { ConfigError } from "../../base/mod.ts";
import type { Finding } from "./plugin_validation.ts";

/** A configuration that will not do, with all that is wrong with it. */
export class InvalidConfigError extends ConfigError {
  /** What is wrong, key by key. */
  readonly findings: readonly Finding[];

  /** With these mistakes; the message is that of the first unless told. */
  constructor(findings: readonly Finding[], message = findings[0].errorMessages[0]) {
    super(message);
    this.findings = findings;
  }
}

/** Throws when something is wrong. @throws {InvalidConfigError} */
export function refuse(findings: readonly Finding[], message?: string): void {
  const wrong = findings.filter(({ errorMessages }) => errorMessages.length > 0);
  if (wrong.length > 0) throw new InvalidConfigError(wrong, message);
}
