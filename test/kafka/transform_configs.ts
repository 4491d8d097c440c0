/** Random configurations for each transform and predicate of Kafka Connect 4.2: valid and odd ones. */

import fc from "fast-check";

const { constantFrom: one, oneof, record, array, tuple } = fc;

type Texts = fc.Arbitrary<string>;

/** Keys with their texts; each but those named may be left out. */
function keys(all: Record<string, Texts>, ...required: string[]) {
  return record(all, { requiredKeys: required }) as fc.Arbitrary<Record<string, string>>;
}

const rarely = (odd: Texts, usual: Texts) =>
  oneof({ weight: 1, arbitrary: odd }, { weight: 16, arbitrary: usual });
const list = (items: Texts, maxLength = 3) =>
  array(items, { minLength: 1, maxLength }).map((some) => some.join(","));

const replaceNull = rarely(one("x", "TRUE"), one("true", "false", "false"));
/** One that most records have. */
const field = one("a", "b", "c", "ts", "a.b", "é", "n", "l", "m", "zz");
const fields = rarely(one("", "a,,b", "a,a", " a , b "), list(field));
const path = oneof(
  field,
  one("n.a", "n.ts", "n.n.b", "n.zz", "`a.b`", "n.`a.b`", "a.zz", "m.k", "l.a"),
  one("n.", ".n", "n..a", "`a`b", "`a", "a`", "`a\\`b`", "", "``", "n. a"),
);
const type = one(
  ...["int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string"],
);
const spec = oneof(
  type,
  list(tuple(field, type).map((pair) => pair.join(":")), 2),
  list(tuple(field, type).map((pair) => pair.join(":")), 4),
  one("", "a", "a:b:c", "a:nope", ":int8", "a:", "a:int32,a:string", "int8,int16", "array"),
  one("bytes", "a:bytes", "a:INT32", "INT32", "a: int8", "struct", "int8,a:int8", "a:int8,,b:int8"),
);
const suffixed = tuple(rarely(oneof(field, one("")), one("x", "y", "z")), one("", "!", "?", "!?"))
  .map((two) => two.join(""));
const literal = one("", "x", "1", "1.5", "true", "null", "[1,2]", '{"a":1}', "2019-08-23", " 5 ");
const regex = oneof(
  one(".*", "(.*)", "t", "topic-(.*)", "([a-z]+)[._-](.*)", "(?<name>\\w+)-.*", "(?i)T(OPIC)?.*"),
  one(
    "",
    "(",
    "[",
    "a|b|t",
    "\\d+",
    "(a)?(t)",
    "\\Qa.b.c\\E",
    "[a-z&&[^t]]*.*",
    "\\p{Alpha}.*",
    "t++",
  ),
);
const replacement = one(
  ...["x", "$1", "$1-x", "${name}", "$0$0", "\\$1", "$", "\\", "$3", "", "$$1", "a$1b$2", "$10"],
);
const renames = rarely(
  one("", "a", "a:", ":a", "a:b:c", "a:x,a:y", "a:b,b:a", "a:x:,b:y::", "::", "a:x,a:x"),
  list(tuple(field, one("x", "y", "z", "a", "b", "n")).map((pair) => pair.join(":"))),
);
const format = oneof(
  one("yyyy-MM-dd", "yyyyMMdd", "yyyy-MM-dd'T'HH:mm:ss.SSSX", "yyyy-MM-dd HH:mm:ss", "HH:mm:ss"),
  one("EEE, d MMM yyyy HH:mm:ss Z", "h:mm a", "yy D", "''yyyy''", "SSS", "MMMM d", "G y", "kk K"),
  one("", "yyyy'", "q", "yyyy-MM-ddTHH", "YYYY ww u", "XXX", "z", "F E"),
);
const syntax = rarely(one("V3", ""), one("V1", "V2", "v2"));

const all: Record<string, fc.Arbitrary<Record<string, string>>> = {
  Cast: keys({ "spec": spec, "replace.null.with.default": replaceNull }, "spec"),
  DropHeaders: keys({ "headers": list(one("h1", "a", "A", "zz", "")) }, "headers"),
  ExtractField: keys({
    "field": path,
    "field.syntax.version": syntax,
    "replace.null.with.default": replaceNull,
  }, "field"),
  Filter: keys({}),
  Flatten: keys({ "delimiter": one(".", "_", "", "--") }),
  HeaderFrom: tuple(
    keys({ "operation": rarely(one("copied", "MOVE"), one("move", "copy")) }, "operation"),
    keys({ "replace.null.with.default": replaceNull }),
    oneof(
      array(tuple(field, one("h1", "h2", "new")), { minLength: 1, maxLength: 3 }).map((pairs) => ({
        "fields": pairs.map(([name]) => name).join(","),
        "headers": pairs.map(([, header]) => header).join(","),
      })),
      keys({ "fields": fields, "headers": list(one("h1", "")) }, "fields", "headers"),
    ),
  ).map((parts) => Object.assign({}, ...parts)),
  HoistField: keys({ "field": one("f", "", "a b", "é") }, "field"),
  InsertField: tuple(
    oneof(
      {
        weight: 8,
        arbitrary: keys(
          { "static.field": suffixed, "static.value": literal },
          "static.field",
          "static.value",
        ),
      },
      { weight: 1, arbitrary: keys({ "static.field": suffixed, "static.value": literal }) },
    ),
    keys({
      "topic.field": suffixed,
      "partition.field": suffixed,
      "offset.field": suffixed,
      "timestamp.field": suffixed,
      "replace.null.with.default": replaceNull,
    }),
  ).map((parts) => Object.assign({}, ...parts)),
  InsertHeader: keys({ "header": one("h1", "new", ""), "value.literal": literal }, "header"),
  MaskField: keys({
    "fields": fields,
    "replacement": oneof(
      one(
        "***",
        "0",
        "-7",
        "1.5",
        "x",
        "",
        "300",
        "1e400",
        "99999999999",
        "1e99999999999",
        "5.5.5",
      ),
      fc.stringMatching(/^[+-]?[0-9.eEx]{1,24}$/),
    ),
    "replace.null.with.default": replaceNull,
  }, "fields"),
  RegexRouter: keys({ "regex": regex, "replacement": replacement }, "regex", "replacement"),
  ReplaceField: keys({
    "include": fields,
    "exclude": fields,
    "renames": renames,
    "replace.null.with.default": replaceNull,
  }),
  SetSchemaMetadata: keys({
    "schema.name": one("N", "x.Y", ""),
    "schema.version": rarely(one("x", "", "2147483648"), one("1", "-3", "12")),
    "replace.null.with.default": replaceNull,
  }),
  TimestampConverter: keys({
    "field": oneof(field, one("ts", "ts", "")),
    "target.type": rarely(one("date", "x"), one("string", "unix", "Date", "Time", "Timestamp")),
    "format": format,
    "unix.precision": rarely(
      one("x"),
      one("seconds", "milliseconds", "microseconds", "nanoseconds"),
    ),
    "replace.null.with.default": replaceNull,
  }, "target.type"),
  TimestampRouter: keys({
    "topic.format": one(
      "${topic}-${timestamp}",
      "${timestamp}",
      "x",
      "${topic}${topic}",
      "$topic",
      "",
    ),
    "timestamp.format": format,
  }),
  ValueToKey: keys({ "fields": fields, "replace.null.with.default": replaceNull }, "fields"),
  HasHeaderKey: keys({ "name": one("h1", "a", "A", "zz", "") }, "name"),
  RecordIsTombstone: keys({}),
  TopicNameMatches: keys({ "pattern": regex }, "pattern"),
};

/** Configurations for a class, by its Java name. @throws when it has none here */
export function configsOf(javaName: string): fc.Arbitrary<Record<string, string>> {
  const name = javaName.split(".").at(-1)!.split("$")[0];
  const configs = all[name];
  if (configs === undefined) throw new Error(`There are no random configurations for ${name}`);
  // Now and then a required key is missing.
  return oneof({ weight: 30, arbitrary: configs }, { weight: 1, arbitrary: fc.constant({}) });
}
