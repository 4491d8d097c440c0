/**
 * Paths to fields inside structs and maps (KIP-821): what `field.syntax.version` makes of the name of a
 * field. Kafka: `SingleFieldPath` and `FieldSyntaxVersion`.
 *
 * ```
 * V1: the whole text is the name of one field
 * V2: path   = step *("." step)
 *     step   = quoted / plain
 *     plain  = what begins with no backtick, up to the next dot
 *     quoted = "`" name "`", up to the first backtick that the end or a dot follows, and no "\" stands before
 * ```
 *
 * Inside `quoted` a dot is part of the name, and so is a backtick that neither the end nor a dot follows; "\"
 * is taken away where it stands before a backtick that a dot follows, and is part of the name elsewhere.
 *
 * @module
 */

import { ConfigError, DataError } from "../../base/mod.ts";
import { requireMap, requireStruct } from "./requirements.ts";
import type { Field, Schema } from "./schema.ts";
import type { Struct } from "./struct.ts";

/** How the text of a path is read: as one name, or step by step. */
export type FieldSyntax = "V1" | "V2";

const purpose = "nested field access";

/** The way to one field. */
export class FieldPath {
  /** The names of the fields on the way. */
  readonly #parents: readonly string[];
  /** Null in a path without a step. */
  readonly #last: string | null;

  /** Reads the text of a path. @throws {ConfigError} for a backtick without its end */
  constructor(text: string, syntax: FieldSyntax) {
    const steps = syntax === "V1" ? [text] : stepsOf(text);
    this.#parents = steps.slice(0, -1);
    this.#last = steps.at(-1) ?? null;
  }

  /** The field that the path leads to in a schema, or null. @throws {DataError} where the way leads through no struct */
  fieldIn(schema: Schema): Field | null {
    let current = schema;
    for (const name of this.#parents) {
      const field = current.field(name);
      if (field === null) return null;
      current = field.schema;
    }
    return current.field(this.#lastStep());
  }

  /**
   * The value that the path leads to in a struct, or null. Defaults stand in for structs on the way; for
   * the value itself only with `usesDefault`.
   *
   * @throws {DataError} where the way leads through no struct
   */
  valueIn(struct: Struct, usesDefault: boolean): unknown {
    let current = struct;
    for (const name of this.#parents) {
      const field = current.schema.field(name);
      const next = field === null ? null : current.get(field);
      if (next === null) return null;
      current = requireStruct(next, purpose, field!.schema);
    }
    const field = current.schema.field(this.#lastStep());
    if (field === null) return null;
    return usesDefault ? current.get(field) : current.getWithoutDefault(field);
  }

  /** The value that the path leads to in a map, or null. @throws {DataError} where the way leads through no map */
  valueInMap(map: ReadonlyMap<unknown, unknown>): unknown {
    let current = map;
    for (const name of this.#parents) {
      const next = current.get(name) ?? null;
      if (next === null) return null;
      current = requireMap(next, purpose);
    }
    return current.get(this.#lastStep()) ?? null;
  }

  #lastStep(): string {
    // Kafka: Java ends in an index that is out of range.
    if (this.#last === null) throw new DataError("The path to a field is empty");
    return this.#last;
  }
}

function stepsOf(path: string): string[] {
  const steps: string[] = [];
  let at = 0;
  if (path === "") return steps;
  // Behind a dot there is another step, if only an empty one.
  while (at <= path.length) {
    const { name, end } = path[at] === "`" ? quotedStep(path, at) : plainStep(path, at);
    steps.push(name);
    at = end + 1;
  }
  return steps;
}

/** A step, and where the dot behind it stands, or the text ends. */
interface Step {
  name: string;
  end: number;
}

function plainStep(path: string, start: number): Step {
  const dot = path.indexOf(".", start);
  const end = dot < 0 ? path.length : dot;
  return { name: path.slice(start, end), end };
}

function quotedStep(path: string, start: number): Step {
  let name = "";
  let from = start + 1;
  for (let at = from;; at++) {
    at = path.indexOf("`", at);
    if (at < 0) break;
    const isEscaped = path[at - 1] === "\\";
    const isLast = at === path.length - 1;
    if (isLast && isEscaped) break;
    if (!isLast && path[at + 1] !== ".") continue;
    if (!isEscaped) return { name: name + path.slice(from, at), end: at + 1 };
    name += `${path.slice(from, at - 1)}\``;
    from = at + 1;
  }
  throw new ConfigError(
    `Incomplete backtick pair in path: [${path}], ` +
      `consider adding a backslash before backtick at position ${start} to escape it`,
  );
}
