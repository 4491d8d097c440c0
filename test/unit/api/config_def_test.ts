import assert from "node:assert/strict";
import recorded from "../../golden/config-values.json" with { type: "json" };
import {
  allOf,
  check,
  ConfigDef,
  ConfigError,
  type ConfigType,
  invalid,
  listSizeMax,
  nonEmptyString,
  nonEmptyStringWithoutControlChars,
  nonNull,
  oneOf,
  oneOfIgnoringCase,
  Password,
  range,
  type Recommender,
  type Validator,
  validList,
} from "../../../src/api/mod.ts";

const low = { importance: "LOW", doc: "" } as const;

/** A value as ConfigValues.java shows it. */
function shown(value: unknown): unknown {
  if (value instanceof Password) return `${value} ${value.value}`;
  return value === null || Array.isArray(value) ? value : String(value);
}

for (const [type, cases] of Object.entries(recorded.types)) {
  Deno.test(`ConfigDef reads texts as Kafka does when the type is ${type}`, () => {
    const def = ConfigDef.of({ key: { ...low, type: type as "STRING" } });
    for (
      const { text, ...expected } of cases as { text: string; value?: unknown; error?: string }[]
    ) {
      const [{ value, errorMessages }] = def.validate({ key: text });
      if (expected.error !== undefined) {
        assert.deepEqual([value, errorMessages], [null, [expected.error]]);
        continue;
      }
      assert.deepEqual(errorMessages, [], text);
      // Java prints 1 as 1.0 when it is a double.
      if (type === "DOUBLE") assert.equal(value, Number(expected.value));
      else assert.deepEqual(shown(value), expected.value);
    }
  });
}

Deno.test("ConfigDef.parse() leaves out what stands twice in a validList(), validate() refuses it", () => {
  const def = ConfigDef.of({ names: { ...low, type: "LIST", validator: validList() } });
  assert.deepEqual(def.parse({ names: "b,a,b" }).names, ["b", "a"]);
  assert.deepEqual(def.validate({ names: "b,a,b" })[0].errorMessages, [
    "Configuration 'names' values must not be duplicated.",
  ]);
  const free = ConfigDef.of({ names: { ...low, type: "LIST" } });
  assert.deepEqual(free.parse({ names: "b,a,b" }).names, ["b", "a", "b"]);
});

Deno.test("ConfigDef keeps a LONG exact over its whole range", () => {
  const def = ConfigDef.of({ "retention.ms": { ...low, type: "LONG" } });
  for (const text of ["9223372036854775807", "-9223372036854775808", "9007199254740993"]) {
    assert.equal(def.parse({ "retention.ms": text })["retention.ms"], BigInt(text));
  }
});

const validators: Record<string, Validator> = {
  "range(1)": range(1),
  "range(1, 5)": range(1, 5),
  "oneOf": oneOf("a", "b"),
  "oneOfIgnoringCase": oneOfIgnoringCase("Aa", "b"),
  "nonEmptyString": nonEmptyString,
  "nonEmptyStringWithoutControlChars": nonEmptyStringWithoutControlChars,
  "anyList": validList({ isNullAllowed: true }),
  "nonEmptyList": validList({ isEmptyAllowed: false }),
  "listOf": validList({ of: ["a", "b"] }),
  "nonEmptyListOf": validList({ of: ["a", "b"], isEmptyAllowed: false }),
  "listSize": listSizeMax(1),
  "check": check("the letter a", (name, value) => {
    if (value !== "a") throw invalid(name, value, "it is not a");
  }),
  "allOf": allOf(nonEmptyString, oneOf("a", "")),
};

for (const { validator: name, text, cases } of recorded.validators) {
  Deno.test(`${name} judges and is shown as Kafka's`, () => {
    const validator = validators[name];
    assert.equal(String(validator), text);
    for (const { value, error } of cases) {
      const judge = () => validator.ensureValid("key", value);
      // Java's ListSize ends in a NullPointerException; a list that is not there is not too long.
      if (error === null || error === "NullPointerException") judge();
      else assert.throws(judge, { name: "ConfigError", message: error });
    }
  });
}

Deno.test("range() judges a LONG beyond what a number can hold", () => {
  const judge = () => range(0, 5).ensureValid("key", 9223372036854775807n);
  assert.throws(judge, {
    message:
      "Invalid value 9223372036854775807 for configuration key: Value must be no more than 5",
  });
});

function byMode(...names: string[]): Recommender {
  return {
    validValues: (_name, { mode }) => mode === "basic" ? names : [],
    visible: (_name, { mode }) => mode === "basic",
  };
}

/** The definitions that ConfigValues.java makes. */
const definitions: Record<string, ConfigDef> = {
  auth: ConfigDef.of({
    port: { ...low, type: "INT", validator: range(1, 65535) },
    mode: {
      ...low,
      type: "STRING",
      default: "none",
      validator: oneOf("none", "basic"),
      dependents: ["user", "password"],
    },
    user: { ...low, type: "STRING", default: "nobody", recommender: byMode("alice", "bob") },
    password: { ...low, type: "PASSWORD", default: null, recommender: byMode() },
    names: { ...low, type: "LIST", default: ["x"], validator: nonNull },
  }),
  undefined: ConfigDef.of({
    a: { ...low, type: "STRING", default: "x", dependents: ["missing", "b", "other"] },
    b: { ...low, type: "INT", default: 1, dependents: ["other"] },
  }),
  failing: ConfigDef.of({
    a: {
      ...low,
      type: "STRING",
      default: "x",
      recommender: {
        validValues(name, parsed) {
          throw invalid(name, parsed[name], "nothing to recommend");
        },
        visible: () => false,
      },
    },
  }),
};

for (const { definition, props, parseError, values } of recorded.definitions) {
  const text = JSON.stringify(props);
  Deno.test(`ConfigDef.validate() says what Kafka says of ${definition} when it gets ${text}`, () => {
    const def = definitions[definition];
    const read = def.validate(props as Record<string, string | null>)
      .map((value) => ({ ...value, value: shown(value.value) }))
      .sort((a, b) => a.name < b.name ? -1 : 1);
    assert.deepEqual(read, values);
    if (Object.values(props).includes(null!)) return;
    const parse = () => def.parse(props as unknown as Record<string, string>);
    // Kafka: undefined dependents come in the order of a hash map.
    const message = parseError?.replace("other,missing", "missing,other");
    if (message === undefined) parse();
    else assert.throws(parse, { name: "ConfigError", message });
  });
}

Deno.test("ConfigDef.validate() puts the prefix before names, but validators do not see it", () => {
  const def = ConfigDef.of({
    a: { ...low, type: "INT", validator: range(1) },
    b: { ...low, type: "STRING" },
  });
  const found = def.validate({ a: "0" }, "transforms.x.").map(({ name, errorMessages }) => [
    name,
    ...errorMessages,
  ]);
  assert.deepEqual(found, [
    ["transforms.x.a", "Invalid value 0 for configuration a: Value must be at least 1"],
    [
      "transforms.x.b",
      'Missing required configuration "transforms.x.b" which has no default value.',
    ],
  ]);
});

Deno.test("ConfigDef.parse() takes no key from the prototype of what it is given", () => {
  const def = ConfigDef.of({ toString: { ...low, type: "STRING", default: "own" } });
  assert.equal(def.parse({})["toString"], "own");
});

Deno.test("Password is printed nowhere", () => {
  const def = ConfigDef.of({
    secret: {
      ...low,
      type: "PASSWORD",
      validator: check("never", (name, value) => {
        throw invalid(name, value, "no good");
      }),
    },
  });
  const [{ value, errorMessages }] = def.validate({ secret: "s3cret" });
  const traces = [
    String(value),
    `${value}`,
    JSON.stringify({ value }),
    Deno.inspect(value),
    Deno.inspect([{ value }], { depth: 9, showHidden: true }),
    ...errorMessages,
    String(new ConfigError(`${value}`)),
    JSON.stringify(Object.entries(value as Password)),
    JSON.stringify(structuredClone(value)),
  ];
  for (const trace of traces) assert.ok(!trace.includes("s3cret"), trace);
  assert.equal((value as Password).value, "s3cret");
});

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Holds at compile time: what a plugin reads has the types that its keys say. */
function assertType<_T extends true>(): void {}

Deno.test("ConfigDef.parse() has the types that its keys say", () => {
  const def = ConfigDef.of({
    flag: { ...low, type: "BOOLEAN" },
    text: { ...low, type: "STRING", default: "x" },
    maybe: { ...low, type: "STRING", default: null },
    count: { ...low, type: "INT" },
    size: { ...low, type: "SHORT" },
    retention: { ...low, type: "LONG", default: 5n },
    ratio: { ...low, type: "DOUBLE", default: null },
    names: { ...low, type: "LIST", default: [] },
    plugin: { ...low, type: "CLASS", default: null },
    secret: { ...low, type: "PASSWORD" },
  });
  type Read = ReturnType<typeof def.parse>;
  assertType<Equal<Read["flag"], boolean>>();
  assertType<Equal<Read["text"], string>>();
  assertType<Equal<Read["maybe"], string | null>>();
  assertType<Equal<Read["count"], number>>();
  assertType<Equal<Read["size"], number>>();
  assertType<Equal<Read["retention"], bigint>>();
  assertType<Equal<Read["ratio"], number | null>>();
  assertType<Equal<Read["names"], readonly string[]>>();
  assertType<Equal<Read["plugin"], string | null>>();
  assertType<Equal<Read["secret"], Password>>();
  // @ts-expect-error A default is of its key's type.
  ConfigDef.of({ retention: { ...low, type: "LONG", default: 5 } });
  // @ts-expect-error There is no such type.
  const unknown: ConfigType = "FLOAT";
  assert.equal(unknown, "FLOAT");
  const props = { flag: "true", count: "1", size: "2", secret: "s" };
  assert.equal(def.parse(props).retention, 5n);
});
