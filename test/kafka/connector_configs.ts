/** Random configurations of connectors, with transforms, predicates and converters: most are sound but for a key. */

import fc from "fast-check";
import { configsOf } from "./transform_configs.ts";

/** A configuration as it may be validated. */
export type NullableProps = Record<string, string | null>;
type SomeProps = fc.Arbitrary<NullableProps>;

const { constantFrom: one, oneof, tuple, array, option, record, uniqueArray } = fc;
const nothing: NullableProps = {};
const maybe = (props: SomeProps, freq = 1) => option(props, { freq, nil: nothing });
const merged = (all: readonly NullableProps[]): NullableProps => Object.assign({}, ...all);
const under = (prefix: string, props: NullableProps): NullableProps =>
  Object.fromEntries(Object.entries(props).map(([key, value]) => [`${prefix}.${key}`, value]));

const oddTexts = oneof(
  one("", " ", "x", "true", "TRUE", " false ", "1", "-1", "99999999999", "1.5", "a,b", "a,,b"),
  one(
    "None",
    "all",
    "null",
    "[",
    "\u0007",
    " a ",
    "none",
    "t",
    "g",
    "required",
    "poll",
    "t,u",
    "a.*",
  ),
);

/** Now and then another value than is meant, or none. */
function disturbed(props: Record<string, string>): SomeProps {
  return tuple(
    ...Object.entries(props).map(([key, value]) =>
      oneof(
        { weight: 12, arbitrary: fc.constant(value as string | null) },
        { weight: 1, arbitrary: oneof(oddTexts, one(null)) },
      ).map((some) => ({ [key]: some }))
    ),
  ).map(merged);
}

const transforms = "org.apache.kafka.connect.transforms.";
/** Transforms of whole records; the others have a `$Key` and a `$Value`. */
const ofRecords = ["DropHeaders", "Filter", "InsertHeader", "RegexRouter", "TimestampRouter"];
const ofParts = [
  ...["Cast", "ExtractField", "Flatten", "HeaderFrom", "HoistField", "InsertField", "MaskField"],
  ...["ReplaceField", "SetSchemaMetadata", "TimestampConverter", "ValueToKey"],
];

/** The names of a class, right and wrong ones, and its keys. */
function plugin(kind: "transforms" | "predicates"): SomeProps {
  const named = kind === "predicates"
    ? one("HasHeaderKey", "RecordIsTombstone", "TopicNameMatches").chain((name) => {
      const javaName = `${transforms}predicates.${name}`;
      return one(name, javaName).map((type) => ({ type, javaName }));
    })
    : one(...ofRecords, ...ofParts).chain((name) => {
      const javaName = `${transforms}${name}${ofParts.includes(name) ? "$Value" : ""}`;
      const types = [name, `${name}$Value`, `${name}$Key`, `${name}.Value`, javaName];
      return one(...types, `${transforms}${name}`, `${transforms}${name}$Key`)
        .map((type) => ({ type, javaName }));
    });
  return named.chain(({ type, javaName }) =>
    configsOf(javaName).chain((props) => disturbed({ type, ...props }))
  );
}

const conditions = record({
  predicate: one("p", "q", "zz", ""),
  negate: one("true", "x", "false"),
}, { requiredKeys: [] });

function plugins(kind: "transforms" | "predicates", aliases: string[]): SomeProps {
  const each = (alias: string) =>
    tuple(plugin(kind), kind === "transforms" ? maybe(conditions, 4) : one(nothing))
      .map((parts) => under(`${kind}.${alias}`, merged(parts)));
  return tuple(uniqueArray(one(...aliases), { maxLength: 3 }), one(",", " , "))
    .chain(([some, comma]) =>
      tuple(...some.map(each)).map((parts) => merged([{ [kind]: some.join(comma) }, ...parts]))
    );
}

const converters = tuple(
  one("key.converter", "value.converter", "header.converter"),
  oneof(
    one("JsonConverter", "StringConverter", "SimpleHeaderConverter", "LongConverter", "Json"),
    one("org.apache.kafka.connect.json.JsonConverter", "BooleanConverter", "nope"),
    oddTexts,
  ),
  record({
    "schemas.enable": one("true", "x", "FALSE"),
    "schemas.cache.size": one("5", "x", ""),
    "decimal.format": one("numeric", "BASE64", "z"),
    "replace.null.with.default": one("true", "1"),
    "converter.encoding": one("UTF-8", "zz"),
    "converter.type": one("key", "nope"),
    "schema.content": one("", "{}"),
  }, { requiredKeys: [] }),
).map(([key, type, props]) => ({ [key]: type, ...under(key, props) }));

const keys = [
  ...["name", "tasks.max", "tasks.max.enforce", "config.action.reload", "errors.retry.timeout"],
  ...["errors.retry.delay.max.ms", "errors.tolerance", "errors.log.enable", "file"],
  "errors.log.include.messages",
];
const kinds = {
  FileStreamSource: [
    ...keys,
    ...["topic", "batch.size", "exactly.once.support", "transaction.boundary"],
    ...["transaction.boundary.interval.ms", "offsets.storage.topic", "topic.creation.groups"],
    ...["topic.creation.default.partitions", "topic.creation.default.replication.factor"],
    ...["topic.creation.g.include", "topic.creation.g.exclude", "topic.creation.g.partitions"],
  ],
  FileStreamSink: [
    ...keys,
    ...["topics", "topics.regex", "errors.deadletterqueue.topic.replication.factor"],
    ...["errors.deadletterqueue.topic.name", "errors.deadletterqueue.context.headers.enable"],
  ],
} as const;

/** What Java answers 500 to; see docs/differences.md. */
function isAnswered(props: NullableProps): boolean {
  return props["errors.deadletterqueue.topic.name"] !== null;
}

/** Configurations of the connectors that come with Kafka. */
export const connectorConfigs: SomeProps = one("FileStreamSource", "FileStreamSink" as const)
  .chain((kind) => {
    const odd = array(tuple(one(...kinds[kind]), oneof(oddTexts, one(null))), { maxLength: 4 });
    return tuple(
      maybe(plugins("transforms", ["a", "b", "c d", "x.y", "", "transforms", "p"]), 2),
      maybe(plugins("predicates", ["p", "q", "r"])),
      maybe(converters),
      maybe(odd.map(Object.fromEntries), 2),
    ).map((parts) =>
      merged([
        { [kind === "FileStreamSource" ? "topic" : "topics"]: "t" },
        ...parts,
        { "connector.class": kind },
      ])
    );
  }).filter(isAnswered);
