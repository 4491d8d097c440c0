import assert from "node:assert/strict";
import recorded from "../../golden/config-values.json" with { type: "json" };
import { javaRegex } from "../../../src/herder/config/java_regex.ts";

/** What Java understands and we refuse, because JavaScript means another thing by it, or nothing. */
const refused = [
  "[a[b]]+",
  "[a-z&&[^b]]+",
  "(?<x>a)\\k<x>b",
  "(a)\\1b",
  "(?i:a)",
  "(?i:topic)",
  "(?x) a",
  "(?>a+)b",
  "a++b",
  "a*+",
  "a?+b",
  "a{1,2}+b",
  "\\Qa\\E",
  "\\Qa.b\\E",
  "\\p{Alpha}+",
  "\\p{L}+",
  "\\p{Lu}",
  "\\pL",
  "\\p{IsLatin}",
  "\\h",
  "\\R",
  "\\X",
  "\\Aa\\z",
  "\\a",
  "\\e",
  "\\x{61}",
  "\\0141",
  "\\cA",
  "{1}",
  "\\1",
  "(a)\\2",
  "[\\d&&[1]]",
  "[\\Qa\\E]",
  "[[:alpha:]]",
  "\\N{LATIN SMALL LETTER A}",
  "\\v",
  "\\G.*",
  "\\Z",
];

/** The mistakes that people make, for which Java's words are ours. */
const inJavasWords = /^(Unclosed|Unmatched|Dangling|Illegal repetition near)/;

const topics = recorded.topics;

for (const { regex, matches, error } of recorded.regexes) {
  Deno.test(`javaRegex() takes ${JSON.stringify(regex)} as Java does`, () => {
    if (matches === undefined || refused.includes(regex)) {
      const sameWords = error !== undefined && inJavasWords.test(error) && regex !== "[a-";
      assert.throws(() => javaRegex(regex), {
        name: "ConfigError",
        ...sameWords && { message: error },
      });
      return;
    }
    const pattern = javaRegex(regex);
    assert.deepEqual(topics.filter((topic) => pattern.test(topic)), matches);
  });
}

Deno.test("javaRegex() says what it refuses", () => {
  assert.throws(() => javaRegex("logs-\\p{Alpha}+"), {
    message: '"\\p" in "logs-\\p{Alpha}+" cannot be used here, ' +
      "for JavaScript does not read it as Java does",
  });
});
