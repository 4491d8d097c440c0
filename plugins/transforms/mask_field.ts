/**
 * MaskField: hides the values of fields: behind a text or number of the user's, or behind 0, false, or nothing.
 *
 * @module
 */

import {
  BigDecimal,
  ConfigDef,
  type ConnectRecord,
  copyOf,
  DataError,
  inHashOrder,
  javaClassOf,
  keyAndValueTransformation,
  nonEmptyString,
  NumberFormatError,
  type Props,
  requireMap,
  requireStruct,
  type Schema,
  Struct,
  type Transformation,
  validList,
} from "connect";

const CONFIG = ConfigDef.of({
  "fields": {
    type: "LIST",
    validator: validList({ isEmptyAllowed: false }),
    importance: "HIGH",
    doc: "The names of the fields to hide.",
  },
  "replacement": {
    type: "STRING",
    default: null,
    validator: nonEmptyString,
    importance: "LOW",
    doc: "What stands in the place of all of them, which have to be numbers or texts then.",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a field without a value gets the default of its schema.",
  },
});

const purpose = "mask fields";

/** What hides a value, by its Java class, where no replacement is given. */
const blanks: Readonly<Record<string, () => unknown>> = {
  "java.lang.Boolean": () => false,
  "java.lang.Byte": () => 0,
  "java.lang.Short": () => 0,
  "java.lang.Integer": () => 0,
  "java.lang.Long": () => 0n,
  "java.lang.Float": () => 0,
  "java.lang.Double": () => 0,
  "java.math.BigDecimal": () => new BigDecimal(0n, 0),
  "java.util.Date": () => new Date(0),
  "java.lang.String": () => "",
  "java.util.ArrayList": () => [],
  "java.util.LinkedHashMap": () => new Map(),
};

/** What a replacement becomes in the place of a value, by its Java class. */
const replacements: Readonly<Record<string, (text: string) => unknown>> = {
  "java.lang.Byte": (text) => Number(BigInt.asIntN(8, numberIn(text).toInt64())),
  "java.lang.Short": (text) => Number(BigInt.asIntN(16, numberIn(text).toInt64())),
  "java.lang.Integer": (text) => Number(BigInt.asIntN(32, numberIn(text).toInt64())),
  "java.lang.Long": (text) => numberIn(text).toInt64(),
  "java.lang.Float": (text) => Math.fround(numberIn(text).toNumber()),
  "java.lang.Double": (text) => numberIn(text).toNumber(),
  "java.lang.String": (text) => text,
  // Kafka: MaskField itself reads decimals, and says "number" where others say "a number".
  "java.math.BigDecimal": (text) => numberIn(text, "number"),
};

function numberIn(text: string, wanted = "a number"): BigDecimal {
  try {
    return BigDecimal.parse(text);
  } catch {
    const cause = new NumberFormatError(decimalFlaw(text));
    throw new DataError(`Unable to convert ${text} (class java.lang.String) to ${wanted}`, {
      cause,
    });
  }
}

/** What Java's BigDecimal has to say of a text that is none; nothing where it ends before its exponent. */
function decimalFlaw(text: string): string | undefined {
  const [, unsigned, digits, stop = "", exponent] = /^[+-]?((\d*\.?\d*)(.?)(.*))$/su.exec(text)!;
  if (stop === ".") return "Character array contains more than one decimal point.";
  if (stop !== "" && stop !== "e" && stop !== "E") {
    return unsigned.length > 18
      ? "Character array is missing \"exponent\" mark 'e' or 'E'."
      : `Character ${stop} is neither a decimal digit number, decimal point, nor "e" notation exponential mark.`;
  }
  if (stop !== "") {
    if (exponent === "") return undefined;
    const power = exponent.replace(/^[+-]/, "");
    if (power === "") return "No exponent digits";
    if (power.replace(/^0+(?=.)/, "").length > 10) return "Too many nonzero exponent digits.";
    if (!/^\d+$/.test(power)) return "Not a digit.";
    if (Number(power) > 2 ** 31 - 1) return "Exponent overflow.";
  }
  return /\d/.test(digits) ? "Scale out of range." : "No digits found.";
}

class MaskField implements Transformation {
  readonly #isKey: boolean;
  #names: ReadonlySet<string> = new Set();
  #replacement: string | null = null;
  /** What the replacement has become, by the Java class it stands in for. */
  readonly #replaced = new Map<string, unknown>();
  #replaceNull = true;
  /** The last schema, and which of its fields are hidden: nearly always the same from record to record. */
  #schema: Schema | null = null;
  #isMasked: readonly boolean[] = [];

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    // Kafka: of several fields without a schema that cannot be masked, the first in this order is named.
    const bucketsMin = Math.max(Math.floor(config.fields.length / 0.75) + 1, 16);
    this.#names = new Set(inHashOrder(config.fields, bucketsMin));
    this.#replacement = config.replacement;
    this.#replaced.clear();
    this.#replaceNull = config["replace.null.with.default"];
    this.#schema = null;
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    const masked = schema === null
      ? this.#maskMap(requireMap(value, purpose))
      : this.#maskStruct(requireStruct(value, purpose, schema));
    return record.newRecord(this.#isKey ? { key: masked } : { value: masked });
  }

  #maskMap(value: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
    const masked = copyOf(value);
    // Kafka: a field that is not there comes to be, without a value.
    for (const name of this.#names) masked.set(name, this.#masked(value.get(name) ?? null, null));
    return masked;
  }

  #maskStruct(value: Struct): Struct {
    const { schema } = value;
    if (schema !== this.#schema) {
      this.#isMasked = schema.fields.map(({ name }) => this.#names.has(name));
      this.#schema = schema;
    }
    const masked = new Struct(schema);
    for (const field of schema.fields) {
      const item = this.#replaceNull ? value.get(field) : value.getWithoutDefault(field);
      const isMasked = this.#isMasked[field.position];
      masked.put(field, isMasked ? this.#masked(item, field.schema) : item);
    }
    return masked;
  }

  #masked(value: unknown, schema: Schema | null): unknown {
    if (value === null) return null;
    const javaClass = javaClassOf(value, schema);
    if (this.#replacement !== null) return this.#replacementOf(javaClass, this.#replacement);
    const blank = blanks[javaClass];
    if (blank === undefined) throw new DataError(`Cannot mask value of type: class ${javaClass}`);
    return blank();
  }

  #replacementOf(javaClass: string, text: string): unknown {
    const known = this.#replaced.get(javaClass);
    if (known !== undefined) return known;
    const read = replacements[javaClass];
    if (read === undefined) {
      throw new DataError(
        `Cannot mask value of type class ${javaClass} with custom replacement.`,
      );
    }
    const replaced = read(text);
    this.#replaced.set(javaClass, replaced);
    return replaced;
  }
}

export default keyAndValueTransformation({
  name: "MaskField",
  aliases: ["org.apache.kafka.connect.transforms.MaskField"],
  version: "4.2.0",
  config: CONFIG,
  create: MaskField,
});
