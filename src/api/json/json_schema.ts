/**
 * Schemas as JSON, as JsonConverter puts them beside the data:
 *
 * ```
 * schema = {"type": TYPE, CONTENT..., "optional": BOOLEAN, "name"?, "version"?, "doc"?,
 *           "parameters"?: {NAME: TEXT...}, "default"?: VALUE}
 * TYPE   = the type's name in lower case; float32 is "float", float64 "double"
 * array  : "items": schema          map: "keys": schema, "values": schema
 * struct : "fields": [schema with "field": NAME at its end...]
 * ```
 *
 * @module
 */

import { DataError, SchemaBuilderError } from "../../base/mod.ts";
import { nestingMax, type Schema, SchemaBuilder, type SchemaType } from "../data/mod.ts";
import { isJsonObject, type Json, type JsonObject, jsonString, memberOf } from "./json_text.ts";
import { valueFromJson } from "./value_from_json.ts";
import { type JsonOptions, tooDeep, valueToJson } from "./value_to_json.ts";

/** What JSON calls the types that it names differently. */
const jsonNames: Partial<Record<SchemaType, string>> = { float32: "float", float64: "double" };

const types: ReadonlyMap<string, SchemaType> = new Map([
  ["boolean", "boolean"],
  ["int8", "int8"],
  ["int16", "int16"],
  ["int32", "int32"],
  ["int64", "int64"],
  ["float", "float32"],
  ["double", "float64"],
  ["bytes", "bytes"],
  ["string", "string"],
  ["array", "array"],
  ["map", "map"],
  ["struct", "struct"],
]);

/**
 * A schema as JSON text, inside of `depth` others.
 * @throws {DataError} when its default does not fit, or it is nested too deep
 */
export function schemaToJson(schema: Schema, options: JsonOptions, depth = 0): string {
  return `{${schemaMembers(schema, options, depth + 1).join(",")}}`;
}

function schemaMembers(schema: Schema, options: JsonOptions, depth: number): string[] {
  if (depth > nestingMax) throw tooDeep();
  const { type, optional, name, version, doc, parameters, defaultValue } = schema;
  const nested = (inner: Schema | null) =>
    inner === null ? "null" : schemaToJson(inner, options, depth);
  const members = [`"type":"${jsonNames[type] ?? type}"`];
  if (type === "array") members.push(`"items":${nested(schema.valueSchema)}`);
  if (type === "map") {
    members.push(`"keys":${nested(schema.keySchema)}`, `"values":${nested(schema.valueSchema)}`);
  }
  if (type === "struct") {
    const fields = schema.fields.map((field) =>
      `{${schemaMembers(field.schema, options, depth + 2).join(",")},"field":${
        jsonString(field.name)
      }}`
    );
    members.push(`"fields":[${fields.join(",")}]`);
  }
  members.push(`"optional":${optional}`);
  if (name !== null) members.push(`"name":${jsonString(name)}`);
  if (version !== null) members.push(`"version":${version}`);
  if (doc !== null) members.push(`"doc":${jsonString(doc)}`);
  if (parameters !== null) {
    const texts = [...parameters].map(([key, value]) => `${jsonString(key)}:${jsonString(value)}`);
    members.push(`"parameters":{${texts.join(",")}}`);
  }
  if (defaultValue !== undefined) {
    members.push(`"default":${valueToJson(schema, defaultValue, options, depth)}`);
  }
  return members;
}

/** The schema that JSON describes, null for null. @throws {DataError} in Kafka's words */
export function schemaFromJson(
  json: Json,
  options: Pick<JsonOptions, "replaceNullWithDefault">,
): Schema | null {
  if (json === null) return null;
  const typeName = isJsonObject(json) ? memberOf(json, "type") : undefined;
  if (!isJsonObject(json) || typeof typeName !== "string") {
    throw new DataError("Schema must contain 'type' field");
  }
  const builder = builderFor(typeName, json, options);
  // Kafka: anything but true, and a name, version or text of another type, is passed over.
  if (memberOf(json, "optional") === true) builder.optional();
  const name = memberOf(json, "name");
  if (typeof name === "string") builder.name(name);
  const version = memberOf(json, "version");
  if (typeof version === "number") builder.version(version | 0);
  if (typeof version === "bigint") builder.version(Number(BigInt.asIntN(32, version)));
  const doc = memberOf(json, "doc");
  if (typeof doc === "string") builder.doc(doc);
  const parameters = memberOf(json, "parameters");
  if (isJsonObject(parameters)) {
    for (const [key, value] of Object.entries(parameters)) {
      if (typeof value !== "string") {
        throw new DataError("Schema parameters must have string values.");
      }
      builder.parameter(key, value);
    }
  }
  // Kafka: a default of null is one, which only an optional schema may have.
  const byDefault = memberOf(json, "default");
  if (byDefault !== undefined) {
    builder.defaultValue(valueFromJson(builder.build(), byDefault, options));
  }
  return builder.build();
}

function builderFor(
  typeName: string,
  json: JsonObject,
  options: Pick<JsonOptions, "replaceNullWithDefault">,
): SchemaBuilder {
  const type = types.get(typeName);
  if (type === undefined) throw new DataError(`Unknown schema type: ${typeName}`);
  switch (type) {
    case "array":
      return SchemaBuilder.array(
        schemaFromJson(memberOf(json, "items") ?? null, options) ??
          unsaid("Array schema did not specify the element type"),
      );
    case "map": {
      const [keys, values] = [memberOf(json, "keys"), memberOf(json, "values")];
      if (keys === undefined) return unsaid("Map schema did not specify the key type");
      if (values === undefined) return unsaid("Map schema did not specify the value type");
      return SchemaBuilder.map(
        schemaFromJson(keys, options) ?? absent("keySchema"),
        schemaFromJson(values, options) ?? absent("valueSchema"),
      );
    }
    case "struct": {
      const fields = memberOf(json, "fields");
      if (!Array.isArray(fields)) {
        throw new DataError('Struct schema\'s "fields" argument is not an array.');
      }
      const builder = SchemaBuilder.struct();
      for (const field of fields) {
        const name = isJsonObject(field) ? memberOf(field, "field") : undefined;
        if (typeof name !== "string") {
          throw new DataError("Struct schema's field name not specified properly");
        }
        builder.field(name, schemaFromJson(field, options)!);
      }
      return builder;
    }
    default:
      return SchemaBuilder.type(type);
  }
}

function unsaid(reason: string): never {
  throw new DataError(reason);
}

function absent(what: string): never {
  throw new SchemaBuilderError(`${what} cannot be null.`);
}
