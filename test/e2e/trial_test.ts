/** `connect test`: cases that pass, fail, are no cases, and are written. */

import assert from "node:assert/strict";
import { Secrets } from "../../src/base/mod.ts";
import { runCases, type TrialArguments } from "../../src/cli/trial.ts";
import { parseCases } from "../../src/cli/trial_cases.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { Connect, inTemporaryFolder } from "./connect.ts";

const config = new URL("../../config/", import.meta.url).pathname;
const json = "org.apache.kafka.connect.json.JsonConverter";
const smt = "org.apache.kafka.connect.transforms";

const source = `name=a
connector.class=FileStreamSource
topic=t
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=${json}
value.converter.schemas.enable=false
transforms=hoist
transforms.hoist.type=${smt}.HoistField$Value
transforms.hoist.field=line
`;
const sink = `name=b
connector.class=FileStreamSink
topics=t
key.converter=${json}
value.converter=${json}
transforms=route
transforms.route.type=${smt}.RegexRouter
transforms.route.regex=t(.*)
transforms.route.replacement=u$1
transforms.route.predicate=tombstone
transforms.route.negate=true
predicates=tombstone
predicates.tombstone.type=${smt}.predicates.RecordIsTombstone
`;

/** Files by their names; a case file is cases.json, a connector's c.properties, a worker's w.properties. */
type Files = Record<string, string>;

/** Runs cases in this process: there are many. */
async function run(files: Files, rest: Partial<TrialArguments> = {}) {
  let after = "";
  const secrets = new Secrets();
  const ran = { text: "", code: 0 };
  await inTemporaryFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const args: TrialArguments = {
      casesFile: `${folder}/cases.json`,
      connectorFile: `${folder}/c.properties`,
      workerFile: Object.hasOwn(files, "w.properties") ? `${folder}/w.properties` : null,
      isUpdate: false,
      ...rest,
    };
    try {
      const { text, code } = await runCases(args, keptLog(), secrets);
      Object.assign(ran, { text: text.replaceAll(`${folder}/`, ""), code });
    } catch (error) {
      const { name, message } = error as Error;
      assert.equal(name, "ConfigError", message);
      Object.assign(ran, { text: secrets.mask(message).replaceAll(`${folder}/`, ""), code: 78 });
    }
    after = await Deno.readTextFile(`${folder}/cases.json`);
  });
  return { ...ran, after };
}

/** A file of one case. */
const one = (record: unknown, expect?: unknown) => JSON.stringify([{ name: "it", record, expect }]);
const line = { topic: "t", value: "foo", valueSchema: "string" };

Deno.test("connect test passes the cases of the sample", async () => {
  const names = ["connect-log-source.cases.json", "connect-log-source.properties"];
  const { code, stdout, stderr } = await new Connect(config).run("test", ...names);
  assert.match(stdout, /^(passed {2}.*\n){3}3 passed, 0 failed\n$/);
  assert.deepEqual([code, stderr], [0, ""]);
});

Deno.test("connect test ends with 1 when a case fails, and with 78 when one is no case", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/c.properties`, source);
    await Deno.writeTextFile(`${folder}/cases.json`, one(line, "dropped"));
    const connect = new Connect(folder);
    const failed = await connect.run("test", "cases.json", "c.properties");
    assert.match(
      failed.stdout,
      /^FAILED {2}it\n {8}expected it to be dropped, but got \{.*\n0 passed, 1 failed\n$/,
    );
    assert.deepEqual([failed.code, failed.stderr], [1, ""]);
    const updated = await connect.run("test", "cases.json", "c.properties", "--update");
    assert.equal(updated.stdout, "1 of 1 cases changed in cases.json\n");
    assert.equal((await connect.run("test", "cases.json", "c.properties")).code, 0);
    await Deno.writeTextFile(`${folder}/cases.json`, one(line));
    const wrong = await connect.run("test", "cases.json", "c.properties");
    assert.deepEqual(
      [wrong.code, wrong.stdout, wrong.stderr],
      [
        78,
        "",
        'connect: cases.json: case "it": expect: it is missing; --update writes what comes out\n',
      ],
    );
  });
});

/** What a connector makes of a record, and what is expected of it. */
const passing: [what: string, connector: string, record: unknown, expect: unknown][] = [
  ["a value as JSON, with its members in any order", source, {
    ...line,
    value: { b: 1, a: "x" },
    valueSchema: {
      type: "struct",
      fields: [{ type: "int64", field: "b" }, { type: "string", field: "a" }],
    },
  }, { value: { json: { line: { a: "x", b: 1.0 } } } }],
  ["a value as text", source, line, { value: { text: '{"line":"foo"}' } }],
  ["a value as base64", source, line, { value: { base64: btoa('{"line":"foo"}') } }],
  [
    "keys, headers, partitions and times",
    source,
    {
      ...line,
      ...{ key: "k", keySchema: "string", partition: 3, timestamp: 1_700_000_000_000 },
      headers: [{ key: "h", value: 7, schema: "int32" }, { key: "n", value: null }],
    },
    {
      ...{ topic: "t", key: { text: "k" }, partition: 3, timestamp: 1_700_000_000_000 },
      headers: [{ key: "h", value: { text: "7" } }, { key: "n", value: null }],
    },
  ],
  [
    "an error by a part of its message",
    source.replaceAll("HoistField", "InsertField").replace("hoist.field", "hoist.topic.field"),
    line,
    { error: "Only Struct objects supported for [field insertion]" },
  ],
  [
    "what a predicate lets pass",
    sink,
    { topic: "t", value: null },
    { topic: "t", value: null },
  ],
  [
    "what a sink's converter cannot read",
    sink,
    { topic: "t", value: { text: "{" } },
    { error: "Converting byte[] to Kafka Connect data failed" },
  ],
];
for (const [what, connector, record, expect] of passing) {
  Deno.test(`connect test compares ${what}`, async () => {
    const files = { "cases.json": one(record, expect), "c.properties": connector };
    const { text, code } = await run(files);
    assert.equal(text, "passed  it\n1 passed, 0 failed\n");
    assert.equal(code, 0);
  });
}

Deno.test("connect test compares every digit of numbers", async () => {
  const given =
    '{"text": "{\\"schema\\":{\\"type\\":\\"int64\\"},\\"payload\\":9223372036854775807}"}';
  const cases = ["9223372036854775807", "9223372036854775806"].map((value) =>
    `{"name": "${value}", "record": {"topic": "t", "value": ${given}},
      "expect": {"topic": "u", "value": ${value}, "valueSchema": "int64", "keySchema": null}}`
  );
  const { text } = await run({ "cases.json": `[${cases}]`, "c.properties": sink });
  assert.equal(
    text,
    "passed  9223372036854775807\nFAILED  9223372036854775806\n" +
      "        value: expected 9223372036854775806, got 9223372036854775807\n1 passed, 1 failed\n",
  );
});

const failing: [
  what: string,
  connector: string,
  record: unknown,
  expect: unknown,
  says: string[],
][] = [
  ["each place that differs", source, line, {
    topic: "u",
    key: { text: "k" },
    value: { json: { line: ["foo"], more: 1 } },
    headers: [{ key: "h", value: null }],
  }, [
    'topic: expected "u", got "t"',
    'key: expected {"text":"k"}, got null',
    'value.line: expected ["foo"], got "foo"',
    "value.more: expected 1, got nothing",
    'headers[0]: expected {"key":"h","value":null}, got nothing',
  ]],
  [
    "a header that differs, and one too many",
    source,
    {
      ...line,
      headers: [{ key: "h", value: "x", schema: "string" }, { key: "i", value: null }],
    },
    { headers: [{ key: "h", value: { text: "y" } }] },
    [
      'headers[0].value: expected "y", got "x"',
      'headers[1]: expected nothing, got {"key":"i","value":null}',
    ],
  ],
  ["text that differs", source, line, { value: { text: "foo" } }, [
    'value: expected "foo", got "{\\"line\\":\\"foo\\"}"',
  ]],
  [
    "a failure where a record is expected",
    sink,
    {
      topic: "t",
      value: { json: { x: 1 } },
    },
    { topic: "u" },
    [
      "expected a record, but value.converter failed: JsonConverter with schemas.enable requires ",
    ],
  ],
  ["a record where a failure is expected", source, line, { error: "no" }, [
    'expected an error that says "no", but got {"topic":"t",',
  ]],
  [
    "another failure than is expected",
    sink,
    { topic: "t", value: { text: "[" } },
    { error: "no" },
    [
      'expected an error that says "no", but value.converter failed: Converting byte[] to Kafka ',
    ],
  ],
  [
    "a schema that differs",
    sink,
    {
      topic: "t",
      value: { json: { schema: { type: "int32" }, payload: 1 } },
    },
    { value: 1, valueSchema: "int64" },
    ['valueSchema.type: expected "int64", got "int32"'],
  ],
];
for (const [what, connector, record, expect, says] of failing) {
  Deno.test(`connect test tells ${what}`, async () => {
    const { text, code } = await run({
      "cases.json": one(record, expect),
      "c.properties": connector,
    });
    const [first, ...lines] = text.trimEnd().split("\n");
    assert.equal(first, "FAILED  it");
    assert.equal(lines.pop(), "0 passed, 1 failed");
    assert.equal(lines.length, says.length, text);
    for (const [index, start] of says.entries()) {
      assert.ok(lines[index].startsWith(`        ${start}`), `${lines[index]}\n${start}`);
    }
    assert.equal(code, 1);
  });
}

/** Files of cases that are none, and what is said of them. */
const mistakes: [cases: string, says: string][] = [
  ["[{]", "it is not sound JSON: "],
  ["{}", "it must be a list of cases: [{...}, ...]"],
  ["[]", "it holds no case"],
  ["[1]", "case 1: it must be an object, not a number"],
  ["[{}]", "case 1: name: it is missing"],
  ['[{"name": 1}]', "case 1: name: it must be text, not a number"],
  [
    '[{"name": "it", "records": {}}]',
    "case 1: records: it means nothing here; there are name, record, expect",
  ],
  ['[{"name": "it"}]', 'case "it": record: it is missing'],
  [
    JSON.stringify([{ name: "it", record: line, expect: "dropped" }, { name: "it" }]),
    'case 2: name: there is another case called "it"',
  ],
  [one(line), 'case "it": expect: it is missing; --update writes what comes out'],
  [one({ value: 1 }, "dropped"), 'case "it": record.topic: it is missing'],
  [
    one({ ...line, values: 1 }, "dropped"),
    'case "it": record.values: it means nothing here; there are topic, ',
  ],
  [
    one({ ...line, partition: -1 }, "dropped"),
    'case "it": record.partition: it must be a number of at least 0, not -1',
  ],
  [
    one({ ...line, timestamp: "now" }, "dropped"),
    'case "it": record.timestamp: it must be a number of at least 0, not "now"',
  ],
  [
    one({ ...line, headers: {} }, "dropped"),
    'case "it": record.headers: it must be a list, not an object',
  ],
  [
    one({ ...line, headers: [{ value: 1 }] }, "dropped"),
    'case "it": record.headers[0].key: it is missing',
  ],
  [
    one({ ...line, valueSchema: 1 }, "dropped"),
    'case "it": record.valueSchema: it must be a schema or the name of a type, not a number',
  ],
  [one(line, "drop"), 'case "it": expect: it must be "dropped", {"error": ...} or a record'],
  [one(line, { error: 1 }), 'case "it": expect.error: it must be text, not a number'],
  [
    one(line, { error: "x", topic: "t" }),
    'case "it": expect.topic: it means nothing here; there are error',
  ],
  [
    one(line, { value: "x" }),
    'case "it": expect.value: it must be null, {"text": ...}, {"json": ...} or {"base64": ...}',
  ],
  [
    one(line, { value: { text: 1 } }),
    'case "it": expect.value.text: it must be text, not a number',
  ],
  [one(line, { value: { base64: "?" } }), 'case "it": expect.value.base64: '],
  [
    one(line, { valueSchema: "string" }),
    'case "it": expect.valueSchema: it means nothing here; there are topic, ',
  ],
];
for (const [cases, says] of mistakes) {
  Deno.test(`connect test says of ${cases} what is wrong`, () => {
    const read = () => parseCases(new TextEncoder().encode(cases), "source", false);
    assert.throws(read, (error: Error) => {
      assert.equal(error.name, "ConfigError");
      assert.ok(error.message.startsWith(says), `${error.message}\n${says}`);
      return true;
    });
  });
}

/** Records that their schemas do not fit, and what is said of them. */
const unsound: [record: unknown, says: string][] = [
  [{ ...line, valueSchema: "text" }, "valueSchema: Unknown schema type: text"],
  [
    { ...line, valueSchema: "struct" },
    'valueSchema: Struct schema\'s "fields" argument is not an array.',
  ],
  [{ ...line, valueSchema: "int32" }, 'value: "foo" does not fit its schema'],
  [{ ...line, value: null }, "value: Invalid null value for required STRING field"],
  [
    { ...line, headers: [{ key: "h", value: "x", schema: "int8" }] },
    'headers[0].value: "x" does not fit its schema',
  ],
];
for (const [record, says] of unsound) {
  Deno.test(`connect test says of ${JSON.stringify(record)} what does not fit`, async () => {
    const files = { "cases.json": one(record, "dropped"), "c.properties": source };
    const { text, code } = await run(files);
    assert.equal(text, `cases.json: case "it": record.${says}`);
    assert.equal(code, 78);
  });
}

Deno.test("connect test names the file of a connector that will not do", async () => {
  const files = { "cases.json": one(line, "dropped") };
  const wrong: [connector: string, says: string][] = [
    [source.replace("field=line", "x=y"), "c.properties: Connector configuration is invalid"],
    [
      source.replace(/^value\.converter=.*\n/m, ""),
      "c.properties: value.converter: the connector has none of its own; --worker ",
    ],
  ];
  for (const [connector, says] of wrong) {
    const { text, code } = await run({ ...files, "c.properties": connector });
    assert.ok(text.startsWith(says), text);
    assert.equal(code, 78);
  }
});

Deno.test("connect test takes converters and providers of the worker, and shows no secret", async () => {
  const provider = "org.apache.kafka.common.config.provider.DirectoryConfigProvider";
  const connector = source.replaceAll(/^(key|value)\.converter.*\n/gm, "")
    .replace("hoist.field=line", "hoist.field=${dir:/:nope}${secrets:SECRET}");
  const worker = `key.converter=${json}\nvalue.converter=${json}\n` +
    "key.converter.schemas.enable=false\nvalue.converter.schemas.enable=false\n" +
    "offset.storage.file.filename=none\nconfig.providers=dir,secrets\n" +
    `config.providers.dir.class=${provider}\n` +
    "config.providers.secrets.class=EnvVarConfigProvider\n";
  Deno.env.set("SECRET", "hunter2");
  const { text, code } = await run({
    ...{ "c.properties": connector, "w.properties": worker },
    "cases.json": one(line, { value: { json: { "${dir:/:nope}hunter3": "foo" } } }),
  });
  assert.equal(
    text,
    'FAILED  it\n        value["${dir:/:nope}hunter3"]: expected "foo", got nothing\n' +
      '        value["${dir:/:nope}${secrets:SECRET}"]: expected nothing, got "foo"\n' +
      "0 passed, 1 failed\n",
  );
  assert.equal(code, 1);
});

Deno.test("connect test --update writes what came out, and leaves what passes as it is", async () => {
  const cases =
    `[{"name": "passes", "record": {"topic": "t", "value": 1.50}, "expect": {"topic": "t"}},
    {"name": "differs", "record": {"topic": "t", "value": 9007199254740993}, "expect": {"topic": "u"}},
    {"name": "is not sound", "record": {"topic": "t", "value": null}, "expect": {"value": 1}}]`;
  const { text, after } = await run(
    { "cases.json": cases, "c.properties": source },
    { isUpdate: true },
  );
  assert.equal(text, "2 of 3 cases changed in cases.json\n");
  assert.equal(
    after,
    `[
  {
    "name": "passes",
    "record": { "topic": "t", "value": 1.50 },
    "expect": { "topic": "t" }
  },
  {
    "name": "differs",
    "record": { "topic": "t", "value": 9007199254740993 },
    "expect": {
      "topic": "t",
      "key": null,
      "value": { "json": { "line": 9007199254740993 } },
      "headers": []
    }
  },
  {
    "name": "is not sound",
    "record": { "topic": "t", "value": null },
    "expect": {
      "topic": "t",
      "key": null,
      "value": { "json": { "line": null } },
      "headers": []
    }
  }
]
`,
  );
});
