/**
 * What Kafka's REST server does that has nothing to do with connectors: who may call it from where, which
 * headers its answers get, who must log in, and what it advertises. RestListeners.java runs it without a
 * worker.
 */

import { ask, type RawAnswer, type RawRequest } from "../unit/rest/server/raw_http.ts";
import type { Java } from "./java.ts";

/** A configuration of a server, and what is asked of it. */
export interface ListenersCase {
  name: string;
  /** `${DIR}` is the folder of a run. */
  config: Record<string, string>;
  /** What the JAAS file has; there is none unless told. */
  jaas?: string;
  requests: (RawRequest & { on?: "admin" })[];
}

/** What came of a case. */
export interface RecordedCase extends ListenersCase {
  /** Where the server says it is, `${LOCAL}` being a free port and `${HOST}` an address of the machine. */
  told: Record<string, string | null>;
  answers: RawAnswer[];
}

/** Cases, as they were recorded. */
export interface RestListenersGolden {
  cases: RecordedCase[];
}

const get = (path: string, headers: Record<string, string> = {}) => (
  { method: "GET", path, headers }
);
const extension =
  "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";
const loginModule = "org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule";
const local = { listeners: "http://127.0.0.1:0" };

/** What a browser asks before it sends a request. */
function preflight(origin: string, method: string, path = "/connectors"): RawRequest {
  const headers = { origin, "access-control-request-method": method };
  return { method: "OPTIONS", path, headers };
}

function crossOrigin(name: string, config: Record<string, string>): ListenersCase {
  const [a, b] = ["http://a.example", "http://b.example"];
  const asked = preflight(a, "PUT");
  return {
    name: `cross-origin: ${name}`,
    config: { ...local, ...config },
    requests: [
      get("/"),
      get("/", { origin: a }),
      get("/", { origin: b }),
      get("/", { origin: "HTTP://A.EXAMPLE" }),
      get("/", { origin: "http://a.example:8080" }),
      get("/", { origin: "http://xa.example" }),
      get("/", { origin: "null" }),
      get("/", { origin: "" }),
      get("/", { origin: `http://c.example ${a}` }),
      get("/", { origin: b, "sec-websocket-version": "13" }),
      get("/nothing", { origin: a }),
      get("/nothing", { origin: b }),
      { method: "OPTIONS", path: "/connectors", headers: { origin: a } },
      preflight(a, "GET"),
      preflight(a, "DELETE"),
      preflight(b, "GET"),
      preflight(a, "GET", "/nothing"),
      { ...asked, headers: { ...asked.headers, "access-control-request-headers": "X-Other" } },
    ],
  };
}

function headerRules(name: string, rules: string, more = {}): ListenersCase {
  const config = { ...local, "response.http.headers.config": rules, ...more };
  const asked = [
    get("/"),
    get("/nothing"),
    get("/connectors/missing"),
    get("//connectors"),
    get("/admin/loggers"),
    { method: "POST", path: "/" },
    { method: "HEAD", path: "/" },
    { method: "POST", path: "/connectors", body: "{", headers: { "content-type": "text/plain" } },
  ];
  return { name: `header rules: ${name}`, config, requests: asked };
}

function basic(credentials: string, scheme = "Basic"): Record<string, string> {
  return { authorization: `${scheme} ${new TextEncoder().encode(credentials).toBase64()}` };
}

const logins = [
  {},
  basic("ada:secret"),
  basic("ada:wrong"),
  basic("eve:secret"),
  basic("ada:secret", "bAsIc"),
  basic("ada:secret", "Bearer"),
  basic("ada"),
  basic("ada:"),
  basic(":secret"),
  basic("bob:with:colon"),
  basic("zoë:pässword"),
  basic("empty:"),
  { authorization: "Basic" },
  { authorization: "Basic  " },
  { authorization: "Basic not base64!" },
  { authorization: "Basic YWRhOnNlY3JldA" },
  { authorization: "" },
];

function basicAuth(name: string, jaas: string, more = {}): ListenersCase {
  const config = { ...local, "rest.extension.classes": extension, ...more };
  const good = basic("ada:secret");
  const requests = logins.map((headers) => get("/", headers));
  return {
    name: `basic auth: ${name}`,
    config,
    jaas,
    requests: jaas !== users ? requests : [
      ...requests,
      get("/health"),
      get("/connectors"),
      get("/nothing"),
      get("/nothing", good),
      get("//connectors"),
      get("/admin/loggers"),
      get("/admin/loggers", good),
      { method: "HEAD", path: "/" },
      { method: "OPTIONS", path: "/" },
      { method: "OPTIONS", path: "/", headers: good },
      { method: "POST", path: "/" },
      { method: "POST", path: "/connectors", body: "{}" },
      ...["tasks", "tasks/", "tasks/0", "fence", "fence/", "restart"].flatMap((what) =>
        ["POST", "PUT", "GET"].map((method) => (
          { method, path: `/connectors/x/${what}`, body: method === "GET" ? "" : "[]" }
        ))
      ),
      { method: "POST", path: "/connectors/a%2Fb/tasks", body: "[]" },
      { method: "GET", path: "/", headers: { accept: "text/html" } },
      { method: "GET", path: "/", headers: { accept: "application/json" } },
      { method: "GET", path: "/", headers: { origin: "http://a.example" } },
      preflight("http://a.example", "GET"),
    ],
  };
}

function entry(module: string, options: string, flag = "required"): string {
  return `${module} ${flag} ${options};`;
}

const users = entry(loginModule, 'file="${DIR}/users.properties"');

function advertised(name: string, config: Record<string, string>): ListenersCase {
  return { name: `advertised: ${name}`, config, requests: [] };
}

/** The administrative listener apart; everything else on it, too. */
const apart = { "admin.listeners": "http://127.0.0.1:0" };
const onAdmin = (headers = {}) =>
  ["/", "/health", "/connectors", "/connector-plugins", "/admin/loggers", "/nothing"].flatMap((
    path,
  ) => [get(path, headers), { ...get(path, headers), on: "admin" as const }]);

/** The file in test/golden. */
export const listenersGolden = "rest-listeners.json";

/** All of them. */
export const listenersCases: readonly ListenersCase[] = [
  crossOrigin("off", {}),
  crossOrigin("any", { "access.control.allow.origin": "*" }),
  crossOrigin("one", { "access.control.allow.origin": "http://a.example" }),
  crossOrigin("two, with methods", {
    "access.control.allow.origin": "http://b.example , http://a.example",
    "access.control.allow.methods": "GET,PUT , delete",
  }),
  crossOrigin("a pattern", { "access.control.allow.origin": "http://.*\\.example(:\\d+)?" }),
  crossOrigin("a name with a wildcard", { "access.control.allow.origin": "http://*.example" }),
  crossOrigin("any beside one", { "access.control.allow.origin": "http://a.example,*" }),
  crossOrigin("methods alone", { "access.control.allow.methods": "GET" }),
  crossOrigin("blank methods", {
    "access.control.allow.origin": "http://a.example",
    "access.control.allow.methods": " ",
  }),
  crossOrigin("no pattern", { "access.control.allow.origin": "http://(" }),
  crossOrigin("twice the same", {
    "access.control.allow.origin": "http://a.example,http://a.example",
  }),
  headerRules("set", "set X-One: one"),
  headerRules("add", "add X-One: one, add X-One:two"),
  headerRules("set after add", "add X-One: one, set X-One: two"),
  headerRules("several", "SET X-One:  one ,Add Cache-Control:no-cache"),
  headerRules("commas", '"set Cache-Control:no-cache, no-store, must-revalidate", add X-Two:2'),
  headerRules("over others", "set Content-Type: text/plain, set Content-Length: 1, set Server: x"),
  headerRules("allow", "add Allow: x, add Vary: y, set Date: z", {
    "access.control.allow.origin": "*",
  }),
  headerRules("dates", "setDate Expires: 31536000000, addDate X-Then:0, addDate X-Then: -1000"),
  headerRules("a date that is none", "setDate Expires: tomorrow"),
  headerRules("a value with a blank", "set X-One: one two "),
  headerRules("apart", "set X-One: one", apart),
  basicAuth("users", users),
  basicAuth("no users", entry(loginModule, 'file="${DIR}/none.properties"')),
  basicAuth("no file", entry(loginModule, 'file="${DIR}/missing.properties"')),
  basicAuth("no option", entry(loginModule, "")),
  basicAuth("optional", entry(loginModule, 'file="${DIR}/users.properties"', "optional")),
  basicAuth("two modules", `${users} ${entry(loginModule, 'file="${DIR}/more.properties"')}`),
  basicAuth(
    "two sufficient modules",
    entry(loginModule, 'file="${DIR}/users.properties"', "sufficient") +
      entry(loginModule, 'file="${DIR}/more.properties"', "sufficient"),
  ),
  basicAuth("another module", entry("com.example.Login", "")),
  basicAuth("cross-origin", users, {
    "access.control.allow.origin": "http://a.example",
    "response.http.headers.config": "set X-One: one",
  }),
  {
    name: "basic auth: apart",
    config: { ...local, ...apart, "rest.extension.classes": extension },
    jaas: users,
    requests: [...onAdmin(), ...onAdmin(basic("ada:secret"))],
  },
  {
    name: "an extension that is none",
    config: { ...local, "rest.extension.classes": "com.example.Extension" },
    requests: [],
  },
  { name: "admin: with the others", config: local, requests: onAdmin() },
  { name: "admin: off", config: { ...local, "admin.listeners": "" }, requests: onAdmin() },
  {
    name: "admin: apart",
    config: { ...local, ...apart, "access.control.allow.origin": "*" },
    requests: onAdmin({ origin: "http://a.example" }),
  },
  advertised("nothing told", {}),
  advertised("any host", { listeners: "http://:0" }),
  advertised("all addresses", { listeners: "http://0.0.0.0:0" }),
  advertised("localhost", { listeners: "http://localhost:0" }),
  advertised("capital letters", { listeners: "HTTP://LOCALHOST:0" }),
  advertised("IPv6", { listeners: "http://[::1]:0" }),
  advertised("two", { listeners: "http://127.0.0.1:0,http://127.0.0.2:0" }),
  advertised("host", { ...local, "rest.advertised.host.name": "edge.example" }),
  advertised("empty host", { ...local, "rest.advertised.host.name": "" }),
  advertised("port", { ...local, "rest.advertised.port": "8443" }),
  advertised("port of nothing", { ...local, "rest.advertised.port": "0" }),
  advertised("negative port", { ...local, "rest.advertised.port": "-5" }),
  advertised("listener", { ...local, "rest.advertised.listener": "HTTP" }),
  advertised("listener that is not there", { ...local, "rest.advertised.listener": "https" }),
  advertised("listener that is none", { ...local, "rest.advertised.listener": "ftp" }),
  advertised("admin apart", { ...local, ...apart }),
  advertised("admin at another address", { ...local, "admin.listeners": "http://127.0.0.2:0" }),
  advertised("admin off", { ...local, "admin.listeners": "" }),
  advertised("no port", { listeners: "http://localhost" }),
  advertised("no protocol", { listeners: "localhost:8083" }),
  advertised("another protocol", { listeners: "ftp://localhost:0" }),
  advertised("a path", { listeners: "http://localhost:0/x" }),
  advertised("a slash", { listeners: "http://localhost:0/" }),
  advertised("a negative port", { listeners: "http://localhost:-1" }),
  advertised("a large port", { listeners: "http://localhost:65536" }),
  advertised("https without a key store", { listeners: "https://localhost:0" }),
  advertised("https for the admin alone, without a key store", {
    ...local,
    "admin.listeners": "https://localhost:0",
  }),
];

/** The files of users. */
export const userFiles = {
  "users.properties": "ada=secret\nbob=with:colon\nzo\\u00eb=p\\u00e4ssword\nempty=\n",
  "more.properties": "ada=other\neve=secret\n",
  "none.properties": "# nobody\n",
};

/** Has the real Kafka say what it says. Each JAAS file takes a JVM of its own. */
export async function recordListeners(java: Java): Promise<RestListenersGolden> {
  const compiled = await java.withPrograms();
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(userFiles)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const cases: RecordedCase[] = [];
    for (const jaas of new Set(listenersCases.map(({ jaas }) => jaas))) {
      const own = listenersCases.filter((one) => one.jaas === jaas);
      cases.push(...await recordTogether(compiled, folder, jaas, own));
    }
    return { cases };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function recordTogether(
  java: Java,
  folder: string,
  jaas: string | undefined,
  cases: readonly ListenersCase[],
): Promise<RecordedCase[]> {
  const filled = (text: string) => text.replaceAll("${DIR}", folder);
  await Deno.writeTextFile(`${folder}/configs`, filled(JSON.stringify(cases.map((c) => c.config))));
  await Deno.writeTextFile(`${folder}/jaas`, `KafkaConnect {\n${filled(jaas ?? "")}\n};\n`);
  const child = java.command("RestListeners", [`${folder}/configs`], {
    jvm: jaas === undefined ? [] : [`-Djava.security.auth.login.config=${folder}/jaas`],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const told = JSON.parse(await startedLine(child.stdout)) as Record<string, string | null>[];
  const recorded: RecordedCase[] = [];
  for (const [at, one] of cases.entries()) {
    const answers: RawAnswer[] = [];
    for (const request of told[at].error === undefined ? one.requests : []) {
      const url = new URL(told[at][request.on ?? "server"] ?? told[at].server!);
      const { hostname, port } = url;
      answers.push(comparable(await ask({ hostname, port: Number(port) }, request)));
    }
    recorded.push({ ...one, told: masked(told[at], folder, one.config), answers });
  }
  await child.stdin.close();
  await child.status;
  return recorded;
}

async function startedLine(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of stdout.pipeThrough(new TextDecoderStream())) {
    text += part;
    const line = /^STARTED (.*)\n/m.exec(text);
    if (line !== null) return line[1];
  }
  throw new Error(`It did not start: ${text}`);
}

/** What changes from run to run, and from machine to machine. */
function masked(
  told: Record<string, string | null>,
  folder: string,
  { listeners = "http://:8083" }: Record<string, string>,
): Record<string, string | null> {
  const texts = Object.entries(told).map(([key, text]) => {
    const masked = text?.replaceAll(folder, "${DIR}")
      .replace(/(?<=:\/\/[^/]*:)(?!8083|8443)[1-9]\d+(?=\/?$)/, "${LOCAL}");
    const ofMachine = /^http:\/\/:/.test(listeners)
      ? masked?.replace(/^http:\/\/[^:]*/, "http://${HOST}")
      : masked;
    return [key, ofMachine ?? null];
  });
  return Object.fromEntries(texts);
}

/** Without what a server says of itself, or of the time; the bodies of errors alone matter. */
export function comparable({ status, headers, body }: RawAnswer): RawAnswer {
  const { date, server: _server, connection: _connection, ...rest } = headers;
  const { "transfer-encoding": _, "content-length": __, ...kept } = rest;
  if (date?.some((one) => !one.endsWith("GMT"))) kept.date = date;
  const methods = "access-control-allow-methods";
  if (kept[methods] !== undefined) kept[methods] = kept[methods].map(sorted);
  for (const values of Object.values(kept)) {
    values.forEach((value, at) => {
      values[at] = value.replaceAll(/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, (date) => {
        const isFar = Date.parse(date) - Date.now() > 86_400_000;
        return `\${NOW${isFar ? "+1y" : ""}}`;
      });
    });
  }
  return { status, headers: kept, body: status < 400 ? "" : body.replace(/^<html>[^]*/, "<html>") };
}

/** Java's sets have an order of their own in each process. */
function sorted(list: string): string {
  return list.split(",").map((one) => one.trim()).toSorted().join(",");
}
