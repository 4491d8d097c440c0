/**
 * What clients send: read exactly, and checked by schemas. How much that may be is up to the listener.
 *
 * Kafka reads bodies with Jackson: numbers and booleans are taken for text where text is wanted, as they
 * are written, fields that nobody knows are refused. What Kafka answers 500 for, with the text of Jackson
 * or of a NullPointerException, is 400 here.
 *
 * @module
 */

import * as v from "valibot";
import { BigDecimal, decodeJson, isJsonObject, type Json, parseWholeJson } from "../api/mod.ts";
import { reasonOf } from "../base/mod.ts";
import { HttpError } from "./errors.ts";

/** Text, or what Jackson takes for it. Numbers are text already when schemas see them. */
const scalar = v.union([v.string(), v.boolean()], "expected a string, a number or a boolean");
const text = v.pipe(scalar, v.transform(String));

/** What nothing more is known of. A list is an object to valibot. */
const anyObject = v.custom<Record<string, unknown>>(isObject, "expected an object");
const namesAndValues = v.custom<Record<string, unknown>>(isObject, "expected an object");

/** What these are in JSON Schema, which cannot be found out from them. */
export const jsonSchemas: ReadonlyMap<unknown, object> = new Map<unknown, object>([
  [scalar, { type: ["string", "number", "boolean"] }],
  [anyObject, { type: "object" }],
  [namesAndValues, {
    type: "object",
    additionalProperties: { type: ["string", "number", "boolean", "null"] },
  }],
]);

/**
 * Names and values, any names: valibot's own records leave out `constructor` and `prototype`. Values may be
 * null, which means something in a patch and is refused elsewhere.
 */
export const configMap = v.pipe(
  namesAndValues,
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const props: Record<string, string | null> = Object.create(null);
    let isWrong = false;
    for (const [key, value] of Object.entries(dataset.value)) {
      if (value !== null && typeof value === "object") {
        isWrong = true;
        const path = { type: "object", origin: "value", input: dataset.value, key, value } as const;
        addIssue({ message: "expected a string, a number or a boolean", path: [path] });
      } else props[key] = value === null ? null : String(value);
    }
    return isWrong ? NEVER : props;
  }),
);

/** A connector that shall be made. Kafka: `CreateConnectorRequest`. */
export const CreateConnectorRequest = strict({
  name: v.nullish(text),
  config: configMap,
  initial_state: v.nullish(v.pipe(
    text,
    v.transform((state) => state.toUpperCase()),
    v.picklist(["RUNNING", "PAUSED", "STOPPED"], "expected one of RUNNING, PAUSED, STOPPED"),
  )),
});

const offsetPart = v.nullish(anyObject);

/** Offsets that shall be others. Kafka: `ConnectorOffsets`. */
export const AlterOffsetsRequest = strict({
  offsets: v.nullish(
    v.array(strict({ partition: offsetPart, offset: offsetPart }), "expected a list"),
  ),
});

function strict<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(
    anyObject,
    v.strictObject(
      entries,
      ({ expected, received }) =>
        expected === "never" ? `there is no field ${received}` : `${expected} is missing`,
    ),
  );
}

function isObject(input: unknown): boolean {
  return isJsonObject(input as Json);
}

/** The body of a request as `schema` has it. @throws {HttpError} */
export async function readBody<Schema extends v.GenericSchema>(
  request: Request,
  schema: Schema,
  numberOf: (text: string) => Json,
): Promise<v.InferOutput<Schema>> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length === 0) {
    throw new HttpError(400, "The request has no body, where JSON is expected");
  }
  const value = parseBody(bytes, numberOf);
  const { success, output, issues } = v.safeParse(schema, value);
  if (success) return output;
  const [{ type, message, path = [] }] = issues;
  // A field that is missing, or one too many, is named by the message.
  const place = (type === "strict_object" ? path.slice(0, -1) : path).map(({ key }) => key);
  throw invalid(place.length === 0 ? message : `${place.join(".")}: ${message}`);
}

/** Reads a number as it is written, for configurations. */
export function numberText(number: string): string {
  return number;
}

/** Reads a number exactly, for offsets: a bigint where it must be, a decimal where it has a fraction. */
export function exactNumber(number: string): number | bigint | BigDecimal {
  if (/[.eE]/.test(number)) return BigDecimal.parse(number);
  const value = Number(number);
  return Number.isSafeInteger(value) ? value + 0 : BigInt(number);
}

function parseBody(bytes: Uint8Array, numberOf: (text: string) => Json): Json {
  let value: Json | undefined;
  try {
    value = parseWholeJson(decodeJson(bytes), (number) => {
      if (/^-?0\d/.test(number)) throw new SyntaxError(`${number} has leading zeros`);
      return numberOf(number);
    });
  } catch (error) {
    throw new HttpError(400, `The request's body is not JSON: ${plainReason(error)}`);
  }
  if (value === undefined) {
    throw new HttpError(
      400,
      "The request's body is not JSON: it is not one value and nothing else",
    );
  }
  refuseProto(value);
  return value;
}

/** What Jackson would say, in a line that stands for itself. */
function plainReason(error: unknown): string {
  if (error instanceof TypeError) return "it is not text in UTF-8";
  const [_, reason, line, column] =
    /^(.*?)\n at \[Source: .*line: (\d+), column: (\d+)\]/s.exec(reasonOf(error)) ?? [];
  return reason === undefined ? reasonOf(error) : `${reason} (line ${line}, column ${column})`;
}

/** What an object takes for its prototype is no name for anything. */
function refuseProto(value: Json): void {
  if (!Array.isArray(value) && !isJsonObject(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === "__proto__") throw invalid(`"__proto__" cannot be used as a name`);
    refuseProto(item as Json);
  }
}

function invalid(reason: string): HttpError {
  return new HttpError(400, `The request's body cannot be used: ${reason}`);
}
