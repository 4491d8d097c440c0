/** JSON for JsonConverter that is odd in all ways: envelopes, schemas and payloads that nearly fit. */

import fc from "fast-check";

const { constantFrom: one, oneof, tuple, array, option } = fc;

/** JSON text. */
type Text = fc.Arbitrary<string>;

const rarely = (odd: Text, usual: Text, times = 12) =>
  oneof({ weight: 1, arbitrary: odd }, { weight: times, arbitrary: usual });
const quoted = (text: Text) => text.map((some) => JSON.stringify(some));
/** An object of members in the order given; a name may come twice. */
const objectOf = (members: (string | null)[]) => `{${members.filter((one) => one !== null)}}`;
const listOf = (items: Text, maxLength = 3) =>
  array(items, { maxLength }).map((some) => `[${some.join(",")}]`);

const numbers = oneof(
  one("0", "-0", "1", "-1", "127", "128", "-129", "32768", "65536", "2147483647", "2147483648"),
  one("86399999", "86400000", "-86400001", "1700000000123", "9007199254740993"),
  one(
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "123456789012345678901",
  ),
  one("0.0", "-0.0", "1.0", "1.5", "-2.75", "1e3", "1E-2", "1e400", "0.1e1", "12345678901.25"),
  one("1.10", "100.00", "1e10", "9.3e18", "3.4028236e38", "123456789.123456789123456789"),
);
const strings = quoted(oneof(
  one(
    "",
    "a",
    "AQID",
    "AQ==AgM=",
    "AQ=Ag==",
    "BNI=",
    "AQ==",
    "AQ",
    "A Q==",
    "AQ=",
    "/w==",
    "_w==",
    "AAECAwQFBgcICQ==",
    "=",
    "é",
  ),
  one("12.5", "2019-08-23", "true", "\ud83d\ude00", "\u0000", "AQID\n"),
));
const scalars = oneof(numbers, numbers, strings, one("true", "false", "null"));
const names = one("a", "b", "c", "", "é");

/** Any JSON, now and then with a member twice. */
const anything: Text = fc.letrec<{ any: string }>((tie) => ({
  any: oneof(
    { maxDepth: 3 },
    scalars,
    scalars,
    listOf(tie("any")),
    listOf(tuple(tie("any"), tie("any")).map((pair) => `[${pair}]`)),
    array(tuple(quoted(names), tie("any")), { maxLength: 3 })
      .map((members) => objectOf(members.map(([name, value]) => `${name}:${value}`))),
  ),
})).any;

const logical = (name: string) => `org.apache.kafka.connect.data.${name}`;
const typeNames = one(
  ...["int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes"],
);
const logicals = one(
  ...[["int32", "Date"], ["int32", "Time"], ["int64", "Timestamp"], ["bytes", "Decimal"]],
);

/** A member that may be missing, and whose value may be of any kind. */
const member = (name: string, usual: Text, odds = 12) =>
  option(rarely(anything, usual, odds).map((value) => `"${name}":${value}`), { freq: 2 });

/** A schema, and payloads that its values may be. */
interface Kind {
  schema: string;
  payload: string;
}

const extras = tuple(
  member("optional", one("true", "false"), 20),
  member("name", quoted(one("N", "x.Y", "")), 20),
  member("version", one("1", "-2", "1.5", "4294967297"), 20),
  member("doc", quoted(one("d", "")), 20),
  member("parameters", one("{}", '{"p":"q"}', '{"p":"q","p":"r"}'), 20),
);

function withExtras(
  core: (string | null)[],
  payload: Text,
  fixedName: string | null = null,
): fc.Arbitrary<Kind> {
  return tuple(extras, payload, rarely(anything, payload, 3), fc.nat(4)).map(
    ([[optional, name, ...rest], fitting, byDefault, odds]) => {
      const members = [
        ...core,
        optional,
        fixedName === null ? name : `"name":"${fixedName}"`,
        ...rest,
        odds === 0 ? `"default":${byDefault}` : null,
      ];
      return { schema: objectOf(members), payload: fitting };
    },
  );
}

const scalarPayloads: Readonly<Record<string, Text>> = {
  string: strings,
  bytes: strings,
  boolean: one("true", "false", "0", '"true"'),
};

const scalarKinds = typeNames.chain((type) =>
  withExtras([`"type":"${type}"`], scalarPayloads[type] ?? numbers)
);
const logicalKinds = tuple(logicals, typeNames, fc.nat(15)).chain(([[type, name], other, odds]) => {
  const scale = one('"scale":"2"', '"scale":"2"', '"scale":"-3"', '"scale":"x"', '"scale":2', "");
  return scale.chain((text) =>
    withExtras(
      [
        `"type":"${odds === 0 ? other : type}"`,
        name === "Decimal" ? `"parameters":{${text}}` : null,
      ],
      name === "Decimal" ? oneof(strings, numbers) : numbers,
      logical(name),
    )
  );
});

const kinds: fc.Arbitrary<Kind> = fc.letrec<{ kind: Kind }>((tie) => ({
  kind: oneof(
    { maxDepth: 3 },
    scalarKinds,
    logicalKinds,
    tie("kind").chain(({ schema, payload }) =>
      withExtras(
        [`"type":"array"`, `"items":${schema}`],
        listOf(rarely(anything, one(payload, "null"), 6)),
      )
    ),
    tuple(tie("kind"), tie("kind")).chain(([key, item]) =>
      withExtras(
        [`"type":"map"`, `"keys":${key.schema}`, `"values":${item.schema}`],
        oneof(
          array(tuple(quoted(names), one(item.payload, "null")), { maxLength: 3 })
            .map((members) => objectOf(members.map(([name, value]) => `${name}:${value}`))),
          listOf(oneof(
            one(`[${key.payload},${item.payload}]`, `[${key.payload},null]`, "[1]", "[]"),
            anything,
          )),
        ),
      )
    ),
    array(tuple(names, tie("kind")), { maxLength: 3 }).chain((fields) =>
      withExtras(
        [
          `"type":"struct"`,
          `"fields":[${
            fields.map(([name, { schema }]) =>
              schema === "{}" ? "{}" : `${schema.slice(0, -1)},"field":${JSON.stringify(name)}}`
            )
          }]`,
        ],
        fc.subarray(fields.map(([name, { payload }]) => `${JSON.stringify(name)}:${payload}`))
          .chain((some) =>
            option(tuple(quoted(names), anything), { freq: 4 }).map((more) =>
              objectOf([...some, more && `${more[0]}:${more[1]}`])
            )
          ),
      )
    ),
  ),
})).kind;

/** Schemas that lack what they need, or have it twice. */
const broken: fc.Arbitrary<Kind> = tuple(
  one(
    ...["{}", "[]", "null", "5", '"int32"', '{"type":5}', '{"type":null}', '{"type":"x"}'],
    ...[
      '{"type":"INT32"}',
      '{"type":"float32"}',
      '{"type":"array"}',
      '{"type":"array","items":null}',
    ],
    ...['{"type":"map"}', '{"type":"map","keys":{"type":"string"}}', '{"type":"struct"}'],
    ...['{"type":"map","keys":null,"values":{"type":"string"}}', '{"type":"struct","fields":null}'],
    ...['{"type":"map","keys":{"type":"string"},"values":null}', '{"type":"struct","fields":{}}'],
    ...['{"type":"struct","fields":[null]}', '{"type":"struct","fields":[{"type":"int8"}]}'],
    ...['{"type":"struct","fields":[{"field":"a"}]}', '{"type":"struct","fields":[1]}'],
    ...['{"type":"int8","type":"string"}', '{"type":"int32","optional":"true"}'],
    ...['{"type":"struct","fields":[{"type":"int8","field":""}]}', '{"type":"int32","optional":1}'],
  ),
  anything,
).map(([schema, payload]) => ({ schema, payload }));

/** Envelopes, most of them whole. */
export const oddEnvelopes: Text = tuple(
  oneof({ weight: 9, arbitrary: kinds }, { weight: 1, arbitrary: broken }),
  anything,
  fc.nat(40),
).map(([{ schema, payload }, other, odds]) => {
  const [one, two] = [`"schema":${schema}`, `"payload":${payload}`];
  switch (odds) {
    case 0:
      return objectOf([one]);
    case 1:
      return objectOf([two]);
    case 2:
      return objectOf([one, two, '"x":1']);
    case 3:
      return objectOf([two, one]);
    case 4:
      return objectOf([one, two, `"payload":${other}`]);
    case 5:
      return objectOf(['"schema":{"type":"int8"}', one, two]);
    case 6:
      return objectOf(['"schema":null', two]);
    case 7:
      return ` {\n${one} ,\t${two}} ${other}`;
    case 8:
      return objectOf([one, `"payload":null`]);
    case 9:
      return other;
  }
  return objectOf([one, odds < 20 ? two : `"payload":${odds < 22 ? other : payload}`]);
});
