/** Builds schemas step by step, checking each. */

import { DataError, SchemaBuilderError } from "../../base/mod.ts";
import { Schema, type SchemaOptions, type SchemaType } from "./schema.ts";
import { Struct } from "./struct.ts";
import { validateValue } from "./validate.ts";

/**
 * Builds a schema: `SchemaBuilder.struct().name("Person").field("id", Schemas.int64).build()`. What is
 * set once cannot be set to something else. Kafka: `org.apache.kafka.connect.data.SchemaBuilder`.
 */
export class SchemaBuilder {
  readonly #options: SchemaOptions;
  readonly #fields = new Map<string, Schema>();
  readonly #parameters = new Map<string, string>();

  private constructor(options: SchemaOptions) {
    this.#options = options;
  }

  /** Builds a schema of that type. */
  static type(type: SchemaType): SchemaBuilder {
    return new SchemaBuilder({ type });
  }

  /** Builds a schema of 8-bit integers. */
  static int8(): SchemaBuilder {
    return SchemaBuilder.type("int8");
  }

  /** Builds a schema of 16-bit integers. */
  static int16(): SchemaBuilder {
    return SchemaBuilder.type("int16");
  }

  /** Builds a schema of 32-bit integers. */
  static int32(): SchemaBuilder {
    return SchemaBuilder.type("int32");
  }

  /** Builds a schema of 64-bit integers. */
  static int64(): SchemaBuilder {
    return SchemaBuilder.type("int64");
  }

  /** Builds a schema of 32-bit floats. */
  static float32(): SchemaBuilder {
    return SchemaBuilder.type("float32");
  }

  /** Builds a schema of 64-bit floats. */
  static float64(): SchemaBuilder {
    return SchemaBuilder.type("float64");
  }

  /** Builds a schema of booleans. */
  static boolean(): SchemaBuilder {
    return SchemaBuilder.type("boolean");
  }

  /** Builds a schema of text. */
  static string(): SchemaBuilder {
    return SchemaBuilder.type("string");
  }

  /** Builds a schema of bytes. */
  static bytes(): SchemaBuilder {
    return SchemaBuilder.type("bytes");
  }

  /** Builds a schema of structs; {@linkcode field} adds their fields. */
  static struct(): SchemaBuilder {
    return SchemaBuilder.type("struct");
  }

  /** Builds a schema of arrays. */
  static array(valueSchema: Schema): SchemaBuilder {
    return new SchemaBuilder({ type: "array", valueSchema });
  }

  /** Builds a schema of maps. */
  static map(keySchema: Schema, valueSchema: Schema): SchemaBuilder {
    return new SchemaBuilder({ type: "map", keySchema, valueSchema });
  }

  /**
   * Builds a schema that has the name, version, doc and parameters of another, and its type and what an
   * array or a map holds unless told a type. Kafka: `SchemaUtil.copySchemaBasics`.
   */
  static like(source: Schema, type: SchemaType = source.type): SchemaBuilder {
    const holds = type === source.type && (type === "array" || type === "map");
    const builder = new SchemaBuilder({
      type,
      name: source.name,
      version: source.version,
      doc: source.doc,
      keySchema: holds && type === "map" ? source.keySchema : null,
      valueSchema: holds ? source.valueSchema : null,
    });
    return source.parameters === null ? builder : builder.parameters(source.parameters);
  }

  /** Makes null a value. @throws {SchemaBuilderError} when it is required already */
  optional(): this {
    return this.#set("optional", true);
  }

  /** Makes null no value, as it is unless told. @throws {SchemaBuilderError} when it is optional already */
  required(): this {
    return this.#set("optional", false);
  }

  /** What stands in for a missing value. @throws {SchemaBuilderError} when it does not fit, or there is one already */
  defaultValue(value: unknown): this {
    this.#ensureUnset("defaultValue", value, "default");
    try {
      // Kafka: a struct is no default, for its schema would be this one but for the default.
      if (value instanceof Struct) throw new DataError("Struct schemas do not match.");
      validateValue(this.build(), value);
    } catch (cause) {
      throw new SchemaBuilderError("Invalid default value", { cause });
    }
    this.#options.defaultValue = value;
    return this;
  }

  /** The name. @throws {SchemaBuilderError} when it has another */
  name(name: string): this {
    return this.#set("name", name);
  }

  /** The version. @throws {SchemaBuilderError} when it has another */
  version(version: number): this {
    return this.#set("version", version);
  }

  /** What it is for. @throws {SchemaBuilderError} when that is said already */
  doc(doc: string): this {
    return this.#set("doc", doc);
  }

  /** A free parameter; a later one of that name takes its place. */
  parameter(name: string, value: string): this {
    this.#parameters.set(name, value);
    return this;
  }

  /** Free parameters, added to those there are. */
  parameters(parameters: ReadonlyMap<string, string>): this {
    for (const [name, value] of parameters) this.#parameters.set(name, value);
    return this;
  }

  /** Adds a field to a struct. @throws {SchemaBuilderError} for another type, no name, or a name that is there */
  field(name: string, schema: Schema): this {
    const { type } = this.#options;
    if (type !== "struct") {
      throw new SchemaBuilderError(`Cannot create fields on type ${type.toUpperCase()}`);
    }
    if (name === "") throw new SchemaBuilderError("fieldName cannot be null.");
    if (this.#fields.has(name)) {
      throw new SchemaBuilderError(
        `Cannot create field because of field name duplication ${name}`,
      );
    }
    this.#fields.set(name, schema);
    return this;
  }

  /** The schema as it is now; the builder can go on. */
  build(): Schema {
    return new Schema({
      ...this.#options,
      parameters: this.#parameters.size === 0 ? null : new Map(this.#parameters),
      fields: [...this.#fields].map(([name, schema]) => ({ name, schema })),
    });
  }

  #set<K extends keyof SchemaOptions>(key: K, value: SchemaOptions[K]): this {
    this.#ensureUnset(key, value, key);
    this.#options[key] = value;
    return this;
  }

  #ensureUnset(key: keyof SchemaOptions, value: unknown, shown: string): void {
    const set = this.#options[key];
    if (set === undefined || set === null || Object.is(set, value)) return;
    throw new SchemaBuilderError(`Invalid SchemaBuilder call: ${shown} has already been set.`);
  }
}
