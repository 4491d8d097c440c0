import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BigDecimal,
  ConnectDate,
  Decimal,
  SchemaBuilder,
  Schemas,
  Time,
  Timestamp,
} from "../../../../mod.ts";

const dayMs = 86_400_000;

function refuses(run: () => unknown, message: string): void {
  assert.throws(run, { name: "DataError", message });
}

Deno.test("the logical types have Kafka's names and types", () => {
  const types = [ConnectDate.schema, Time.schema, Timestamp.schema, Decimal.schema(2)];
  assert.deepEqual(types.map(({ name, type, version }) => [name, type, version]), [
    ["org.apache.kafka.connect.data.Date", "int32", 1],
    ["org.apache.kafka.connect.data.Time", "int32", 1],
    ["org.apache.kafka.connect.data.Timestamp", "int64", 1],
    ["org.apache.kafka.connect.data.Decimal", "bytes", 1],
  ]);
  assert.deepEqual([...Decimal.schema(-3).parameters!], [["scale", "-3"]]);
  assert.ok(Timestamp.builder().optional().build().optional);
});

Deno.test("ConnectDate turns days into Dates and back", () => {
  fc.assert(fc.property(fc.integer({ min: -1e8, max: 1e8 }), (days) => {
    const date = ConnectDate.toLogical(ConnectDate.schema, days);
    assert.equal(date.getTime(), days * dayMs);
    assert.equal(ConnectDate.fromLogical(ConnectDate.schema, date), days);
  }));
  refuses(
    () => ConnectDate.fromLogical(ConnectDate.schema, new Date(1)),
    "Kafka Connect Date type should not have any time fields set to non-zero values.",
  );
  const unlike = "Requested conversion of Date object but the schema does not match.";
  refuses(() => ConnectDate.fromLogical(Schemas.int32, new Date(0)), unlike);
  refuses(() => ConnectDate.toLogical(Schemas.int32, 5), unlike);
  refuses(
    () => ConnectDate.toLogical(ConnectDate.schema, 100_000_001),
    "Cannot read Date 100000001: it is too far from 1970 for a Date",
  );
});

Deno.test("Time turns milliseconds of a day into Dates and back", () => {
  for (const timeMs of [0, 1, dayMs]) {
    const date = Time.toLogical(Time.schema, timeMs);
    assert.equal(Time.fromLogical(Time.schema, date), timeMs);
  }
  for (const timeMs of [-1, dayMs + 1]) {
    refuses(
      () => Time.toLogical(Time.schema, timeMs),
      "Time values must use number of milliseconds greater than 0 and less than 86400000",
    );
    refuses(
      () => Time.fromLogical(Time.schema, new Date(timeMs)),
      "Kafka Connect Time type should not have any date fields set to non-zero values.",
    );
  }
  refuses(
    () => Time.toLogical(Schemas.int32, 5),
    "Requested conversion of Date object but the schema does not match.",
  );
  refuses(
    () => Time.fromLogical(Schemas.int32, new Date(5)),
    "Requested conversion of Time object but the schema does not match.",
  );
});

Deno.test("Timestamp turns milliseconds into Dates and back, as far as a Date reaches", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -8640000000000000n, max: 8640000000000000n }), (timeMs) => {
      const date = Timestamp.toLogical(Timestamp.schema, timeMs);
      assert.equal(Timestamp.fromLogical(Timestamp.schema, date), timeMs);
    }),
  );
  refuses(
    () => Timestamp.toLogical(Timestamp.schema, 8640000000000001n),
    "Cannot read Timestamp 8640000000000001: it is too far from 1970 for a Date",
  );
  refuses(
    () => Timestamp.fromLogical(Timestamp.schema, new Date(NaN)),
    "Cannot convert a Date: it is not a valid one",
  );
  const unlike = "Requested conversion of Timestamp object but the schema does not match.";
  refuses(() => Timestamp.toLogical(Schemas.int64, 5n), unlike);
  refuses(() => Timestamp.fromLogical(Schemas.int64, new Date(5)), unlike);
});

Deno.test("Decimal turns numbers into bytes and back, of any size", () => {
  fc.assert(fc.property(fc.bigInt(), fc.integer({ min: -99, max: 99 }), (unscaled, scale) => {
    const [schema, value] = [Decimal.schema(scale), new BigDecimal(unscaled, scale)];
    const bytes = Decimal.fromLogical(schema, value);
    assert.ok(Decimal.toLogical(schema, bytes).equals(value));
  }));
});

Deno.test("Decimal writes as few bytes as hold the number", () => {
  const cases = {
    0: "00",
    127: "7f",
    128: "0080",
    255: "00ff",
    "-1": "ff",
    "-128": "80",
    "-129": "ff7f",
  };
  for (const [text, hex] of Object.entries(cases)) {
    const bytes = Decimal.fromLogical(Decimal.schema(0), BigDecimal.parse(text));
    assert.equal(bytes.toHex(), hex);
  }
});

Deno.test("Decimal refuses another scale, none, or one that is no number", () => {
  refuses(
    () => Decimal.fromLogical(Decimal.schema(2), BigDecimal.parse("1")),
    "Decimal value has mismatching scale for given Decimal schema. Schema has scale 2, value has scale 0.",
  );
  refuses(
    () => Decimal.toLogical(Schemas.bytes, Uint8Array.of(1)),
    "Invalid Decimal schema: scale parameter not found.",
  );
  const odd = SchemaBuilder.bytes().name(Decimal.logicalName).parameter("scale", "x").build();
  refuses(
    () => Decimal.toLogical(odd, Uint8Array.of(1)),
    "Invalid scale parameter found in Decimal schema: ",
  );
  refuses(() => Decimal.toLogical(Decimal.schema(2), new Uint8Array()), "Zero length BigInteger");
});

Deno.test("BigDecimal.parse() and toString() are Java's", () => {
  const cases: Record<string, string> = {
    "1.": "1",
    "-.5": "-0.5",
    "+1": "1",
    "1e5": "1E+5",
    "1E-7": "1E-7",
    "0.000001": "0.000001",
    "0.0000001": "1E-7",
    "0e3": "0E+3",
    "0.00e5": "0E+3",
    "123.45e-10": "1.2345E-8",
    "-12.50": "-12.50",
    "00.10": "0.10",
    "1e2147483647": "1E+2147483647",
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.equal(BigDecimal.parse(text).toString(), expected);
  }
  for (
    const text of ["", "-", ".", "e5", "1e", "0x1", " 1", "1_0", "1e2147483648", "1e99999999999"]
  ) {
    assert.throws(() => BigDecimal.parse(text), /it is not a decimal number/, text);
  }
});

Deno.test("BigDecimal.parse() reads back what toString() writes", () => {
  fc.assert(fc.property(fc.bigInt(), fc.integer({ min: -5000, max: 5000 }), (unscaled, scale) => {
    const value = new BigDecimal(unscaled, scale);
    assert.ok(BigDecimal.parse(value.toString()).equals(value));
  }));
});

Deno.test("BigDecimal.toInt64() has the low bits of what stands before the point", () => {
  const cases: Record<string, bigint> = {
    "-1.9": -1n,
    "12345678901234567890": -6101065172474983726n,
    "1e63": 1n * 10n ** 63n,
    "1e400": 0n,
    "1e-400": 0n,
    "0.9": 0n,
  };
  for (const [text, expected] of Object.entries(cases)) {
    assert.equal(BigDecimal.parse(text).toInt64(), BigInt.asIntN(64, expected));
  }
});
