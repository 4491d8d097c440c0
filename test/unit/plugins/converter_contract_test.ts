/**
 * What every converter of plugins/ keeps to. A converter that comes later is found by itself; what is
 * special to one stands in `traits`.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Converter,
  type ConverterPlugin,
  DataError,
  type HeaderConverter,
  type HeaderConverterPlugin,
  type SchemaAndValue,
  Schemas,
  type Serialized,
  Struct,
} from "../../../mod.ts";
import { BUILT_IN } from "../../../plugins/mod.ts";
import { data } from "../api/data/arbitraries.ts";

/** What is special to a converter. */
interface Traits {
  /** Configuration that it refuses, with the words. */
  badConfig: Record<string, [value: string, message: string]>;
  /** Bytes that it cannot read; none where any bytes are text. */
  unreadable: Uint8Array[];
  /** Something that it writes. */
  sample: SchemaAndValue;
}

const encoder = new TextEncoder();
const utf8 = (text: string) => encoder.encode(text);

const traits: Readonly<Record<string, Traits>> = {
  JsonConverter: {
    badConfig: {
      "schemas.enable": [
        "x",
        "Invalid value x for configuration schemas.enable: Expected value to be either true or false",
      ],
      "schemas.cache.size": [
        "x",
        "Invalid value x for configuration schemas.cache.size: Not a number of type INT",
      ],
      "decimal.format": [
        "x",
        "Invalid value x for configuration decimal.format: " +
        "String must be one of (case insensitive): NUMERIC, BASE64",
      ],
      "replace.null.with.default": [
        "x",
        "Invalid value x for configuration replace.null.with.default: " +
        "Expected value to be either true or false",
      ],
    },
    unreadable: [
      utf8("{"),
      utf8("1"),
      utf8("hello"),
      utf8("[".repeat(1_000_000)),
      utf8('{"a":'.repeat(200_000)),
      utf8("9".repeat(1_000_000)),
      utf8(`{"schema":${'{"type":"array","items":'.repeat(50_000)}`),
      utf8('{"schema":{"type":"x"},"payload":1}'),
      Uint8Array.of(0x22, 0xff, 0x22),
      Uint8Array.of(0),
    ],
    sample: { schema: Schemas.string, value: "a" },
  },
  StringConverter: {
    badConfig: { "converter.encoding": ["bogus", "Unsupported encoding bogus"] },
    unreadable: [],
    sample: { schema: Schemas.string, value: "a" },
  },
  ByteArrayConverter: {
    badConfig: {},
    unreadable: [],
    sample: { schema: Schemas.bytes, value: Uint8Array.of(1) },
  },
  ShortConverter: ofSize(2, { schema: Schemas.int16, value: -2 }),
  IntegerConverter: ofSize(4, { schema: Schemas.int32, value: -(2 ** 31) }),
  LongConverter: ofSize(8, { schema: Schemas.int64, value: 2n ** 63n - 1n }),
  FloatConverter: ofSize(4, { schema: Schemas.float32, value: NaN }),
  DoubleConverter: ofSize(8, { schema: Schemas.float64, value: -0 }),
  BooleanConverter: ofSize(1, { schema: Schemas.boolean, value: true }),
  SimpleHeaderConverter: {
    badConfig: {},
    unreadable: [],
    sample: { schema: Schemas.string, value: "a" },
  },
};

/** Those that read a number of bytes and nothing else. */
function ofSize(sizeBytes: number, sample: SchemaAndValue): Traits {
  const unreadable = [0, sizeBytes - 1, sizeBytes + 1, 1000].map((size) => new Uint8Array(size));
  return { badConfig: {}, unreadable, sample };
}

const plugins = (await Promise.all(BUILT_IN.map(({ load }) => load())))
  .flatMap((file) => file.default)
  .filter((plugin) => plugin.type === "converter" || plugin.type === "header_converter");

/** Both kinds of converter behind one face. */
interface Subject {
  configure(props: Record<string, string>): void;
  write(schema: SchemaAndValue["schema"], value: unknown): Serialized;
  read(bytes: Uint8Array | null): SchemaAndValue;
  close(): void;
}

function make(plugin: ConverterPlugin | HeaderConverterPlugin): Subject {
  if (plugin.type === "converter") {
    const made: Converter = new plugin.create();
    return {
      configure: (props) => made.configure(props, false),
      write: (schema, value) => made.fromConnectData("t", schema, value),
      read: (bytes) => made.toConnectData("t", bytes),
      close: () => made.close?.(),
    };
  }
  const made: HeaderConverter = new plugin.create();
  return {
    configure: (props) => made.configure(props),
    write: (schema, value) => made.fromConnectHeader("t", "h", schema, value),
    read: (bytes) => made.toConnectHeader("t", "h", bytes),
    close: () => made.close?.(),
  };
}

function configured(plugin: (typeof plugins)[number], props: Record<string, string> = {}): Subject {
  const made = make(plugin);
  made.configure(props);
  return made;
}

for (const plugin of plugins) {
  const { name, type } = plugin;
  const title = `${name} as a ${type}`;
  const { badConfig, unreadable, sample } = traits[name];

  Deno.test(`${title} has a Java name and a version`, () => {
    assert.match(plugin.aliases![0], new RegExp(`^org\\.apache\\.kafka\\.connect\\..*\\.${name}$`));
    assert.match(plugin.version, /^\d+\.\d+\.\d+$/);
    const names = BUILT_IN.flatMap((file) => file.names);
    assert.ok(names.includes(plugin.aliases![0]), "plugins/mod.ts does not name it");
  });

  Deno.test(`${title} can be configured without a key of its own, and closed twice`, () => {
    const made = configured(plugin);
    made.write(null, null);
    made.close();
    made.close();
  });

  for (const [key, [value, message]] of Object.entries(badConfig)) {
    Deno.test(`${title} refuses ${key}=${value}`, () => {
      assert.throws(() => configured(plugin, { [key]: value }), { name: "ConfigError", message });
    });
  }

  Deno.test(`${title} writes null without a schema as null, and reads null as null`, () => {
    const made = configured(plugin);
    assert.equal(made.write(null, null), null);
    assert.equal(made.read(null).value, null);
  });

  Deno.test(`${title} either writes a value or throws a DataError, and leaves it as it was`, () => {
    const made = configured(plugin);
    fc.assert(fc.property(data, fc.boolean(), ({ schema, value }, hasSchema) => {
      const before = value instanceof Struct ? String(value) : Deno.inspect(value);
      try {
        const written = made.write(hasSchema ? schema : null, value);
        assert.ok(
          written === null || typeof written === "string" || written instanceof Uint8Array,
        );
      } catch (error) {
        assert.ok(error instanceof DataError, `${error}`);
      }
      assert.equal(value instanceof Struct ? String(value) : Deno.inspect(value), before);
    }));
  });

  Deno.test(`${title} either reads bytes or throws a DataError, and does not keep them`, () => {
    const made = configured(plugin);
    const bytes = fc.oneof(fc.uint8Array(), fc.json().map(utf8), fc.string().map(utf8));
    fc.assert(fc.property(bytes, (generated) => {
      const input = new Uint8Array(generated);
      try {
        const { value } = made.read(input);
        const before = Deno.inspect(value);
        input.fill(0x20);
        assert.equal(Deno.inspect(value), before);
      } catch (error) {
        assert.ok(error instanceof DataError, `${error}`);
      }
    }));
  });

  for (const [index, bytes] of unreadable.entries()) {
    const start = new TextDecoder().decode(bytes.subarray(0, 20));
    Deno.test(`${title} refuses to read ${index} ${JSON.stringify(start)}`, () => {
      assert.throws(() => configured(plugin).read(bytes), DataError);
    });
  }

  Deno.test(`${title} does not hang on deep or huge values`, () => {
    const made = configured(plugin);
    let deep: unknown = [];
    for (let i = 0; i < 2000; i++) deep = [deep];
    for (const value of [deep, "x".repeat(5_000_000), new Array(200_000).fill(1)]) {
      try {
        made.write(null, value);
      } catch (error) {
        assert.ok(error instanceof DataError, `${error}`);
      }
    }
    for (const text of ["[".repeat(500_000), "9".repeat(200_000), '"'.repeat(500_000)]) {
      try {
        made.read(utf8(text));
      } catch (error) {
        assert.ok(error instanceof DataError, `${error}`);
      }
    }
  });

  Deno.test(`${title} reads the same with each instance, whatever the other was given`, () => {
    const [one, other] = [configured(plugin), configured(plugin)];
    const written = one.write(sample.schema, sample.value)!;
    const bytes = typeof written === "string" ? utf8(written) : written;
    for (let time = 0; time < 2; time++) {
      assert.deepEqual(other.read(bytes), one.read(bytes));
      assert.deepEqual(one.read(bytes).value, sample.value);
    }
  });
}

Deno.test("what converters of numbers have written stays as it is, however much they write", () => {
  const plugin = plugins.find(({ name, type }) =>
    name === "LongConverter" && type === "converter"
  )!;
  const [one, other] = [configured(plugin), configured(plugin)];
  const values = Array.from({ length: 2000 }, (_, i) => BigInt(i) - 1000n);
  const written = values.map((value, i) =>
    (i % 2 === 0 ? one : other).write(Schemas.int64, value) as Uint8Array
  );
  assert.deepEqual(written.map((bytes) => one.read(bytes).value), values);
});

Deno.test("every converter is held to the contract", () => {
  assert.deepEqual(
    [...new Set(plugins.map(({ name }) => name))].sort(),
    Object.keys(traits).sort(),
  );
});
