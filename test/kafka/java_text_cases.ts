/**
 * Regular expressions and date patterns to ask Java about: each trait of the syntax, each mistake, and
 * any number of random ones.
 *
 * @module
 */

import fc from "fast-check";
import { JavaDateFormat } from "../../mod.ts";
import type { DateCase, RegexCase, TextCases } from "../golden/java_text_answers.ts";
import type { Java } from "./java.ts";

const nowMs = Date.UTC(2026, 10, 25, 12);

const mistakes = [
  ..."\\ a\\ [\\ [a- [a (?<=(?:a|b){2})c (?<=(a|b)+)c (?<=(ab)*)c (?<=\\1) \tab( (?z) (?i-z)".split(
    " ",
  ),
  ..."\\N \\p{InFoo} \\p{IsFoo} \\p{Foo} \\p{sc=Foo} \\p{blk=foo} \\p{x=y} \\p{ \\p{} \\p \\pX"
    .split(" "),
  ..."\\c \\x1 \\x{110000} \\x{} \\x{41 \\u12 \\0 \\08 a{1 a{2,1} a{99999999999} a{,3} a{ {".split(
    " ",
  ),
  ..."(?<1a>x) (?<a>x)(?<a>y) \\k<b> \\ka (?<a (?<a_b>x) (?$) (?@) (? (?< ( a) *a a** a|* [[a]"
    .split(" "),
  ..."[&&] [z-a] [a-\\d] [] [^] [\\1] [\\b] [\\X] \\b{x} \\b{g \\y (?:a (?=a (?>a \\Qa*\\Eb( \\E"
    .split(" "),
  ..."a??? (?i (?i: (?<n>a)\\k<n (?s \\p{IsAlphabetic \\p{lower} \\p{javaFoo} [a&&".split(" "),
  ..."\\p{general_category=Foo} (?x)( (?x)#\n( \\q [\\q] [a-\\p{L}] a{1,2,3} (?<= (?<! ]{".split(
    " ",
  ),
  "[\\Qa\\E",
  "é(",
  "😀(",
  "(?x) a{ 1}",
];

const traits: readonly (readonly [pattern: string, replacement: string, ...inputs: string[]])[] = [
  ["(a)(b)?", "[$1$2$0]", "ab", "a", "xaby", ""],
  ["(?<name>x+)-(?<n2>y)", "${n2}${name}\\$\\\\", "xx-y", "ax-yb-x-y"],
  ["(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)(.)", "$11$12$1a$0", "abcdefghijkl", "abcdefghijk"],
  ["(a)", "$2", "a", "b"],
  ["a", "$", "a"],
  ["a", "\\", "a"],
  ["a", "$x", "a"],
  ["a", "${", "a"],
  ["a", "${}", "a"],
  ["a", "${1}", "a"],
  ["a", "${no}", "a"],
  ["a", "${no", "a"],
  ["(?<n>a)", "${n", "a"],
  ["", "-", "", "ab"],
  ["x*", "-", "axxb", "x", ""],
  ["\\b", "|", "ab cd", "é_1-x", "a\u0301b", "\u0301a", ""],
  ["\\B", "|", "ab cd", "é_1-x"],
  ["(?U)\\b\\w+\\b", "<$0>", "é_1 ж", "a\u0301b"],
  ["\\w+", "<$0>", "é_1-x", "ж٣a"],
  ["\\d+|\\D", "<$0>", "1٣a"],
  ["(?U)\\d+|\\s", "<$0>", "1٣a\u00a0b"],
  ["[\\s&&[^\\n]]", "_", "a \n\tb"],
  ["\\h+\\v*", "_", "a \u00a0\u180e\n\r\u2028b"],
  ["\\R", "N", "a\r\nb\nc\rd\u0085e\u2028f\u000bg"],
  ["\\R{2}", "N", "\r\n", "\r\n\n", "\n\r"],
  ["\\R\\n", "N", "\r\n", "\r\n\n"],
  ["(\\R)+\\n", "N", "\r\n", "\r\n\n"],
  ["\\X", "<$0>", "e\u0301a\r\n👨‍👩‍👧🇩🇪x"],
  ["\\b{g}", "|", "e\u0301a👨‍👩‍👧x"],
  ["\\Qa.b*\\E+", "_", "a.b*", "a.b**", "axb"],
  ["\\Q\\E1\\Q2\\3\\E4", "_", "12\\34", "124"],
  ["\\x4\\Q1\\E", "_", "A", "\u00041"],
  ["a\\Q*", "_", "a*"],
  ["[\\Qa-c]\\E]+", "_", "a-c]", "b"],
  ["^a$", "_", "a", "a\n", "a\r\n", "a\n\n", "b\na", "a\u2028", "a\r"],
  ["(?m)^a?$", "_", "a\nb\na\r\n\ra", "a\n", "\n", ""],
  ["(?md)^a?$", "_", "a\nb\na\r\n\ra", "a\n"],
  ["(?d)a$|.", "_", "a\r", "a\n", "\u2028"],
  ["(?s).", "_", "\n\r\u2028😀"],
  [".", "_", "\na\r\u0085b\u2028😀"],
  ["a\\Z|\\Aa|a\\z", "_", "a\n", "aba", "ba\r\n"],
  ["\\Ga", "_", "aaba", "baa"],
  ["(?i)straße|K|é", "_", "STRASSE", "STRAßE", "k\u212a", "É"],
  ["(?iu)straße|K|é", "_", "STRASSE", "STRAßE", "k\u212a", "É", "ſtraße", "STRAẞE"],
  ["(?i)[k-m]+[É]?", "_", "KLM", "k\u212aé"],
  ["(?iu)[k-m]+[É]?", "_", "KLM", "k\u212aé"],
  ["(?i)[ksé]+", "_", "KSÉ\u017f\u212a"],
  ["(?iu)[ksé]+", "_", "KSÉ\u017f\u212a"],
  ["(?iu)ΣΟΦΌΣ|\u1f80|İ|ı", "_", "σοφός", "\u1f88", "i", "I", "\u0130", "\u0131"],
  ["(?i)(a)\\1", "_", "aA", "AA", "aé"],
  ["(?iu)(é)\\1", "_", "éÉ", "éé"],
  ["(?i:a)b", "_", "Ab", "AB"],
  ["a(?i)b|c", "_", "aB", "C", "A"],
  ["(a(?i)b)c", "_", "aBc", "aBC"],
  ["(?i-i)A", "_", "a", "A"],
  ["(?x) a b # c\n [ d e ] \\ ", "_", "abd ", "abe ", "ab  "],
  ["(?x)a #\u2028b", "_", "ab"],
  ["(?xd)a #\u2028b\nc", "_", "ac"],
  ["[a-c[x-z]&&[^b]]+", "_", "abcxyz"],
  ["[a-z&&[def]&&[ef]]", "_", "cdefg"],
  ["[a&&[b]&c]", "_", "abc&"],
  ["[abc&&]", "_", "abcd&"],
  ["[&&a]", "_", "a&b"],
  ["[a&&&&b]", "_", "a&b"],
  ["[a&b]+", "_", "a&b"],
  ["[^a[b]]", "_", "abc"],
  ["[[^a]&&[^b]]", "_", "abc"],
  ["[^&&a]", "_", "a&b"],
  ["[a-d&&b-f&&c-e]", "_", "abcdefg"],
  ["[]a]+|[^]a]+", "_", "]ab"],
  ["[a-]+|[-x]", "_", "a-x"],
  ["[a-[b]c]", "_", "a-bc"],
  ["[^^a]", "_", "^ab"],
  ["[\\d-z]", "_", "1-za"],
  ["[\\w&&\\D]", "_", "a1_"],
  ["[\\v-x]", "_", "\u000b!wy\n"],
  ["[a\\]\\[\\\\^-]+", "_", "a][\\^-b"],
  ["[😀-😎x]+", "_", "😁x😀"],
  ["\\p{L}+\\P{L}\\pN", "_", "éж-1", "a1"],
  ["\\p{Lu}\\p{IsLl}\\p{gc=Nd}", "_", "Aa1", "aA1"],
  ["(?i)\\p{Lu}\\p{Ll}\\p{Lower}\\p{Upper}\\p{javaLowerCase}", "_", "aAAaA", "11111"],
  ["\\p{IsLatin}\\p{script=Greek}\\p{IsCyrl}", "_", "éαж", "aaa"],
  ["\\p{InGreek}\\p{blk=Basic Latin}\\p{InLatin-1Supplement}", "_", "αaé"],
  ["\\p{Alpha}\\p{Alnum}\\p{Punct}\\p{XDigit}\\p{Space}\\p{Blank}", "_", "a1!f\n\t", "é1!f\n\t"],
  ["(?U)\\p{Alpha}\\p{alnum}\\p{punct}\\p{Lower}", "_", "é٣—ж", "$$$$"],
  ["\\p{IsAlphabetic}\\p{IsWhite_Space}\\p{IsPunctuation}", "_", "é\u00a0—"],
  ["\\p{javaJavaIdentifierStart}\\p{javaWhitespace}\\p{javaMirrored}", "_", "$ (", "1 ("],
  ["\\p{ASCII}\\p{L1}\\p{all}\\p{LC}\\p{LD}", "_", "aé😀A1"],
  ["a++ab|a*+b|a?+ab", "_", "aab", "ab", "aaab"],
  ["(?>a|ab)c|x", "_", "abc", "ac"],
  ["(?:ab){2}+c|(a|b){1,2}+b", "$1", "ababc", "abb", "aab"],
  ["(?<=a{1,3}b?)c|(?<!x)d", "_", "abc", "aaaac", "xd", "d"],
  ["(?<=(?:ab|c))d|(?<=a*)e", "_", "abd", "cd", "bd", "aae", "e"],
  ["(?=(a+))a*b\\1", "$1", "baaabac", "aab"],
  ["(?!a(b))a(.)", "$1,$2", "ab", "ac"],
  ["(?:(a)|b)*", "[$1]", "ab", "ba", "aab"],
  ["(?:(a)|(b)|c)*", "[$1$2]", "abc", "cba"],
  ["((\\w)\\d)*x1", "$1$2", "a1x1", "a1b2x1"],
  ["(a|ab)(c|bcd)(d*)", "$1,$2,$3", "abcd"],
  ["(a*)*|(a*)+", "[$1]", "aa", "b", ""],
  ["(\\b)*a|()*b|(a?)*?b", "[$1$2]", "a", "b", "ab"],
  ["(a?)*?b|(?:a?){3}", "[$1]", "aab", "aaaa"],
  ["(?:a|ab){2,3}?c", "_", "aabc", "abababc", "ac"],
  ["(a{2}){2,}", "$1", "aaaaa", "aaa"],
  ["a{2}{3}b|{1}c|{0}", "_", "aab", "c"],
  ["(a)\\11|(b)\\2", "_", "aa1", "bb"],
  ["(a)|\\1b", "_", "b", "a"],
  ["\\2(a)", "_", "a", "aa"],
  ["\\x61\\u0062\\0143\\x{64}\\e\\cA\\a\\f\\t", "_", "abcd\u001b\u0001\u0007\f\t"],
  ["\\ud83d\\ude00|\\uD83D", "_", "😀", "x"],
  ["]|}", "_", "]a}"],
  ["a\\-b\\_\\é", "_", "a-b_é"],
  ["a{1", "_"],
  ["(?<=^|,)x(?=,|$)", "_", "x,x,y", "xx"],
  ["(?<=(a))??\\1", "<$1>", "aab", "b"],
  ["(?=a)*b|(?!a)+c|(?>b){2}", "_", "b", "c", "bb"],
];

const regexTokens = [
  ..."( ) (?: (?= (?! (?<= (?<! (?> (?<n> (?i) (?x) (?s-i: (?m) [ [^ ] && - ^ $ . | * + ? *+ +? ??"
    .split(" "),
  ..."{2} {1,} {0,2} {1,2}? a b A 1 _ \\d \\W \\b \\B \\R \\X \\1 \\2 \\k<n> \\p{L} \\P{Lu} \\x41"
    .split(" "),
  ..."\\A \\z \\Z \\G \\Q \\E \\h \\V [a-c] [^b] [\\w&&[^1]] \\ é # { } , \\0101 \\u0061 \\pL"
    .split(" "),
  " ",
  "\n",
];

const leaf = fc.constantFrom(
  ..."a b c A é 1 _ - . ^ $ \\d \\w \\W \\s \\b \\B \\R \\Z \\z \\G \\1 \\2 \\p{Lu} \\P{L} \\h"
    .split(" "),
  ..."[ab] [^a] [a-c&&[^b]] [\\w&&\\D] [b-] ab bc abc \\Qa.b\\E (?i) (?m) (?s) \\x61 \\p{javaLetter}"
    .split(" "),
);
const quantifier = fc.constantFrom(
  ..."* + ? *? +? ?? *+ ++ ?+ {2} {1,2} {0,1} {2,} {1,3}? {0,2}+".split(" "),
);
const { pattern: soundPattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 4 },
    { weight: 3, arbitrary: leaf },
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.constantFrom("(", "(", "(?:", "(?=", "(?!", "(?<=", "(?>", "(?i:"),
        tie("pattern"),
      ).map(([open, body]) => `${open}${body})`),
    },
    { weight: 3, arbitrary: fc.tuple(tie("part"), quantifier).map((both) => both.join("")) },
  ),
  pattern: fc.oneof(
    { weight: 3, arbitrary: fc.array(tie("part"), { minLength: 1, maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc.tuple(tie("part"), tie("part")).map(([one, other]) => [one, "|", other]),
    },
  ).map((parts) => parts.join("")),
}));

const regexInput = fc.array(
  fc.constantFrom(..."aaabbbcA1_-é. \n\r", "ab", "abc", "e\u0301"),
  {
    maxLength: 8,
  },
).map((parts) => parts.join(""));
const replacement = fc.constantFrom("_", "[$0]", "$1-", "$2", "\\$$1", "", "${n}");

/** Random regular expressions, half of them sound. */
function randomRegexes(count: number, seed: number): RegexCase[] {
  const soup = fc.array(fc.constantFrom(...regexTokens), { minLength: 1, maxLength: 8 })
    .map((tokens) => tokens.join(""));
  const one = fc.record({
    pattern: fc.oneof(soundPattern, soup),
    replacement,
    inputs: fc.array(regexInput.map((input) => ({ input })), { minLength: 3, maxLength: 3 }),
  });
  return fc.sample(one, { numRuns: count, seed });
}

const times = [
  0,
  -1,
  1_700_000_000_123,
  1_577_664_000_000,
  1_609_372_800_000,
  253_402_300_800_000,
  -12_219_292_800_001,
  -12_219_292_800_000,
  -12_212_640_000_000,
  -62_135_596_800_001,
  -62_167_392_000_000,
  -126_639_504_000_000,
];

const dateTraits: readonly (readonly [pattern: string, ...texts: string[]])[] = [
  [
    "yyyy-MM-dd",
    ..."2023-11-14 2023-1-4 23-11-14 2023-13-45 2023-11 x 2023-11-14x -2023-11-14".split(" "),
  ],
  ["yyyy-MM-dd", " 2023-11-14", "2023- 11-14", "+2023-11-14", "2023--11-14", "99999-01-01", ""],
  [
    "yyyy-MM-dd",
    "2023-11-1４",
    "1582-10-04",
    "1582-10-05",
    "1582-10-14",
    "1582-10-15",
    "0000-01-01",
  ],
  [
    "yyyy-MM-dd",
    "1500-02-29",
    "1900-02-29",
    "-5-01-01",
    "1582--2-300",
    "2E3-1-1",
    "4294969319-01-01",
  ],
  ["yyyyMMdd", "20231114", "2023111", "202311", "120231114", "2023-114"],
  ["yyMMdd", "231114", "461124", "461125", "461126", "1231114", "000101", "-10101"],
  ["yy", "23", "46", "47", "3", "123", "-3", " 3", "٢٣", "0x"],
  ["y", "5", "45", "2023"],
  [
    "YYYY-'W'ww-u",
    "2023-W46-2",
    "2020-W53-7",
    "2021-W01-1",
    "2020-W10-9",
    "2020-W10-0",
    "2020-W10--8",
  ],
  ["YYYY", "2020", "-5", "0", "1582", "1583"],
  ["YY-ww", "46-01", "47-01"],
  ["yyyy-YYYY", "2020-2021"],
  ["YYYY-yyyy-MM", "2020-2021-05"],
  ["G YYYY", "BC 5", "AD 5"],
  ["G y", "BC 1", "ad 1", "Before Christ 44", "Anno Domini 1", "AD -1", "BC 0", "A 1"],
  ["GGGG yyyy", "BC 1"],
  ["yyyy-MM-W-u", "2023-11-3-2", "2023-11-1-9"],
  ["yyyy-MM-W", "2020-05-3", "2020-05--1"],
  ["yyyy-MM-F-E", "2023-11-2-Tue", "2020-05--1-Tuesday", "2020-05--2-Mon"],
  ["yyyy-MM-F", "2020-05-3"],
  ["yyyy-D", "2023-318", "2023-366", "2023-0", "1582-288", "1582-300"],
  ["yyyy-D-MM", "2020-40-05"],
  ["yyyy-MM-D", "2020-05-40"],
  ["yyyy ww E", "1582 42 Fri", "2020 10 Mon"],
  ["yyyy-ww-u", "2020-10-9", "2020-10-0"],
  ["MM-u-ww-W-F-d", "05-3-10-2-1-7"],
  ["d-F-W-ww-u-MM", "7-1-2-10-3-05"],
  ["ww W u", "10 2 3"],
  ["W ww u", "2 10 3"],
  ["u", "3", "7", "8"],
  ["MMM dd yyyy", "Nov 14 2023", "november 14 2023", "NOV 14 2023", "Novem 14 2023", "x 1 2000"],
  ["MMMM LLLL LLL M L", "March March Mar 3 3"],
  ["ddMMMMyyyy", "5May2020", "05 May2020"],
  [
    "EEE, d MMM yyyy HH:mm:ss Z",
    "Tue, 14 Nov 2023 22:13:20 +0000",
    "tuesday, 1 nov 2023 1:1:1 GMT",
  ],
  ["hh:mm a", "10:00 PM", "12:00 AM", "12:00 pm", "13:00 AM", "10:00 XM", "10:00 p"],
  ["kk:mm", "24:00", "0:00", "25:00"],
  ["KK:mm a", "0:00 PM", "12:00 AM"],
  ["H a", "5 PM"],
  ["h a H", "3 PM 5"],
  ["H h a", "15 3 AM"],
  ["h H", "3 15"],
  [
    "H",
    "5E1",
    "5e1",
    "NaN",
    "∞",
    "-∞",
    "1.9",
    ".5",
    "-",
    "--5",
    "-0",
    "٣",
    "5E-1",
    "\t5",
    "\n5",
    "5x",
  ],
  ["HHmmss.SSS", "053015.5", "53015.500", "5E1015.5", " 53015.5", "053015.123456"],
  ["HH:mm z", "10:00 UTC", "10:00 PST", "10:00 CEST", "10:00 Pacific Daylight Time", "10:00 utc"],
  [
    "HH:mm z",
    "10:00 +0100",
    "10:00 GMT-02:30",
    "10:00 GMT+1",
    "10:00 XYZ",
    "10:00 Z",
    "10:00  GMT",
  ],
  ["HH:mm Z", "10:00 -24:00", "10:00 +2359", "10:00 +2360", "10:00 GMT5", "10:00 EST", "10:00 +1"],
  ["HH:mm X", "10:00 Z", "10:00 +01", "10:00 +0130", "10:00 z", "10:00 +24", "10:00 -05"],
  ["HH:mm XX", "10:00 Z", "10:00 +01", "10:00 +0130", "10:00 -01:30"],
  ["HH:mm XXX", "10:00 Z", "10:00 +01", "10:00 +0130", "10:00 -01:30"],
  ["zHH", "UTC05", "PST5"],
  ["zzzz ZZZZ X", "Coordinated Universal Time +0000 Z"],
  ["''yyyy''", "'2023'"],
  ["'a''b'yyyy年MM月[é]", "a'b2023年11月[é]"],
  ["yyyy'T'", "2023T", "2023X"],
  ["'a'", "a", "ab", "b"],
  ["", "", "x"],
  ["G GG y yy yyy yyyyyy Y YY YYY M MM MMMMM w ww W D DDD d dd F E EEEEE u uu a H k K h m s S SS SSSS"],
  ..."abc b ' y'x XXXX XXXX' XXXX-b XXXXb yyyy-MM-dd' n ''yyyy''' é'".split(" ").map((one) =>
    [one] as const
  ),
];

const dateTokens = [
  ..."G y yy yyyy Y YYYY M MM MMM MMMM L LLL w ww W D DDD d dd F E EEEE u a H HH k K h hh m mm"
    .split(" "),
  ..."s ss S SSS z zzzz Z X XX XXX - / : . 'T' ' ''".split(" "),
  " ",
];

/** Random date patterns, with texts in their form that are changed here and there. */
function randomDates(count: number, seed: number): DateCase[] {
  const changed = fc.record({
    time: fc.integer({ min: -130_000_000_000_000, max: 130_000_000_000_000 }),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 0, max: 2 }),
    text: fc.constantFrom("", "", "", "", "1", "0", "-", " ", "x", "45", "+0130"),
  });
  const one = fc.record({
    // Of two zones Java counts parts of both; here the last counts.
    pattern: fc.array(fc.constantFrom(...dateTokens), { minLength: 1, maxLength: 7 })
      .map((tokens) => tokens.join(""))
      .filter((pattern) => [...pattern.matchAll(/z+|Z+|X+/g)].length < 2),
    times: fc.array(fc.integer({ min: -62_200_000_000_000, max: 4_000_000_000_000 }), {
      minLength: 3,
      maxLength: 3,
    }),
    texts: fc.array(changed, { minLength: 4, maxLength: 4 }),
  });
  return fc.sample(one, { numRuns: count, seed }).map(({ pattern, times, texts }) => ({
    pattern,
    times,
    texts: texts.map(({ time, at, length, text }) => {
      const whole = formatted(pattern, time);
      const index = Math.floor(at * whole.length);
      const cut = text === "" ? 0 : length;
      return { input: whole.slice(0, index) + text + whole.slice(index + cut) };
    }),
  }));
}

function formatted(pattern: string, time: number): string {
  try {
    return JavaDateFormat.compile(pattern, nowMs).format(time);
  } catch {
    // What is wrong with the pattern is seen when it is compared.
    return "";
  }
}

/** Each trait and each mistake. */
function traitCases(): TextCases {
  const inputs = (texts: readonly string[]) => texts.map((input) => ({ input }));
  return {
    nowMs,
    regexes: [
      ...mistakes.map((pattern) => ({ pattern, replacement: "", inputs: inputs([]) })),
      ...traits.map(([pattern, replacement, ...texts]) => ({
        pattern,
        replacement,
        inputs: inputs(texts),
      })),
    ],
    dates: dateTraits.map(([pattern, ...texts]) => ({ pattern, times, texts: inputs(texts) })),
  };
}

/** So many random patterns of each kind. */
export function randomCases(count: number, seed: number): TextCases {
  return { nowMs, regexes: randomRegexes(count, seed), dates: randomDates(count, seed) };
}

/** What Java answers. */
export async function answersOf(java: Java, cases: TextCases): Promise<TextCases> {
  const compiled = await java.withPrograms();
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, JSON.stringify(cases));
    const { code, stdout, stderr } = await compiled.run("JavaText", path);
    if (code !== 0) throw new Error(`Java does not answer: ${stderr}`);
    return JSON.parse(stdout);
  } finally {
    await Deno.remove(path);
  }
}

/** What is recorded in test/golden/java-text.json. */
export function recordedCases(): TextCases {
  const [traits, random] = [traitCases(), randomCases(150, 7)];
  return {
    nowMs,
    regexes: [...traits.regexes, ...random.regexes],
    dates: [...traits.dates, ...random.dates],
  };
}
