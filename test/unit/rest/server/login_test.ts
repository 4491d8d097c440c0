/** Who is let in by basic auth, and what is said of files that will not do. test/golden has Kafka's answers. */

import assert from "node:assert/strict";
import { inTemporaryFolder } from "../../../e2e/connect.ts";
import { openRest, readRest } from "./open_rest.ts";
import { ask } from "./raw_http.ts";

const prefix = "org.apache.kafka.connect.rest.basic.auth.extension.";
const extension = { "rest.extension.classes": `${prefix}BasicAuthSecurityRestExtension` };
const fileKey = "rest.basic.auth.jaas.config.file";
const usersKey = "rest.basic.auth.read.only.users";
const module = `${prefix}PropertyFileLoginModule`;

/** A folder with a JAAS file and users. @returns their keys */
async function written(folder: string, jaas: string): Promise<Record<string, string>> {
  const users = "ada=secret\nguest=look\n__proto__=x\n";
  await Deno.writeTextFile(`${folder}/users.properties`, users);
  await Deno.writeTextFile(`${folder}/jaas.conf`, jaas.replaceAll("${DIR}", folder));
  return { listeners: "http://127.0.0.1:0", ...extension, [fileKey]: `${folder}/jaas.conf` };
}

const sound = `// Users.\nKafkaConnect { ${module} required file="\${DIR}/users.properties"; };\n`;

Deno.test("RestServer lets a user that may only read read", async () => {
  await inTemporaryFolder(async (folder) => {
    const props = { ...await written(folder, sound), [usersKey]: "guest" };
    const { server, urls: [url] } = await openRest(props);
    const at = { hostname: "127.0.0.1", port: Number(new URL(url).port) };
    const asked = async (user: string, method: string, path: string) => {
      const headers = { authorization: `Basic ${btoa(user)}` };
      const { status, body } = await ask(at, { method, path, headers });
      return `${status} ${body}`;
    };
    try {
      for (const method of ["GET", "OPTIONS"]) {
        assert.equal(await asked("guest:look", method, "/connectors/x/tasks"), "200 main");
      }
      assert.equal(await asked("guest:look", "HEAD", "/"), "200 ");
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]) {
        assert.equal(
          await asked("guest:look", method, "/connectors"),
          '403 {"error_code":403,"message":"User guest may only read, with GET, HEAD, OPTIONS"}',
        );
        assert.equal(await asked("ada:secret", method, "/connectors"), "200 main");
      }
      // What workers ask each other is signed, and asks for no login.
      assert.equal(await asked("", "POST", "/connectors/x/tasks"), "200 main");
      assert.equal(await asked("", "PUT", "/connectors/x/fence"), "200 main");
      const others = ["x/tasks", "a%2Fb/fence", "x;y/fence", "x/fence/..", "x/tasks/0/restart"];
      for (const path of others) {
        const { status } = await ask(at, { method: "PUT", path: `/connectors/${path}` });
        assert.equal(status, 401, path);
      }
      for (const user of ["constructor:", "toString:", "guest:", "guest:looks", "Guest:look"]) {
        assert.equal(await asked(user, "GET", "/"), "401 User cannot access the resource.", user);
      }
      assert.equal(await asked("__proto__:x", "GET", "/"), "200 main");
    } finally {
      await server.close();
    }
  });
});

Deno.test("RestServer warns of a file without users, which lets anybody in", async () => {
  await inTemporaryFolder(async (folder) => {
    const props = await written(folder, sound);
    await Deno.writeTextFile(`${folder}/users.properties`, "# nobody\n");
    const { config, log, wrong } = await readRest(props);
    assert.deepEqual(wrong, []);
    assert.equal(config.login!.passwords, null);
    const warning = /users\.properties' is empty; all requests will be permitted$/;
    assert.equal(log.lines.filter((line) => warning.test(line)).length, 1);
  });
});

Deno.test("RestServer takes the JAAS file from KAFKA_OPTS as a JVM does, unless it has a key", async () => {
  await inTemporaryFolder(async (folder) => {
    const { [fileKey]: path, ...props } = await written(folder, sound);
    const property = "-Djava.security.auth.login.config=";
    const options = [
      `${property}${path}`,
      `-Xmx1g ${property}"${path}" -Dx=y`,
      `${property}/nowhere ${property}'${path}'`,
    ];
    for (const KAFKA_OPTS of options) {
      const { config, wrong } = await readRest(props, { KAFKA_OPTS });
      assert.deepEqual(wrong, []);
      assert.deepEqual(config.login!.passwords!.get("ada"), ["secret"]);
    }
    const env = { KAFKA_OPTS: `${property}/nowhere` };
    assert.deepEqual((await readRest({ ...props, [fileKey]: path }, env)).wrong, []);
  });
});

const mistakes: [what: string, jaas: string | null, more: Record<string, string>, why: RegExp][] = [
  ["no JAAS file", null, {}, /needs a file with the JAAS section KafkaConnect: in rest\.basic\./],
  ["one that is not there", null, { [fileKey]: "/nowhere" }, /JAAS file, \/nowhere: there is no/],
  ["no section", "Other { };", {}, /No LoginModules configured for KafkaConnect$/],
  ["no end of a section", "KafkaConnect {", {}, /section KafkaConnect is not terminated by }$/],
  ["no end of a file", `KafkaConnect { ${module} required; }`, {}, /not terminated by semi-colon$/],
  ["two sections", "A { }; A { };", {}, /has two sections A$/],
  ["no flag", `KafkaConnect { ${module}; };`, {}, /control flag is not available in the JAAS/],
  ["no quotes", `KafkaConnect { ${module} required file=/hunter2; };`, {}, /key 'file' in JAAS/],
  ["a user that is not there", sound, { [usersKey]: "guest,eve" }, /there is no user eve in/],
];
for (const [what, jaas, more, why] of mistakes) {
  Deno.test(`RestServer is refused a login with ${what}`, async () => {
    await inTemporaryFolder(async (folder) => {
      const { [fileKey]: path, ...props } = await written(folder, jaas ?? "");
      const own: Record<string, string> = jaas === null ? {} : { [fileKey]: path };
      const { wrong } = await readRest({ ...props, ...own, ...more });
      assert.equal(wrong.length, 1, wrong.join("\n"));
      assert.match(wrong[0], why);
      assert.doesNotMatch(wrong[0], /hunter2|secret|look/);
    });
  });
}

Deno.test("RestServer is refused keys of basic auth without its extension", async () => {
  for (const [key, value] of [[fileKey, "/x"], [usersKey, "guest"]]) {
    const { wrong } = await readRest({ [key]: value });
    assert.deepEqual(wrong, [`${key} needs ${Object.entries(extension)[0].join("=")}`]);
  }
});
