/** Who may call the REST API from other origins. Jetty: `CrossOriginHandler`. */

import { invalid, JavaPattern } from "../../api/mod.ts";
import { reasonOf } from "../../base/mod.ts";

/** What is allowed from other origins. */
export interface CrossOrigin {
  /** Patterns of Java's, without regard to case; null allows any. */
  origins: readonly JavaPattern[] | null;
  /** The methods. */
  methods: readonly string[];
}

const methodsByDefault = ["GET", "POST", "HEAD"];

/** What `access.control.allow.*` says; null when nothing is allowed. @throws {ConfigError} for no pattern */
export function crossOriginOf(origins: string, methods: string): CrossOrigin | null {
  if (origins.trim() === "") return null;
  const patterns = partsOf(origins);
  return {
    origins: patterns.includes("*") ? null : patterns.map(patternOf),
    methods: methods.trim() === "" ? methodsByDefault : partsOf(methods),
  };
}

function partsOf(list: string): string[] {
  return list.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

function patternOf(text: string): JavaPattern {
  try {
    JavaPattern.compile(text);
  } catch (cause) {
    // The lines after the first show the pattern again.
    const [reason] = reasonOf(cause).split("\n");
    throw invalid("access.control.allow.origin", text, reason);
  }
  return JavaPattern.compile(`(?i)${text}`);
}
