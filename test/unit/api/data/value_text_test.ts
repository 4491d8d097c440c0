/** What Kafka's `Values` answers, beyond the golden data of SimpleHeaderConverter. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BigDecimal,
  ConnectDate,
  doubleText,
  floatText,
  parseValue,
  Schemas,
  textOf,
  Timestamp,
  valueText,
} from "../../../../mod.ts";

/** The schema's type and the value, as `type value`. */
function parsed(text: string): string {
  const { schema, value } = parseValue(text);
  const type = schema?.name?.split(".").at(-1) ?? schema?.type;
  return `${type} ${value instanceof Date ? value.toISOString() : textOf(value, schema)}`;
}

Deno.test("parseValue() takes true, false and null for what they are when they stand alone", () => {
  assert.equal(parsed(" true "), "boolean true");
  assert.equal(parsed("true]"), "string true]");
  assert.equal(parsed('null"x'), 'string null"x');
  assert.equal(parsed("\tnull"), "undefined null");
});

Deno.test("parseValue() finds the one type of several numbers", () => {
  const itemsOf = (text: string) => {
    const { schema, value } = parseValue(text);
    return [schema?.type === "array" ? schema.valueSchema?.type ?? null : schema?.type, value];
  };
  assert.deepEqual(itemsOf("[1, 3000000000]"), ["int64", [1n, 3000000000n]]);
  assert.deepEqual(itemsOf("[3000000000,1.5]"), ["float32", [3e9, 1.5]]);
  assert.deepEqual(itemsOf('[1,"a",2]'), [null, [1, "a", 2]]);
  assert.deepEqual(itemsOf("[5,2019-08-23]"), ["int32", [
    new Date(5 * 86_400_000),
    new Date("2019-08-23"),
  ]]);
  assert.deepEqual(itemsOf("[2019-08-23,1.5]"), ["string", "[2019-08-23,1.5]"]);
});

Deno.test("parseValue() reads dates and times leniently, as Java does", () => {
  assert.equal(parsed("2019-13-45"), "Date 2020-02-14T00:00:00.000Z");
  assert.equal(parsed("2019-08-2x"), "Date 2019-08-02T00:00:00.000Z");
  assert.equal(parsed("14\\:34\\:54.346Z"), "Time 1970-01-01T14:34:54.346Z");
  assert.equal(parsed("2019-08-23T25:61:61.999Z"), "Timestamp 2019-08-24T02:02:01.999Z");
  assert.equal(parsed("14:34:54"), "int8 14");
});

Deno.test("parseValue() neither fails nor hangs on huge numbers and deep nesting", () => {
  assert.equal(parsed("1e999999999"), "Decimal 1E+999999999");
  assert.equal(parsed("-1e-999999999"), "float32 -0.0");
  assert.equal(parsed("1e2147483648"), "string 1e2147483648");
  for (const text of ["[".repeat(1_000_000), '{"a":'.repeat(100_000), '["'.repeat(100_000)]) {
    assert.deepEqual(parseValue(text), { schema: Schemas.string, value: text });
  }
  assert.equal(parseValue(`${"[".repeat(900)}${"]".repeat(900)}`).schema?.type, "array");
  assert.equal(parseValue("9".repeat(100_000)).schema?.type, "bytes");
});

Deno.test("parseValue() has an answer for any text", () => {
  const tokens = fc.constantFrom(
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    '"',
    "\\",
    " ",
    "1",
    "-1.5",
    "true",
    "null",
    "a",
  );
  fc.assert(fc.property(fc.array(tokens).map((list) => list.join("")), (text) => {
    const { schema, value } = parseValue(text);
    assert.ok(schema !== null || value === null);
  }));
});

Deno.test("valueText() writes what parseValue() reads back", () => {
  // Kafka: spaces are lost that stand alone between quotes and delimiters.
  const isLost = (text: string) => /(^|[:,{}[\]]) +([:,{}[\]]|$)/.test(text);
  const items = fc.oneof(
    fc.string().filter((text) =>
      !/["\\]/.test(text) && ![10, 13, 24].includes(text.length) && !isLost(text)
    ),
    fc.integer({ min: -128, max: 127 }),
    fc.boolean(),
  );
  fc.assert(fc.property(fc.array(items, { minLength: 1 }), (list) => {
    assert.deepEqual(parseValue(valueText(list, null)).value, list);
  }));
});

Deno.test("valueText() keeps the date of dates that Java takes for times", () => {
  assert.equal(valueText(new Date(0), ConnectDate.schema), "1970-01-01");
  assert.equal(valueText(new Date(-1), Timestamp.schema), "1969-12-31T23:59:59.999Z");
  assert.equal(valueText(new Date(5), Timestamp.schema), "00:00:00.005Z");
  assert.equal(valueText(new Date(253402300800000), null), "10000-01-01");
});

Deno.test("valueText() refuses what no schema describes, in Kafka's words", () => {
  assert.throws(() => valueText([Symbol("x")], null), {
    name: "DataError",
    message: /^Failed to serialize unexpected value type java.lang.Object: /,
  });
});

Deno.test("doubleText() and floatText() are Java's", () => {
  const doubles = {
    1: "1.0",
    1e7: "1.0E7",
    9999999: "9999999.0",
    0.001: "0.001",
    0.00099: "9.9E-4",
  };
  for (const [value, text] of Object.entries(doubles)) {
    assert.equal(doubleText(Number(value)), text);
  }
  assert.equal(doubleText(-0), "-0.0");
  assert.equal(doubleText(5e-324), "4.9E-324");
  assert.equal(doubleText(1e23), "1.0E23");
  assert.equal(doubleText(-1e-323), "-9.9E-324");
  assert.equal(floatText(Math.fround(1e-45)), "1.4E-45");
  assert.equal(floatText(Math.fround(3.4028235e38)), "3.4028235E38");
  assert.equal(floatText(Math.fround(0.1)), "0.1");
  // As near to 183395.13, and both read back.
  assert.equal(floatText(183395.125), "183395.12");
  assert.equal(floatText(-183395.375), "-183395.38");
  assert.equal(floatText(NaN), "NaN");
  fc.assert(fc.property(fc.double({ noNaN: true }), (value) => {
    assert.ok(Object.is(Number(doubleText(value)), value));
    const float = Math.fround(value);
    assert.ok(Object.is(Math.fround(Number(floatText(float))), float));
  }));
});

Deno.test("textOf() is Java's String.valueOf", () => {
  const value = new Map<unknown, unknown>([["a", [1, null, true]], [1n, BigDecimal.parse("1.50")]]);
  assert.equal(textOf(value, null), "{a=[1, null, true], 1=1.50}");
  assert.equal(textOf(new Date(-1), null), "Wed Dec 31 23:59:59 UTC 1969");
  assert.equal(textOf(1, Schemas.float64), "1.0");
  assert.equal(textOf(1e21, null), "1.0E21");
});

Deno.test("parseValue() reads floats that are nearest to the text, not to a double", () => {
  const { schema, value } = parseValue("16777217.000000000000000001");
  assert.equal(schema, Schemas.float32);
  assert.equal(value, 16777218);
});

Deno.test("parseValue() takes for white space what Java's trim() takes for it", () => {
  assert.equal(parseValue("\u0013100 ").value, 100);
  assert.equal(parseValue("\u00a0100").value, "\u00a0100");
  // Kafka: white space alone between a delimiter and the end of quoted text is lost.
  assert.deepEqual(parseValue('["{ ", " a", "{ {"]').value, ["{", " a", "{{"]);
});
