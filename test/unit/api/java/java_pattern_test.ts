import assert from "node:assert/strict";
import { JavaPattern } from "../../../../mod.ts";
import recorded from "../../../golden/config-values.json" with { type: "json" };

/** What is refused with words of ours: characters by their names. */
const refused = "\\N{LATIN SMALL LETTER A}";

const { topics } = recorded;

for (const { regex, matches, error } of recorded.regexes) {
  if (regex === refused) continue;
  Deno.test(`JavaPattern.matches() takes ${JSON.stringify(regex)} as Java does`, () => {
    if (matches === undefined) {
      assert.throws(() => JavaPattern.compile(regex), { name: "ConfigError", message: error });
      return;
    }
    const pattern = JavaPattern.compile(regex);
    assert.deepEqual(topics.filter((topic) => pattern.matches(topic)), matches);
  });
}

Deno.test("JavaPattern.compile() says what it refuses when a character is named", () => {
  assert.throws(() => JavaPattern.compile(refused), {
    name: "ConfigError",
    message: /^Characters cannot be named here/,
  });
});

const slow: readonly (readonly [string, string])[] = [
  ["(a|aa)+$", "a".repeat(500) + "b"],
  ["(a+)+b", "a".repeat(500)],
  [".*.*.*.*.*=x", "=".repeat(240)],
  ["(?:a*)*b", "a".repeat(200)],
];
for (const [pattern, input] of slow) {
  Deno.test(`JavaPattern.matches() is quick when ${pattern} would take exponential time`, () => {
    assert.equal(JavaPattern.compile(pattern).matches(input), false);
  });
}

const hopeless = ["(a|aa)+\\1c", "((a*)*)*b", "(?:(?:a?){30}){30}b"];
for (const pattern of hopeless) {
  Deno.test(`JavaPattern.matches() gives up when ${pattern} has too many ways to match`, () => {
    assert.throws(() => JavaPattern.compile(pattern).matches("a".repeat(60)), {
      name: "DataError",
      message: `Cannot match "${"a".repeat(60)}" with the regular expression "${pattern}": ` +
        "there are too many ways to try",
    });
  });
}

Deno.test("JavaPattern.matches() does not try again when a text has taken too long before", () => {
  const pattern = JavaPattern.compile("(a|aa)+\\1c");
  const hopelessText = "a".repeat(60);
  const failed = () => assert.throws(() => pattern.matches(hopelessText), { name: "DataError" });
  failed();
  const startMs = performance.now();
  for (let count = 0; count < 100; count++) failed();
  assert.ok(performance.now() - startMs < 1000, "a hundred more are quick");
  assert.equal(pattern.matches("aac"), true);
  failed();
});

Deno.test("JavaPattern.matches() takes long texts on which Java's stack overflows", () => {
  assert.equal(JavaPattern.compile("(?:a|b)*c").matches("ab".repeat(200_000) + "c"), true);
});

Deno.test("JavaPattern.compile() refuses groups nested too deep", () => {
  const nested = (depth: number) => "(".repeat(depth) + "a" + ")".repeat(depth);
  assert.equal(JavaPattern.compile(nested(300)).matches("a"), true);
  assert.throws(() => JavaPattern.compile(nested(5000)), {
    name: "ConfigError",
    message: /^More than 400 groups inside each other near index/,
  });
});

Deno.test("JavaPattern.compile() refuses what would take long to read", () => {
  assert.equal(JavaPattern.compile("a".repeat(65_536)).matches("a"), false);
  assert.throws(() => JavaPattern.compile("a|".repeat(500_000)), {
    name: "ConfigError",
    message: "A regular expression of 1000000 characters, more than 65536",
  });
});
