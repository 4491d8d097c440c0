/**
 * Logins, cross-origin requests, header rules and what is advertised are as in Kafka's REST server. What
 * answers behind them is what Kafka's has answered.
 */

import assert from "node:assert/strict";
import { comparable, type RecordedCase, userFiles } from "../kafka/rest_listeners.ts";
import { inTemporaryFolder } from "../e2e/connect.ts";
import { type OpenRest, openRest } from "../unit/rest/server/open_rest.ts";
import { ask, type RawAnswer } from "../unit/rest/server/raw_http.ts";
import recorded from "./rest-listeners.json" with { type: "json" };

const cases = recorded.cases as unknown as RecordedCase[];
/** What guards and rules give to an answer. */
const given = /^(vary|access-control-.*|x-.*|cache-control|expires|date)$/;

/** Ours finds out at the start what Kafka never tells, or says it otherwise. */
const refusedAtStart: Record<string, RegExp> = {
  "basic auth: no file": /Cannot read the file of PropertyFileLoginModule, .*missing\.properties: /,
  "basic auth: no option": /Property Credentials file must be specified$/,
  "basic auth: another module": /there is no login module com\.example\.Login, only /,
  "header rules: a date that is none": /Expected a number of milliseconds from now$/,
  "cross-origin: no pattern": /Unclosed group near index 8/,
  "an extension that is none":
    /Failed to find any class that implements interface .* which name matches com\.example\.Extension/,
  "advertised: negative port": /rest\.advertised\.port/,
  "advertised: no port": /must be a URL/,
  "advertised: no protocol": /must be a URL/,
  "advertised: another protocol": /ftp cannot be listened on, only http and https/,
  "advertised: a path": /must be a URL/,
  "advertised: a negative port": /must be a URL/,
  "advertised: a large port": /must be a URL/,
  "advertised: https without a key store": /https needs a key and a certificate/,
  "advertised: https for the admin alone, without a key store": /https needs a key and a cert/,
};
/** What Java says in an error of its own, and is no mistake here. */
const taken = ["cross-origin: twice the same", "advertised: a slash"];

/** A server as configured. @throws what is wrong with that */
async function open(
  { config, jaas }: RecordedCase,
  folder: string,
  answer: () => Response,
): Promise<OpenRest> {
  const filled = (text: string) => text.replaceAll("${DIR}", folder);
  for (const [name, text] of Object.entries(userFiles)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  await Deno.writeTextFile(`${folder}/jaas`, `KafkaConnect {\n${filled(jaas ?? "")}\n};\n`);
  const env = { KAFKA_OPTS: `-Xmx1g -Djava.security.auth.login.config=${folder}/jaas -Da=b` };
  return await openRest(config, { main: answer, admin: answer, env });
}

/** What Kafka's resources have answered behind all that. */
function behind({ status, headers: recorded, body }: RawAnswer): Response {
  const own = Object.entries(recorded).filter(([name]) => !given.test(name));
  const headers = Object.fromEntries(own.map(([name, [value]]) => [name, value]));
  const isEmpty = [204, 304].includes(status);
  return new Response(isEmpty ? null : body, { status, headers });
}

const shown = (headers: RawAnswer["headers"]) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => given.test(name))
      .map(([name, values]) => [name, values.join(", ")]),
  );

for (const one of cases) {
  Deno.test(`REST listeners, ${one.name}`, async () => {
    await inTemporaryFolder(async (folder) => {
      let expected: RawAnswer | null = null;
      const opening = open(one, folder, () => behind(expected!));
      const why = refusedAtStart[one.name];
      if (why !== undefined) return await assert.rejects(opening, why);
      const { server, urls } = await opening;
      try {
        if (one.told.error !== undefined) assert.ok(taken.includes(one.name), one.told.error!);
        else assertPlaces(one, server.workerId);
        for (const [at, { on, ...request }] of one.requests.entries()) {
          expected = one.answers[at] ?? null;
          if (expected === null) break;
          // Jetty itself refuses these, in HTML, before anything of this.
          if (expected.body === "<html>") continue;
          const port = Number(new URL(on === "admin" ? urls.at(-1)! : urls[0]).port);
          const answer = comparable(await ask({ hostname: "127.0.0.1", port }, request));
          assertAnswered(one, { ...request, at }, answer, expected);
        }
      } finally {
        await server.close();
      }
    });
  });
}

function assertPlaces({ told }: RecordedCase, workerId: string): void {
  const [, host, port] = /^\w+:\/\/(.*):(.*)\/$/.exec(told.advertised!)!;
  // Kafka: percent signs instead of brackets, which is no host.
  const ours = host === "%3A%3A1" ? "[::1]" : host;
  const at = workerId.lastIndexOf(":");
  assert.equal(workerId.slice(0, at), ours.replace("${HOST}", workerId.slice(0, at)));
  if (port === "${LOCAL}") assert.match(workerId.slice(at), /^:[1-9]\d*$/);
  else assert.equal(workerId.slice(at + 1), port);
}

function assertAnswered(
  { config, jaas }: RecordedCase,
  request: { method: string; path: string; headers?: Record<string, string>; at: number },
  answer: RawAnswer,
  expected: RawAnswer,
): void {
  const what = JSON.stringify({ config, request });
  const needsLogin = jaas !== undefined && answer.status === 401;
  // Kafka looks for the path first, and fails over what is no base64.
  const isTold = [404, 405, 406, 500].includes(expected.status);
  assert.equal(answer.status, needsLogin && isTold ? 401 : expected.status, what);
  if (needsLogin) {
    assert.equal(answer.headers["www-authenticate"][0].split(" ")[0], "Basic");
    if (request.method !== "HEAD") assert.equal(answer.body, "User cannot access the resource.");
  }
  assert.deepEqual(shown(answer.headers), shown(expected.headers), what);
  const type = expected.headers["content-type"];
  if (answer.status === expected.status && type !== undefined) {
    assert.deepEqual(answer.headers["content-type"], type, what);
  }
}
