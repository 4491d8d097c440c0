/** What `ssl.*` and `sasl.*` mean, and what is said of mistakes in them. test/kafka has the brokers. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { localDisk, systemClock } from "../../../src/base/mod.ts";
import { adminSettings, type ClientSources, type Props } from "../../../src/herder/mod.ts";
import keyStores from "../../golden/key-stores.json" with { type: "json" };

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

for (const [name, base64] of Object.entries(keyStores)) {
  await Deno.writeFile(`${folder}/${name}`, Uint8Array.fromBase64(base64));
}
const text = (name: string) => Deno.readTextFileSync(`${folder}/${name}`);
await Deno.writeTextFile(`${folder}/both.pem`, text("one.key") + text("one.pem"));
await Deno.writeTextFile(`${folder}/mixed.pem`, text("two.key") + text("one.pem"));
await Deno.writeTextFile(`${folder}/locked.pem`, text("locked.key") + text("one.pem"));

const warnings: string[] = [];
const sources: ClientSources = {
  readFile: (path) => localDisk.readFile(path),
  fetch: globalThis.fetch,
  clock: systemClock,
  log: { debug() {}, info() {}, error() {}, warn: (message) => warnings.push(message) },
};

async function connection(protocol: string, props: Props) {
  const configs = { "bootstrap.servers": "h:1", "security.protocol": protocol, "client.id": "c" };
  return (await adminSettings({ ...configs, ...props }, sources)).connection;
}
const tls = async (props: Props) => (await connection("ssl", props)).tls!;
const sasl = async (props: Props) => (await connection("SASL_PLAINTEXT", props)).sasl!;

Deno.test("adminSettings() has neither TLS nor SASL unless told", async () => {
  const { tls, sasl } = await connection("PLAINTEXT", { "ssl.keystore.location": "/nowhere" });
  deepStrictEqual([tls, sasl], [null, null]);
});

Deno.test("adminSettings() takes keys and certificates as PEM in the text, of a file, and PKCS12", async () => {
  const inText = await tls({
    "ssl.keystore.type": "PEM",
    // As a properties file may have it: on one line.
    "ssl.keystore.key": text("one.key").replaceAll("\n", " "),
    "ssl.keystore.certificate.chain": text("one.pem").replaceAll("\n", " "),
    "ssl.truststore.type": "PEM",
    "ssl.truststore.certificates": text("two.pem") + text("one.pem"),
  });
  strictEqual(inText.key, text("one.key"));
  strictEqual(inText.cert, text("one.pem"));
  deepStrictEqual(inText.ca, [text("two.pem"), text("one.pem")]);
  const inFile = await tls({
    "ssl.keystore.type": "pem",
    "ssl.keystore.location": `${folder}/both.pem`,
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": `${folder}/two.pem`,
  });
  strictEqual(inFile.key, text("one.key"));
  deepStrictEqual(inFile.ca, [text("two.pem")]);
  const locked = await tls({
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": `${folder}/locked.pem`,
    "ssl.key.password": "key pass",
  });
  strictEqual(locked.passphrase, "key pass");
  for (const name of ["one", "old"]) {
    const pkcs12 = await tls({
      "ssl.keystore.location": `${folder}/${name}.p12`,
      "ssl.keystore.password": "secret",
    });
    ok(pkcs12.pfx !== undefined);
  }
});

Deno.test("adminSettings() reads the certificates of PKCS12 trust stores, whatever their keys", async () => {
  for (const [store, name] of [["one", "one"], ["two", "two"], ["java", "two"]]) {
    const { ca } = await tls({
      "ssl.truststore.type": "PKCS12",
      "ssl.truststore.location": `${folder}/${store}.trust.p12`,
      "ssl.truststore.password": "secret",
    });
    const [pem] = ca as string[];
    strictEqual(pem.replaceAll(/\s/g, ""), text(`${name}.pem`).replaceAll(/\s/g, ""));
  }
});

Deno.test("adminSettings() limits versions, and checks the host unless told not to", async () => {
  warnings.length = 0;
  const open = await tls({ "ssl.enabled.protocols": "TLSv1.2,TLSv1.1" });
  deepStrictEqual(warnings, [
    "c: TLSv1.1 of ssl.enabled.protocols is not supported, and has no effect",
  ]);
  deepStrictEqual([open.minVersion, open.maxVersion], ["TLSv1.2", "TLSv1.2"]);
  strictEqual(open.checkServerIdentity, undefined);
  const any = await tls({ "ssl.endpoint.identification.algorithm": "" });
  deepStrictEqual([any.minVersion, any.maxVersion], ["TLSv1.2", "TLSv1.3"]);
  strictEqual(any.checkServerIdentity!("h", {} as never), undefined);
});

Deno.test("adminSettings() knows the names that Java has for its TLS contexts", async () => {
  for (const name of ["TLS", "TLSv1.1", "TLSv1.2", "TLSv1.3"]) {
    const { minVersion, maxVersion } = await tls({ "ssl.protocol": name });
    deepStrictEqual([minVersion, maxVersion], ["TLSv1.2", "TLSv1.3"]);
  }
  await rejects(tls({ "ssl.protocol": "x" }), {
    message: "Invalid value x for configuration ssl.protocol: x SSLContext not available",
  });
});

const pem = { "ssl.keystore.type": "PEM", "ssl.truststore.type": "PEM" };
const mistakes: [string, Props, string][] = [
  [
    "is not there",
    { "ssl.keystore.location": "/no/file", "ssl.keystore.password": "secret" },
    "Cannot read ssl.keystore.location=/no/file: there is no such file",
  ],
  [
    "does not open with the password",
    { "ssl.keystore.location": `${folder}/one.p12`, "ssl.keystore.password": "wrong" },
    `Cannot use ssl.keystore.location=${folder}/one.p12: it does not open with ssl.keystore.password`,
  ],
  [
    "does not open with the password, and holds certificates",
    { "ssl.truststore.location": `${folder}/one.trust.p12`, "ssl.truststore.password": "wrong" },
    `Cannot use ssl.truststore.location=${folder}/one.trust.p12: it does not open with ssl.truststore.password`,
  ],
  [
    "is JKS",
    { "ssl.truststore.location": `${folder}/store.jks` },
    `Cannot use ssl.truststore.location=${folder}/store.jks: it is a JKS key store, which only Java reads. ` +
    `Convert it with keytool -importkeystore -srckeystore ${folder}/store.jks ` +
    `-destkeystore ${folder}/store.jks.p12 -deststoretype PKCS12, and set ssl.truststore.type=PKCS12`,
  ],
  [
    "is PEM, which was not said",
    { "ssl.truststore.location": `${folder}/one.pem` },
    `Cannot use ssl.truststore.location=${folder}/one.pem: it is no PKCS12 file, but PEM: set ssl.truststore.type=PEM`,
  ],
  [
    "has another key",
    { ...pem, "ssl.keystore.location": `${folder}/mixed.pem` },
    `Cannot use ssl.keystore.location=${folder}/mixed.pem: its private key is not that of its first certificate`,
  ],
  [
    "is locked",
    { ...pem, "ssl.keystore.location": `${folder}/locked.pem` },
    `Cannot use ssl.keystore.location=${folder}/locked.pem: its private key is encrypted, and ssl.key.password is not there`,
  ],
  [
    "is locked otherwise",
    { ...pem, "ssl.keystore.location": `${folder}/locked.pem`, "ssl.key.password": "wrong" },
    `Cannot use ssl.keystore.location=${folder}/locked.pem: its private key does not open with ssl.key.password`,
  ],
  [
    "has no certificate",
    { ...pem, "ssl.keystore.key": "x", "ssl.keystore.certificate.chain": "y" },
    "Cannot use ssl.keystore.key: there is no private key in it",
  ],
  [
    "has no chain",
    { "ssl.keystore.key": "x" },
    "SSL private key is specified, but certificate chain is not specified.",
  ],
  [
    "has a password too many",
    { ...pem, "ssl.truststore.location": "/x", "ssl.truststore.password": "p" },
    "SSL trust store password cannot be specified for PEM format.",
  ],
];
for (const [what, props, message] of mistakes) {
  Deno.test(`adminSettings() says so when a store ${what}`, async () => {
    await rejects(tls(props), { name: "ConfigError", message });
  });
}

const jaas = (options: string) => ({
  "sasl.jaas.config":
    `org.apache.kafka.common.security.plain.PlainLoginModule required ${options};`,
});

Deno.test("adminSettings() takes names and passwords for PLAIN and SCRAM", async () => {
  for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]) {
    deepStrictEqual(
      await sasl({ "sasl.mechanism": mechanism, ...jaas(`username="al" password="a\\"b c;"`) }),
      { mechanism: mechanism.toLowerCase(), username: "al", password: `a"b c;` },
    );
  }
});

Deno.test("adminSettings() names the key of a mistake in SASL, and never shows the secret", async () => {
  const secret = "hunter2";
  for (
    const [props, message] of [
      [
        { "sasl.mechanism": "PLAIN" },
        "sasl.mechanism=PLAIN needs sasl.jaas.config, which is not there",
      ],
      [
        { "sasl.mechanism": "PLAIN", ...jaas(`password="${secret}"`) },
        "Invalid value [hidden] for configuration sasl.jaas.config: there is no username in it",
      ],
      [
        { "sasl.mechanism": "PLAIN", ...jaas(`username=a password=my ${secret}`) },
        "Invalid value [hidden] for configuration sasl.jaas.config: Value not specified for what follows " +
        "key 'password' in JAAS config; values of other than letters and digits must stand in quotes",
      ],
      [
        { "sasl.mechanism": "GSSAPI" },
        "Invalid value GSSAPI for configuration sasl.mechanism: String must be one of: " +
        "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER",
      ],
    ] as [Props, string][]
  ) {
    await rejects(sasl(props), { name: "ConfigError", message });
  }
});

async function tokenOf(props: Props): Promise<string> {
  const found = await sasl({ "sasl.mechanism": "OAUTHBEARER", ...props });
  if (found.mechanism !== "oauthbearer") throw new Error(found.mechanism);
  return (await found.oauthBearerProvider()).value;
}

Deno.test("adminSettings() makes tokens without a signature where no endpoint is named", async () => {
  const token = await tokenOf(
    jaas(`unsecuredLoginStringClaim_sub="al" unsecuredLoginNumberClaim_n="1"`),
  );
  const [header, claims, signature] = token.split(".");
  const read = (part: string) =>
    JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(part, { alphabet: "base64url" })));
  deepStrictEqual(read(header), { alg: "none" });
  const { iat, exp, ...rest } = read(claims);
  deepStrictEqual([rest, Math.round(exp - iat), signature], [{ sub: "al", n: 1 }, 3600, ""]);
});

Deno.test("adminSettings() gets tokens from a file", async () => {
  await Deno.writeTextFile(`${folder}/token`, "from a file\n");
  const inFile = { "sasl.oauthbearer.token.endpoint.url": `file://${folder}/token` };
  strictEqual(await tokenOf({ ...jaas(""), ...inFile }), "from a file");
});

const endpoint = "http://tokens/here";
const credentials = {
  "sasl.mechanism": "OAUTHBEARER",
  ...jaas(`clientId="me" clientSecret="hunter2" scope="kafka"`),
  "sasl.oauthbearer.token.endpoint.url": endpoint,
};

/** A client of an endpoint that answers so, one after another; null: it is not there. */
async function asking(answers: (Response | null)[]) {
  const asked: string[] = [];
  let nowMs = 1_000_000;
  const found = (await adminSettings({
    "bootstrap.servers": "h:1",
    "security.protocol": "SASL_PLAINTEXT",
    ...credentials,
  }, {
    ...sources,
    clock: { ...systemClock, now: () => nowMs },
    fetch: async (url, init) => {
      const request = new Request(url as URL, init);
      asked.push(`${request.headers.get("authorization")} ${await request.text()}`);
      const answer = answers.shift();
      if (answer == null) throw new TypeError("connection refused");
      return answer;
    },
  })).connection.sasl!;
  if (found.mechanism !== "oauthbearer") throw new Error(found.mechanism);
  return {
    asked,
    token: async () => (await found.oauthBearerProvider()).value,
    pass: (ms: number) => nowMs += ms,
  };
}

Deno.test("adminSettings() gets tokens from an endpoint", async () => {
  const { asked, token } = await asking([
    Response.json({ access_token: "token 1" }),
    Response.json({ access_token: "token 2" }),
    new Response("", { status: 401 }),
    Response.json({ error: "none" }),
    new Response("", { status: 503 }),
    null,
  ]);
  strictEqual(await token(), "token 1");
  deepStrictEqual(asked, [`Basic ${btoa("me:hunter2")} grant_type=client_credentials&scope=kafka`]);
  strictEqual(await token(), "token 2");
  for (
    const [name, message] of [
      ["AuthenticationError", `Cannot get a token from ${endpoint}: it answers 401`],
      [
        "AuthenticationError",
        `Cannot get a token from ${endpoint}: there is no access_token in its answer`,
      ],
      ["ConnectionError", `${endpoint}, asked for a token: 503`],
      ["ConnectionError", `${endpoint}, asked for a token: connection refused`],
    ]
  ) await rejects(token(), { name, message });
});

Deno.test("adminSettings() uses a token while it is good, and asks for another before it is not", async () => {
  const { asked, token, pass } = await asking([
    Response.json({ access_token: "token 1", expires_in: 100 }),
    null,
    Response.json({ access_token: "token 2", expires_in: 100 }),
    null,
  ]);
  deepStrictEqual(await Promise.all([token(), token()]), ["token 1", "token 1"]);
  pass(79_999);
  strictEqual(await token(), "token 1");
  strictEqual(asked.length, 1);
  pass(1);
  strictEqual(await token(), "token 1");
  strictEqual(await token(), "token 2");
  strictEqual(asked.length, 3);
  pass(100_000);
  await rejects(token(), { name: "ConnectionError" });
});

Deno.test("adminSettings() names keys that have no effect, once, and never their values", async () => {
  warnings.length = 0;
  await connection("PLAINTEXT", { "send.buffer.bytes": "5", "my.secret": "hunter2", other: "x" });
  deepStrictEqual(warnings, [
    "c: send.buffer.bytes is not supported, and has no effect",
    "c: These configurations '[my.secret, other]' were supplied but are not used yet.",
  ]);
});
