/** Each mistake in an argument, a file, a key, a class or a port gives one line that names it. */

import assert from "node:assert/strict";
import { Secrets } from "../../src/base/mod.ts";
import { validate } from "../../src/cli/validate.ts";
import { Connect, inTemporaryFolder, until } from "./connect.ts";

const worker = `listeners=http://127.0.0.1:0
key.converter=org.apache.kafka.connect.json.JsonConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
offset.storage.file.filename=connect.offsets
`;
const source = "name=a\nconnector.class=FileStreamSource\nfile=test.txt\ntopic=t\n";
const sink = "name=b\nconnector.class=FileStreamSink\nfile=out.txt\n";
const hoist = "org.apache.kafka.connect.transforms.HoistField$Value";

/** Files by their names; their content. */
type Files = Record<string, string | Uint8Array>;

/** The worker's file as it is, with this after it. */
const withWorker = (more: string): Files => ({ "w.properties": worker + more });
const withSource = (more: string): Files => ({
  "w.properties": worker,
  "c.properties": source + more,
});
const withSink = (more: string): Files => ({ "w.properties": worker, "c.properties": sink + more });
const withJson = (json: string): Files => ({ "w.properties": worker, "c.json": json });

/** A worker's keys for a provider called p. */
const provider = (name: string) =>
  "config.providers=p\n" +
  `config.providers.p.class=org.apache.kafka.common.config.provider.${name}ConfigProvider\n`;

const invalid = (count: number) =>
  `c.properties: Connector configuration is invalid and contains the following ${count} error(s): `;

/** What is wrong, the files that standalone gets, and what it says. */
const mistakes: [what: string, files: Files, says: string][] = [
  [
    "a malformed escape",
    withWorker("a=\\u12\n"),
    "w.properties: line 5: Malformed \\uxxxx encoding.",
  ],
  [
    "a missing worker key",
    { "w.properties": worker.replace("key.converter=", "x=") },
    'w.properties: Missing required configuration "key.converter" which has no default value.',
  ],
  [
    "a worker key of the wrong type",
    withWorker("offset.flush.interval.ms=soon"),
    "w.properties: Invalid value soon for configuration offset.flush.interval.ms: " +
    "Not a number of type LONG",
  ],
  [
    "a spool in front of the embedded log",
    withWorker("spool.dir=spool"),
    "w.properties: spool.dir=spool needs brokers",
  ],
  [
    "a spool in front of brokers that do not say what they have taken",
    withWorker("bootstrap.servers=localhost:9092\nspool.dir=spool\nproducer.acks=0"),
    "w.properties: spool.dir does not go with acks=0",
  ],
  [
    "a spool in a folder that cannot be made",
    withWorker("bootstrap.servers=localhost:9092\nspool.dir=w.properties/spool"),
    'w.properties: Cannot use the log folder "w.properties/spool": ',
  ],
  [
    "a converter class that there is not",
    withWorker("value.converter=com.example.Nope"),
    "w.properties: value.converter: Invalid value com.example.Nope for configuration " +
    "value.converter: Class com.example.Nope could not be found.",
  ],
  [
    "a class that is no converter",
    withWorker(`key.converter=${hoist}`),
    `w.properties: key.converter: Class class ${hoist} does not implement the Converter interface`,
  ],
  [
    "a key of the worker's converter of the wrong type",
    withWorker("value.converter.schemas.enable=maybe"),
    "w.properties: value.converter.schemas.enable: Invalid value maybe for configuration " +
    "schemas.enable: Expected value to be either true or false",
  ],
  [
    "a listener that is no URL",
    withWorker("listeners=localhost"),
    "w.properties: Invalid value localhost for configuration listeners: " +
    "it must be a URL such as http://localhost:8083",
  ],
  [
    "a port that there is not",
    withWorker("listeners=http://:65536"),
    "w.properties: Invalid value http://:65536 for configuration listeners: " +
    "it must be a URL such as http://localhost:8083",
  ],
  [
    "a host that there is not",
    withWorker("listeners=http://no-such-host.invalid:0"),
    "w.properties: Cannot listen on listeners=http://no-such-host.invalid:0: ",
  ],
  [
    "no listener",
    withWorker("listeners="),
    "w.properties: Invalid value for listeners, at least one URL is expected, " +
    "ex: http://localhost:8080,https://localhost:8443.",
  ],
  [
    "no servers",
    withWorker("bootstrap.servers="),
    "w.properties: Configuration 'bootstrap.servers' must not be empty. " +
    "Valid values include: any non-empty value",
  ],
  [
    "an offsets file that is none",
    { ...withWorker("offset.storage.file.filename=notes.txt"), "notes.txt": "my notes" },
    'w.properties: The offsets file "notes.txt" (offset.storage.file.filename) ' +
    "is not a Kafka Connect offsets file: it is no Java serialization stream",
  ],
  [
    "an offsets file that is a folder",
    withWorker("offset.storage.file.filename=/"),
    'w.properties: The offsets file "/" (offset.storage.file.filename) cannot be read: ',
  ],
  [
    "a log folder that is a file",
    { ...withWorker("bootstrap.servers=embedded:notes.txt"), "notes.txt": "my notes" },
    'w.properties: Cannot use the log folder "notes.txt": ',
  ],
  [
    "a connector file without a name",
    { "w.properties": worker, "c.properties": "connector.class=FileStreamSource" },
    "Connector configuration at 'c.properties' is missing the mandatory 'name' configuration",
  ],
  ["an empty name", withSource("name="), `${invalid(1)}Invalid value  for configuration name: `],
  [
    "a name twice",
    { "w.properties": worker, "c.properties": source, "d.properties": source },
    "d.properties: name: Connector a already exists",
  ],
  [
    "no connector class",
    { "w.properties": worker, "c.properties": "name=a" },
    'c.properties: connector.class: Missing required configuration "connector.class" which has no ' +
    "default value.",
  ],
  [
    "a connector class that there is not",
    withSource("connector.class=NoSuchThing"),
    "c.properties: connector.class: Failed to find any class that implements Connector and which " +
    "name matches NoSuchThing",
  ],
  [
    "a class that is no connector",
    withSource(`connector.class=${hoist}`),
    "c.properties: connector.class: Failed to find any class that implements Connector and which " +
    `name matches ${hoist}`,
  ],
  [
    "several wrong keys of a connector",
    withSource("topic=\ntasks.max=0\nerrors.tolerance=some"),
    `${invalid(3)}Invalid value 0 for configuration tasks.max: Value must be at least 1 ` +
    "Invalid value some for configuration errors.tolerance: String must be one of: none, all " +
    "Invalid value  for configuration topic: String must be non-empty",
  ],
  [
    "a sink without topics",
    withSink(""),
    `${invalid(2)}Must configure one of topics or topics.regex`,
  ],
  [
    "a regular expression that is none",
    withSink("topics.regex=logs-["),
    `${invalid(1)}Invalid value logs-[ for configuration topics.regex: Invalid regex: ` +
    "Unclosed character class near index 5 logs-[ ^",
  ],
  [
    "a regular expression with a class that there is not",
    withSink("topics.regex=\\\\p{Nope}+"),
    `${invalid(1)}Invalid value \\p{Nope}+ for configuration topics.regex: Invalid regex: ` +
    "Unknown character property name {Nope} near index 7",
  ],
  [
    "a dead letter queue that is read",
    withSink("topics=t\nerrors.deadletterqueue.topic.name=t"),
    `${invalid(1)}The DLQ topic 't' may not be included in the list of topics ('topics=[t]')`,
  ],
  [
    "a converter class of a connector that there is not",
    withSource("value.converter=Nope"),
    `${
      invalid(1)
    }Invalid value Nope for configuration value.converter: Class Nope could not be found.`,
  ],
  [
    "a transform without a type",
    withSource("transforms=x"),
    `${invalid(1)}Missing required configuration "transforms.x.type" which has no default value.`,
  ],
  [
    "a transform without its key",
    withSource(`transforms=x\ntransforms.x.type=${hoist}`),
    `${invalid(1)}Missing required configuration "transforms.x.field" which has no default value.`,
  ],
  [
    "a transform that is but half named",
    withSource("transforms=x\ntransforms.x.type=org.apache.kafka.connect.transforms.HoistField"),
    `${invalid(1)}This class is abstract and cannot be created. Did you mean ` +
    "org.apache.kafka.connect.transforms.HoistField$Key, " +
    "org.apache.kafka.connect.transforms.HoistField$Value?",
  ],
  [
    "a predicate that there is not",
    withSource(
      `transforms=x\ntransforms.x.type=${hoist}\ntransforms.x.field=f\ntransforms.x.predicate=p`,
    ),
    "c.properties: Invalid value p for configuration transforms.x.predicate: " +
    "it must be one of the aliases in predicates: []",
  ],
  [
    "topics that cannot be made so",
    withSource("topic.creation.default.partitions=0\ntopic.creation.default.replication.factor=1"),
    `${
      invalid(1)
    }Invalid value 0 for configuration partitions: Number of partitions must be positive`,
  ],
  [
    "a config provider that there is not",
    withWorker("config.providers=a\nconfig.providers.a.class=com.example.Vault"),
    "w.properties: Invalid value com.example.Vault for configuration config.providers.a.class: " +
    "Could not load config provider class or one of its dependencies: there are org.apache.kafka.",
  ],
  [
    "a path for config providers that is not absolute",
    withWorker(`${provider("File")}config.providers.p.param.allowed.paths=secrets`),
    "w.properties: Path secrets is not absolute",
  ],
  [
    "a file for a worker's variable that there is not",
    withWorker(`${provider("File")}offset.flush.interval.ms=\${p:/no/such.properties:ms}`),
    "w.properties: Could not read properties from file /no/such.properties",
  ],
  [
    "a value that a variable stands for, without the value",
    {
      ...withWorker(`${provider("Directory")}`),
      "c.properties": `${source}tasks.max=\${p:.:secret.txt}`,
      "secret.txt": "hunter2",
    },
    `${invalid(2)}Invalid value \${p:.:secret.txt} for configuration tasks.max: Not a number`,
  ],
  [
    "a variable with a path where there are none",
    { ...withWorker(provider("EnvVar")), "c.properties": `${source}tasks.max=\${p:x:TASKS}` },
    "c.properties: Path is not supported for EnvVarConfigProvider, invalid value 'x'",
  ],
  [
    "JSON that is not sound",
    withJson('{"name": "a",}'),
    "c.json: it is not sound JSON (line 1 column 14)",
  ],
  [
    "JSON that holds more than text",
    withJson('{"name": "a", "file": {}}'),
    "c.json: the value of file must be text, a number or a boolean, not an object",
  ],
  [
    "JSON with null",
    withJson('{"name": "a", "config": {"file": null}}'),
    "c.json: file: Null value can not be supplied as the configuration value.",
  ],
  [
    "a state to begin in that there is not",
    withJson('{"name": "a", "config": {}, "initial_state": "ASLEEP"}'),
    'c.json: initial_state "ASLEEP" must be one of RUNNING, PAUSED, STOPPED',
  ],
];

for (const [what, files, says] of mistakes) {
  Deno.test(`standalone and validate name ${what}, and write nothing`, async () => {
    await inTemporaryFolder(async (folder) => {
      for (const [name, content] of Object.entries(files)) {
        await Deno.writeFile(`${folder}/${name}`, bytesOf(content));
      }
      const named = Object.keys(files).filter((name) => !name.endsWith(".txt"));
      await fails(folder, ["standalone", ...named], says);
      const { reasons, code } = await validated(folder, named);
      // The file stands before it, and so does Kafka's summary of a connector's mistakes.
      const reason = says.replace(
        /^[\w.]+: (?:Connector configuration .*?error\(s\): |[\w.]+: (?=Invalid|Class|Failed|Conn|Missing))?/,
        "",
      );
      assert.ok(reasons.includes(reason), `${reasons}\n${reason}`);
      assert.equal(code, 78);
      const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
      assert.deepEqual(left, Object.keys(files).sort());
    });
  });
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** What `connect validate` makes of files; run in this process, for there are many. */
async function validated(folder: string, names: string[]) {
  const before = Deno.cwd();
  Deno.chdir(folder);
  try {
    const { text, code } = await validate(names, true, new Secrets());
    const { errors, warnings } = JSON.parse(text) as {
      errors: { reason: string }[];
      warnings: string[];
    };
    const reasons = errors.map(({ reason }) => reason.replaceAll(/\s*\n\s*/g, " ")).join(" ");
    return { reasons, warnings, code };
  } finally {
    Deno.chdir(before);
  }
}

/** Runs a command that must end with exit code 78 and one line. */
async function fails(folder: string, args: string[], says: string): Promise<void> {
  const { code, stdout, stderr } = await new Connect(folder).run(...args);
  const lines = stderr.split("\n").filter((line) => !line.startsWith("["));
  assert.deepEqual([lines.length, lines.at(-1), stdout], [2, "", ""], stderr);
  assert.ok(lines[0].startsWith(`connect: ${says}`), `${lines[0]}\n${says}`);
  assert.equal(code, 78);
}

/** The arguments, and what is said of them; w.properties is a sound worker's. */
const wrongArguments: [args: string[], says: string][] = [
  [["standalone"], "standalone: the worker's file is missing"],
  [["standalone", "nope.properties"], 'Cannot read "nope.properties": there is no such file'],
  [["standalone", "."], 'Cannot read ".": it is a folder'],
  [["standalone", "w.properties", "nope.json"], 'Cannot read "nope.json": there is no such file'],
  [["standalone", "--port", "1"], "standalone: Unknown option '--port'"],
  [["validate"], "validate: the worker's file is missing"],
  [["validate", "w.properties", "--quiet"], "validate: Unknown option '--quiet'"],
  [["test"], "test: the file of cases is missing"],
  [["test", "cases.json"], "test: the connector's file is missing"],
  [["test", "a", "b", "c"], 'test: unexpected argument "c"'],
  [["test", "a", "b"], 'Cannot read "b": there is no such file'],
  [["test", "a", "b", "--worker", "c"], 'Cannot read "c": there is no such file'],
  [["distribute"], 'Unknown command "distribute"; see connect --help'],
  [["distributed", "w.properties"], "distributed: workers do not share connectors yet; "],
  [["standalnoe"], 'Unknown command "standalnoe"; did you mean standalone?'],
  [["spool", "drain"], 'spool: unknown action "drain"; it must be status'],
  [["spool", "status"], "spool status: --worker WORKER.properties is missing"],
  [
    ["spool", "status", "--worker", "w.properties"],
    "w.properties: there is no spool: spool.dir is",
  ],
  [["topics", "drop", "t"], 'topics: unknown action "drop"; it must be list, describe or read'],
  [["topics", "list"], "topics list: --worker WORKER.properties is missing"],
  [["topics", "list", "--worker"], "topics: Option '--worker <value>' argument missing"],
  [["topics", "list", "--worker", "x"], 'Cannot read "x": there is no such file'],
  [["topics", "read", "--worker", "w.properties"], "topics read: the topic is missing"],
  [["topics", "describe", "--worker", "w.properties"], "topics describe: the topic is missing"],
  [["topics", "read", "t", "--worker", "w.properties"], 'There are no topics in "data"'],
  [
    ["topics", "read", "t", "u", "--worker", "w.properties"],
    'topics read: unexpected argument "u"',
  ],
  [
    ["topics", "read", "t", "--worker", "w.properties", "--max-messages", "0"],
    "topics read: --max-messages 0: it must be a number of at least 1",
  ],
  [
    ["topics", "read", "t", "--worker", "w.properties", "--property", "print.keys=true"],
    "topics read: --property print.keys=true: only print.FIELD=true|false is known, of timestamp, " +
    "partition, offset, headers, key, value",
  ],
];

for (const [args, says] of wrongArguments) {
  Deno.test(`connect ${args.join(" ")} says what is wrong`, async () => {
    await inTemporaryFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/w.properties`, worker);
      await fails(folder, args, says);
      assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["w.properties"]);
    });
  });
}

Deno.test("standalone names a port in use, and writes nothing", async () => {
  await inTemporaryFolder(async (folder) => {
    const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const listener = `http://127.0.0.1:${(taken.addr as Deno.NetAddr).port}`;
    await Deno.writeTextFile(`${folder}/w.properties`, `${worker}listeners=${listener}\n`);
    await fails(
      folder,
      ["standalone", "w.properties"],
      `w.properties: Cannot listen on listeners=${listener}: Address already in use`,
    );
    const { warnings, code } = await validated(folder, ["w.properties"]);
    assert.ok(warnings[0].startsWith(`Cannot listen on listeners=${listener}: `), warnings[0]);
    assert.equal(code, 0);
    taken.close();
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["w.properties"]);
  });
});

const helpTexts: [args: string[], holds: RegExp[]][] = [
  [[], [/standalone/, /topics/, /--version/, /78/]],
  [["--help"], [/standalone/, /topics/, /--version/, /78/]],
  [["standalone", "--help"], [/key\.converter/, /embedded:DIR/, /Ctrl-C/, /connector\.class/]],
  [["validate", "--help"], [/WORKER\.properties/, /--json/, /78/]],
  [["test", "--help"], [/CASES\.json/, /--update/, /--worker/, /"expect"/]],
  [["help", "validate"], [/WORKER\.properties/, /--json/, /78/]],
  [["topics", "-h"], [/--worker/, /--from-beginning/, /--max-messages/, /print\.FIELD=true/]],
  [["topics", "read", "--help"], [/--from-beginning/]],
  [["topics"], [/list/, /describe/, /read/]],
  [["spool", "-h"], [/spool\.dir/, /--worker/, /--json/]],
  [["--version"], [/^\d+\.\d+\.\d+ \(Kafka Connect 4\.2\.0\)\n$/]],
];

for (const [args, holds] of helpTexts) {
  Deno.test(`connect ${args.join(" ")} tells how`, async () => {
    const { code, stdout, stderr } = await new Connect(Deno.cwd()).run(...args);
    for (const pattern of holds) assert.match(stdout, pattern);
    assert.equal(stderr, "");
    assert.equal(code, 0);
  });
}

Deno.test("the worker's file in standalone's help is enough to start with", async () => {
  const { stdout } = await new Connect(Deno.cwd()).run("standalone", "--help");
  const files = [...stdout.matchAll(/(?:^ {2}[\w.]+=\S+\n)+/gm)].map(([text]) =>
    text.replaceAll(/^ {2}/gm, "")
  );
  assert.equal(files.length, 2);
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const [worker, connector] = files.map((text) =>
      Object.fromEntries(text.trim().split("\n").map((line) => line.split("=")))
    );
    await Deno.writeTextFile(`${folder}/test.txt`, "hello\n");
    await connect.start({ worker: { ...worker, listeners: "http://127.0.0.1:0" }, connector });
    const topics = (...args: string[]) =>
      connect.run("topics", ...args, "--worker", "worker.properties");
    // The topic is made by the first record.
    await until(async () => (await topics("list")).stdout === `${connector.topic}\n`);
    const topic = await topics("read", connector.topic, "--from-beginning", "--max-messages", "1");
    assert.match(topic.stdout, /"payload":"hello"/);
    assert.equal(await connect.stop(), 0);
  });
});

Deno.test("secrets and unknown keys are never logged, but the names of unknown keys are", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    await Deno.writeTextFile(`${folder}/s3cret-8.txt`, "hello\n");
    await Deno.mkdir(`${folder}/secrets`);
    await Deno.writeTextFile(`${folder}/secrets/file`, "s3cret-8.txt");
    await Deno.writeTextFile(`${folder}/secrets/client`, "s3cret-9");
    const [props, connector] = [worker, source].map((text) =>
      Object.fromEntries(text.trim().split("\n").map((line) => line.split("=")))
    );
    const url = await connect.start({
      worker: {
        ...props,
        "config.providers": "dir",
        "config.providers.dir.class": "DirectoryConfigProvider",
        "producer.client.id": "${dir:secrets:client}",
        "ssl.keystore.password": "s3cret-1",
        "my.token": "s3cret-2",
        "producer.sasl.jaas.config": "s3cret-3",
        "value.converter.basic.auth": "s3cret-4",
        "__proto__x": "s3cret-5",
      },
      connector: {
        ...connector,
        "file": "${dir:secrets:file}",
        "my.password": "s3cret-6",
        "producer.override.x": "s3cret-7",
      },
    });
    // The task has found the file that its variable names.
    const args = ["topics", "read", connector.topic, "--worker", "worker.properties"];
    await until(async () => {
      const read = await connect.run(...args, "--from-beginning", "--max-messages", "1");
      return read.stdout.includes("hello");
    }, () => connect.log);
    const status = await (await fetch(`${url}connectors/a/status`)).text();
    assert.ok(!status.includes("s3cret"), status);
    assert.equal(await connect.stop(), 0);
    assert.ok(!connect.log.includes("s3cret"), connect.log);
    assert.ok(
      connect.log.includes(
        "WARN These configurations '[my.token, __proto__x]' were supplied but are not used yet. (",
      ),
      connect.log,
    );
  });
});
