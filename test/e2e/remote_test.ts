/** The commands that ask a running worker. */

import assert from "node:assert/strict";
import { makeCertificates, makeIdentity } from "../../scripts/kafka/certificates.ts";
import { RecordedWorker, statuses } from "../unit/cli/recorded_worker.ts";
import { Connect, inTemporaryFolder } from "./connect.ts";
import { playRemoteStory } from "./remote_story.ts";

const expanded = { "GET /connectors?expand=status": { body: statuses } };

/** Runs a command against a worker. */
async function run(worker: { url: string }, ...args: string[]) {
  return await new Connect(".").run(...args, "--url", worker.url);
}

Deno.test("connect status shows the worker, its connectors and why tasks failed, and steers no terminal", async () => {
  await using worker = new RecordedWorker(expanded);
  const { code, stdout, stderr } = await run(worker, "status");
  assert.equal(stderr, "");
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `Worker: ${worker.url}
Kafka Connect: 4.2.0
Kafka cluster: \${CLUSTER_ID}
Health: healthy: Worker has completed startup and is ready to handle requests.

NAME             TYPE    STATE    TASKS                WORKER
evil�]0;title��  sink    RUNNING  1 FAILED             127.0.0.1:8083
lines            source  RUNNING  1 RUNNING, 1 PAUSED  127.0.0.1:8083

evil�]0;title��, task 0: java.io.IOException: disk �31m is full
`,
  );
});

Deno.test("connect status shows one connector with its tasks and whole traces, or what there is as JSON", async () => {
  await using worker = new RecordedWorker({
    ...expanded,
    "GET /connectors/a%2Fb/status": {
      body: {
        ...Object.values(statuses)[1].status,
        auto_restart: { count: 2, next_restart_timestamp: 1_800_000_000_000 },
      },
    },
  });
  assert.equal(
    (await run(worker, "status", "a/b")).stdout,
    `Connector: evil�]0;title��
Type: sink
Version: 4.2.0
State: RUNNING
Worker: 127.0.0.1:8083
Restarted by itself: 2 times, next at 2027-01-15T08:00:00.000Z

TASK  STATE   WORKER
   0  FAILED  127.0.0.1:8083

Task 0 has failed:
org.apache.kafka.connect.errors.ConnectException: no�[2J
    at x.Y(Z.java:1)
Caused by: java.io.IOException: disk �31m is full
    ... 7 more
`,
  );
  const { stdout } = await run(worker, "status", "--json");
  assert.doesNotMatch(stdout, /[^\P{Cc}\n]|\u202e/u);
  const { worker: { health, version }, connectors } = JSON.parse(stdout);
  assert.deepEqual([health.status, version], ["healthy", "4.2.0"]);
  assert.deepEqual(connectors, Object.values(statuses).map(({ status }) => status).toReversed());
});

Deno.test("connect connectors asks for what Kafka's clients ask for", async () => {
  await using worker = new RecordedWorker({
    "GET /connectors": { body: ["b", "a"] },
    "GET /connectors/a/offsets": {
      text: '{"offsets":[{"partition":{"f":"x"},"offset":{"position":9007199254740993}}]}',
    },
    "POST /connectors/a/restart?includeTasks=true&onlyFailed=true": { status: 202, body: {} },
    ...Object.fromEntries(
      ["PUT a/pause", "PUT a/resume", "PUT a/stop", "POST a/restart", "DELETE a", "DELETE b"].map(
        (request) => [request.replace(" ", " /connectors/"), { status: 204 }],
      ),
    ),
  });
  const commands: [args: string, prints: string, asks: string][] = [
    ["list", "a\nb\n", "GET /connectors"],
    ["pause a", "Pausing a\n", "PUT /connectors/a/pause"],
    ["resume a", "Resuming a\n", "PUT /connectors/a/resume"],
    ["stop a", "Stopping a\n", "PUT /connectors/a/stop"],
    ["restart a", "Restarting a\n", "POST /connectors/a/restart"],
    [
      "restart a --include-tasks --only-failed",
      "Restarting a\n",
      "POST /connectors/a/restart?includeTasks=true&onlyFailed=true",
    ],
    ["delete a b", "Deleted a\nDeleted b\n", "DELETE /connectors/a, DELETE /connectors/b"],
  ];
  for (const [args, prints, asks] of commands) {
    worker.asked.length = 0;
    const { code, stdout, stderr } = await run(worker, "connectors", ...args.split(" "));
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: prints, stderr: "" });
    assert.equal(worker.asked.map(({ request }) => request).join(", "), asks);
  }
  assert.match((await run(worker, "connectors", "offsets", "a")).stdout, /: 9007199254740993\n/);
});

Deno.test("connect connectors create sends files of both kinds, and says which one will not do", async () => {
  await using worker = new RecordedWorker();
  const config = { "connector.class": "FileStreamSource", file: "${file:/x:y}", topic: "t" };
  const info = (name: string) => ({ name, config: { ...config, name }, tasks: [], type: "source" });
  worker.answers["POST /connectors"] = { status: 201, body: info("a\u001b") };
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    await connect.write({ a: { name: "a", ...config } });
    const stopped = { name: "b", config, initial_state: "STOPPED" };
    await Deno.writeTextFile(`${folder}/b.json`, JSON.stringify(stopped));
    const create = ["connectors", "create", "--url", worker.url];
    const { stdout } = await connect.run(...create, "a.properties", "b.json");
    assert.equal(stdout, "Created a�\nCreated a�\n");
    assert.deepEqual(worker.asked.map(({ body }) => JSON.parse(body)), [
      { name: "a", config },
      { name: "b", config, initial_state: "STOPPED" },
    ]);
    assert.equal(worker.asked[0].headers.get("content-type"), "application/json");

    const message = "Connector b already exists";
    worker.answers["POST /connectors"] = { status: 409, body: { error_code: 409, message } };
    const twice = await connect.run(...create, "b.json");
    assert.deepEqual([twice.code, twice.stderr], [78, `connect: b.json: ${message}\n`]);

    worker.asked.length = 0;
    const missing = await connect.run(...create, "a.properties", "c.json");
    assert.equal(missing.stderr, 'connect: Cannot read "c.json": there is no such file\n');
    assert.deepEqual([missing.code, worker.asked], [78, []]);
  });
});

Deno.test("commands that ask a worker tell in one line what is wrong, and 78 or 1", async () => {
  await using worker = new RecordedWorker({
    "GET /connectors": { body: { no: "list" } },
    "GET /connectors?expand=status": { status: 503, body: { error_code: 503, message: "still" } },
    "GET /connectors/html/status": { status: 404, text: "<html>\u001b[2J" },
    "GET /connectors/moved/status": { status: 302 },
    "GET /connectors/many/status": { text: "[".repeat(100_000) },
    "PUT /connectors/busy/pause": {
      status: 409,
      body: {
        error_code: 409,
        message: "Cannot complete request because of a\nrebalance\u001b[2J",
      },
    },
    "GET /connectors/secret/status": { status: 401, text: "User cannot access the resource." },
  });
  const at = worker.url;
  const cases: [args: string, code: number, says: string][] = [
    [
      "connectors list",
      1,
      `${at} is no Kafka Connect worker: it answers HTTP 200 to GET /connectors`,
    ],
    ["status", 1, "still"],
    [
      "status html",
      1,
      `${at} is no Kafka Connect worker: it answers HTTP 404 to GET ` +
      "/connectors/html/status",
    ],
    [
      "status moved",
      1,
      `${at} is no Kafka Connect worker: it answers HTTP 302 to GET ` +
      "/connectors/moved/status",
    ],
    [
      "status many",
      1,
      `${at} is no Kafka Connect worker: it answers HTTP 200 to GET ` +
      "/connectors/many/status",
    ],
    ["status gold-missing", 78, "No status found for connector gold-missing"],
    ["connectors delete gold-missing", 78, "Connector gold-missing not found"],
    ["connectors pause busy", 1, "Cannot complete request because of a rebalance�[2J"],
    [
      "status secret",
      78,
      `${at} refuses GET /connectors/secret/status (HTTP 401): it wants a user and a password: ` +
      "put them into CONNECT_REST_USER as user:password",
    ],
    ["status a b", 78, 'status: unexpected argument "b"'],
    ["status --nope", 78, "status: Unknown option '--nope'"],
    ["status --jsno", 78, "status: Unknown option '--jsno'; did you mean --json?"],
    [
      "top --admin-url x",
      78,
      "--admin-url x: it must be as http://host:8083 or https://host:8443",
    ],
    ["status --timeout soon", 78, "--timeout soon: it must be a number of seconds, at most 3600"],
    ["status --cacert none.pem", 78, 'Cannot read "none.pem": there is no such file'],
    ["status --cacert deno.json", 78, "--cacert deno.json: no certificate: it holds none in PEM"],
    [
      "connectors start a",
      78,
      'connectors: unknown action "start"; it must be list, create, delete, pause, resume, stop, ' +
      "restart, config or offsets",
    ],
    ["connectors delete", 78, "connectors delete: the connector's name is missing"],
    ["connectors create", 78, "connectors create: the connector's file is missing"],
    ["connectors list a", 78, 'connectors list: unexpected argument "a"'],
    [
      "connectors stop a --only-failed",
      78,
      "connectors stop: --only-failed goes with restart alone",
    ],
    [
      "connectors delete ..",
      78,
      'No URL can name a connector called "..", but for one sent as it is, by curl --path-as-is',
    ],
    ["top a", 78, 'top: unexpected argument "a"'],
    ["top --interval 0", 78, "--interval 0: it must be a number of seconds from 0.1 to 3600"],
    [
      "completions tcsh",
      78,
      'completions: unknown action "tcsh"; it must be bash, zsh or fish',
    ],
  ];
  for (const [args, code, says] of cases) {
    const urlArgs = args.startsWith("completions") ? [] : ["--url", at];
    const result = await new Connect(".").run(...args.split(" "), ...urlArgs);
    assert.deepEqual(result, { code, stdout: "", stderr: `connect: ${says}\n` }, args);
  }
});

Deno.test("connect status tells that a URL leads nowhere, and never its password", async () => {
  const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = nobody.addr;
  nobody.close();
  const cases: [url: string, code: number, says: RegExp][] = [
    [
      `http://me:hush1@127.0.0.1:${port}`,
      1,
      /^connect: Cannot reach http:\/\/127.0.0.1:\d+: Connection refused\n$/,
    ],
    ["http://me:hush1@a.invalid", 1, /^connect: Cannot reach http:\/\/a.invalid: .+\n$/],
    ["http://me:hush1@h:x", 78, /^connect: --url http:\/\/\*\*\*@h:x: it must be as .+\n$/],
    ["me:hush1@h", 78, /^connect: --url \*\*\*@h: it must be as .+\n$/],
    ["localhost:8083", 78, /^connect: --url localhost:8083: it must be as .+\n$/],
    ["http://me:hush1%@h", 78, /^connect: --url: the user or the password has a % that .+\n$/],
  ];
  for (const [url, code, says] of cases) {
    const result = await new Connect(".").run("status", "--url", url);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, says);
    assert.doesNotMatch(result.stderr, /hush1/);
  }
});

Deno.test("connect gives a user from the URL or a variable to the worker, and says when that does not do", async () => {
  await using worker = new RecordedWorker({ "GET /connectors": { body: [] } });
  const authorization = () => worker.asked.at(-1)!.headers.get("authorization");
  const connect = new Connect(".", { CONNECT_REST_USER: "ann:från", CONNECT_REST_URL: worker.url });
  assert.equal((await connect.run("connectors", "list")).code, 0);
  assert.equal(authorization(), "Basic " + new TextEncoder().encode("ann:från").toBase64());
  const url = `http://bob:p%40ss@${worker.host}`;
  assert.equal((await connect.run("connectors", "list", "--url", url)).code, 0);
  assert.equal(authorization(), `Basic ${btoa("bob:p@ss")}`);
  const half = await new Connect(".", { CONNECT_REST_USER: "ann" }).run("connectors", "list");
  assert.deepEqual([half.code, half.stderr], [
    78,
    "connect: CONNECT_REST_USER: it must be user:password\n",
  ]);
  worker.answers["GET /connectors"] = { status: 401 };
  const { code, stderr } = await connect.run("connectors", "list", "--url", url);
  assert.deepEqual([code, stderr], [
    78,
    `connect: ${worker.url} refuses GET /connectors (HTTP 401): not with this user and password\n`,
  ]);
});

Deno.test("connect waits for a worker no longer than --timeout", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const { code, stderr } = await run({ url }, "connectors", "list", "--timeout", "0.2");
  assert.deepEqual([code, stderr], [1, `connect: ${url} has not answered within 0.2 s\n`]);
});

Deno.test("connect trusts the authority of --cacert, and no one it does not know", async () => {
  const authority = makeIdentity("authority", {
    extensions: [{ name: "basicConstraints", cA: true, critical: true }],
  });
  const altNames = [{ type: 7, ip: "127.0.0.1" }];
  const { key, certificate: cert } = makeIdentity("worker", {
    extensions: [{ name: "subjectAltName", altNames }],
    authority,
  });
  await using worker = new RecordedWorker({ "GET /connectors": { body: ["a"] } }, { key, cert });
  const url = `https://${worker.host}`;
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/ca.pem`, authority.certificate);
    const connect = new Connect(folder);
    const list = ["connectors", "list", "--url", url];
    assert.equal((await connect.run(...list, "--cacert", "ca.pem")).stdout, "a\n");
    const { code, stderr } = await connect.run(...list);
    assert.equal(code, 1);
    assert.match(stderr, /^connect: Cannot reach https:\/\/127.0.0.1:\d+: .*certificate.*\n$/);
    // What `openssl req -x509` makes by default, with itself for an authority.
    await using own = new RecordedWorker({}, { key: authority.key, cert: authority.certificate });
    const options = ["--url", `https://${own.host}`, "--cacert", "ca.pem"];
    const refused = await connect.run("connectors", "list", ...options);
    assert.match(refused.stderr, /: invalid peer certificate: it is an authority's \(CA:TRUE\)\n$/);
  });
});

Deno.test("connect changes what a worker of ours runs, from the first connector to none", async () => {
  await inTemporaryFolder(async (folder) => {
    const worker = new Connect(folder);
    const url = await worker.start({
      worker: {
        listeners: "http://127.0.0.1:0",
        "key.converter": "StringConverter",
        "value.converter": "StringConverter",
        "offset.storage.file.filename": "offsets",
        "offset.flush.interval.ms": "100",
      },
    });
    await playRemoteStory(folder, url);
    assert.equal(await worker.stop(), 0);
  });
});

Deno.test("connect asks a worker of ours over https, as a user who may only read or as one who may do all", async () => {
  await inTemporaryFolder(async (folder) => {
    const { authority, broker } = await makeCertificates(folder);
    const extension = "org.apache.kafka.connect.rest.basic.auth.extension";
    await Deno.writeTextFile(`${folder}/users.properties`, "ann=hush1\nreader=hush2\n");
    await Deno.writeTextFile(
      `${folder}/jaas.conf`,
      `KafkaConnect {\n${extension}.PropertyFileLoginModule required ` +
        `file="${folder}/users.properties";\n};\n`,
    );
    const worker = new Connect(folder);
    const url = await worker.start({
      worker: {
        listeners: "https://127.0.0.1:0",
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": broker,
        "rest.extension.classes": `${extension}.BasicAuthSecurityRestExtension`,
        "rest.basic.auth.jaas.config.file": `${folder}/jaas.conf`,
        "rest.basic.auth.read.only.users": "reader",
        "key.converter": "StringConverter",
        "value.converter": "StringConverter",
        "offset.storage.file.filename": "offsets",
      },
      lines: {
        name: "lines",
        "connector.class": "FileStreamSource",
        file: `${folder}/in.txt`,
        topic: "lines",
      },
      sink: {
        name: "sink",
        "connector.class": "FileStreamSink",
        file: `${folder}/out.txt`,
        topics: "lines",
      },
    });
    const as = (user: string, ...args: string[]) =>
      new Connect(folder, user === "" ? {} : { CONNECT_REST_USER: user })
        .run(...args, "--url", url, "--cacert", authority);
    assert.equal((await as("ann:hush1", "connectors", "list")).stdout, "lines\nsink\n");
    const { rows } = JSON.parse((await as("reader:hush2", "top", "--json")).stdout);
    assert.deepEqual(
      rows.map((
        { recordsPerSecond, lag, errors }: Record<string, unknown>,
      ) => [recordsPerSecond, lag, errors]),
      [[0, null, 0], [0, null, 0], [0, 0, 0], [0, 0, 0]],
    );
    assert.equal((await as("ann:hush1", "connectors", "pause", "lines")).code, 0);
    assert.match((await as("reader:hush2", "status")).stdout, /\nlines +source +/);
    const at = url.slice(0, -1);
    const cases: [user: string, args: string, says: string][] = [
      [
        "",
        "status",
        `${at} refuses GET / (HTTP 401): it wants a user and a password: put them into ` +
        "CONNECT_REST_USER as user:password",
      ],
      ["ann:wrong", "top", `${at} refuses GET / (HTTP 401): not with this user and password`],
      [
        "reader:hush2",
        "connectors resume lines",
        `${at} refuses PUT /connectors/lines/resume (HTTP 403): User reader may only read, with ` +
        "GET, HEAD, OPTIONS",
      ],
    ];
    for (const [user, args, says] of cases) {
      const { code, stderr } = await as(user, ...args.split(" "));
      assert.deepEqual([code, stderr], [78, `connect: ${says}\n`]);
    }
    assert.equal(await worker.stop(), 0);
  });
});
