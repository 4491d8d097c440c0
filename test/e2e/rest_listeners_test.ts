/** A worker whose REST API is secured, as a user runs it: https for clients with certificates, logins, limits. */

import assert from "node:assert/strict";
import { makeCertificates } from "../../scripts/kafka/certificates.ts";
import { Connect, inTemporaryFolder } from "./connect.ts";

const extension =
  "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";

/** A folder with certificates, users and a worker's file. */
async function withWorker(
  test: (connect: Connect, props: Record<string, string>) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const { broker, authority } = await makeCertificates(folder);
    await Deno.writeTextFile(`${folder}/users.properties`, "ada=hunter2\nguest=hunter3\n");
    await Deno.writeTextFile(
      `${folder}/jaas.conf`,
      "KafkaConnect {\n org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule " +
        `required file="${folder}/users.properties";\n};\n`,
    );
    const https = "listeners.https.ssl.";
    await test(new Connect(folder), {
      "key.converter": "StringConverter",
      "value.converter": "StringConverter",
      "offset.storage.file.filename": "offsets",
      "listeners": "http://127.0.0.1:0,https://localhost:0",
      "admin.listeners": "http://127.0.0.1:0",
      [`${https}keystore.type`]: "PEM",
      [`${https}keystore.location`]: broker,
      [`${https}truststore.type`]: "PEM",
      [`${https}truststore.location`]: authority,
      [`${https}client.auth`]: "required",
      "rest.extension.classes": extension,
      "rest.basic.auth.jaas.config.file": "jaas.conf",
      "rest.basic.auth.read.only.users": "guest",
    });
  });
}

Deno.test("a secured worker answers whom it should, at all its listeners, and ends in time", async () => {
  await withWorker(async (connect, worker) => {
    await connect.start({ worker });
    const urls = [...connect.log.matchAll(/REST .* at (\S+)/g)].map(([, url]) => url);
    const [http, https, admin] = urls;
    assert.equal(urls.length, 3, connect.log);
    assert.match(https, /^https:\/\/localhost:\d+\/$/);
    const read = (name: string) => Deno.readTextFile(`${connect.folder}/${name}.pem`);
    const caCerts = [await read("authority")];
    const withCertificate = Deno.createHttpClient({
      caCerts,
      key: await read("client.key"),
      cert: await read("client.certificate"),
    });
    const without = Deno.createHttpClient({ caCerts });
    const login = (user: string) => ({ headers: { authorization: `Basic ${btoa(user)}` } });
    const status = async (url: string, init: RequestInit & { client?: Deno.HttpClient } = {}) => {
      const answer = await fetch(url, init);
      await answer.body?.cancel();
      return answer.status;
    };
    try {
      const client = withCertificate;
      assert.equal(await status(`${https}connectors`, { client, ...login("ada:hunter2") }), 200);
      assert.equal(await status(`${https}connectors`, { client }), 401);
      await assert.rejects(status(https, { client: without, ...login("ada:hunter2") }));
      const remove = { method: "DELETE", ...login("guest:hunter3") };
      assert.equal(await status(`${http}connectors/x`, remove), 403);
      assert.equal(await status(`${http}ui`), 401);
      assert.equal(await status(`${http}admin/loggers`, login("ada:hunter2")), 404);
      assert.equal(await status(`${admin}admin/loggers`), 200);
      assert.equal(await status(`${admin}connectors`), 404);
    } finally {
      withCertificate.close();
      without.close();
    }
    // One that never finishes its request.
    const { hostname, port } = new URL(http);
    const slow = await Deno.connect({ hostname, port: Number(port) });
    await slow.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost:"));
    const start = performance.now();
    assert.equal(await connect.stop(), 0, connect.log);
    assert.ok(performance.now() - start < 5000);
    slow.close();
    assert.doesNotMatch(connect.log, /hunter|PRIVATE KEY| (WARN|ERROR) /);
  });
});

Deno.test("validate looks at what secures a worker, and standalone does not start without it", async () => {
  await withWorker(async (connect, worker) => {
    const [file] = await connect.write({ worker });
    assert.deepEqual((await connect.run("validate", file)).code, 0);
    await Deno.writeTextFile(`${connect.folder}/broker.pem`, "nothing");
    await Deno.remove(`${connect.folder}/users.properties`);
    const { code, stdout } = await connect.run("validate", file, "--json");
    assert.equal(code, 78);
    const errors = JSON.parse(stdout).errors as { key: string | null; reason: string }[];
    assert.deepEqual(errors.map(({ key }) => key), ["rest.extension.classes", null]);
    assert.match(errors[0].reason, /users\.properties: there is no such file$/);
    assert.match(
      errors[1].reason,
      /^Cannot use listeners\.https\.ssl\.keystore\.location=.*: there is no private key in it$/,
    );
    const started = await connect.run("standalone", file);
    assert.equal(started.code, 78);
    assert.match(started.stderr, /^connect: worker\.properties: Cannot read the file of Prop/m);
  });
});
