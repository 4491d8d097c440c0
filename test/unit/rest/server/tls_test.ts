/** https over real sockets: key stores, who is trusted, versions, and several listeners at once. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { get, type RequestOptions } from "node:https";
import {
  type Identity,
  makeCertificates,
  makeIdentity,
  pkcs12Of,
} from "../../../../scripts/kafka/certificates.ts";
import keyStores from "../../../golden/key-stores.json" with { type: "json" };
import { type OpenRest, openRest, readRest } from "./open_rest.ts";
import { ask } from "./raw_http.ts";

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const files = await makeCertificates(folder);
const authority = await Deno.readTextFile(files.authority);
const both = await Deno.readTextFile(files.broker);
const server: Identity = splitPem(both);
const client: Identity = splitPem(await Deno.readTextFile(files.client));
const stranger = makeIdentity("stranger");
await Deno.writeFile(`${folder}/server.p12`, pkcs12Of(server, "secret"));
await Deno.writeFile(`${folder}/store.jks`, Uint8Array.fromBase64(keyStores["store.jks"]));

function splitPem(pem: string): Identity {
  const at = pem.indexOf("-----BEGIN CERTIFICATE");
  return { key: pem.slice(0, at), certificate: pem.slice(at) };
}

const https = "https://127.0.0.1:0";
const pem = { "ssl.keystore.type": "PEM", "ssl.keystore.location": files.broker };
const trusting = { "ssl.truststore.type": "PEM", "ssl.truststore.location": files.authority };
const own = (props: Record<string, string>, prefix = "listeners.https.") =>
  Object.fromEntries(Object.entries(props).map(([key, value]) => [prefix + key, value]));

/** What is answered, or why nothing is. */
function asked(url: string, options: RequestOptions & { identity?: Identity } = {}) {
  const { identity, ...rest } = options;
  const shown = identity && { key: identity.key, cert: identity.certificate };
  const { port } = new URL(url);
  return new Promise<string>((resolve, reject) => {
    // Another host than that of the certificate is no matter here.
    const connection = { host: "127.0.0.1", port, ca: authority, servername: "localhost" };
    const request = get({ ...connection, agent: false, ...shown, ...rest }, (response) => {
      let text = "";
      response.on("data", (part) => text += part);
      response.on("end", () => resolve(`${response.statusCode} ${text}`));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}

async function withRest(
  props: Record<string, string>,
  test: (open: OpenRest) => Promise<void>,
): Promise<void> {
  const open = await openRest(props);
  try {
    await test(open);
  } finally {
    await open.server.close();
  }
}

const stores: [what: string, props: Record<string, string>][] = [
  ["PEM in a file", pem],
  ["PEM in the configuration", {
    "ssl.keystore.type": "PEM",
    "ssl.keystore.key": server.key,
    "ssl.keystore.certificate.chain": server.certificate,
  }],
  ["PKCS12", {
    "ssl.keystore.location": `${folder}/server.p12`,
    "ssl.keystore.password": "secret",
  }],
];
for (const [what, props] of stores) {
  Deno.test(`RestServer shows a certificate of ${what}, of its own keys or the worker's`, async () => {
    for (const keys of [props, own(props)]) {
      await withRest({ listeners: https, ...keys }, async ({ urls: [url] }) => {
        assert.ok(url.startsWith("https://127.0.0.1:"), url);
        assert.equal(await asked(url), "200 main");
        await assert.rejects(asked(url, { ca: stranger.certificate }));
      });
    }
  });
}

const wrong: [what: string, props: Record<string, string>, why: RegExp][] = [
  [
    "no key store, though the worker has one",
    { ...pem, ...own({ "ssl.client.auth": "none" }) },
    /^https needs a key and a certificate: listeners\.https\.ssl\.keystore\.location is not set$/,
  ],
  [
    "a JKS key store",
    own({ "ssl.keystore.location": `${folder}/store.jks`, "ssl.keystore.password": "secret" }),
    /^Cannot use listeners\.https\.ssl\.keystore\.location=.*store\.jks: it is a JKS key store, which only Java reads\. Convert it with keytool .*, and set listeners\.https\.ssl\.keystore\.type=PKCS12$/,
  ],
  [
    "a wrong password",
    own({ "ssl.keystore.location": `${folder}/server.p12`, "ssl.keystore.password": "wrong" }),
    /^Cannot use listeners\.https\.ssl\.keystore\.location=.*: it does not open with listeners\.https\.ssl\.keystore\.password$/,
  ],
  [
    "a file that is not there",
    own({ ...pem, "ssl.keystore.location": `${folder}/none` }),
    /^Cannot read listeners\.https\.ssl\.keystore\.location=.*\/none: there is no such file$/,
  ],
  [
    "no version",
    own({ ...pem, "ssl.enabled.protocols": "TLSv1.1" }),
    /configuration listeners\.https\.ssl\.enabled\.protocols: there are TLSv1\.2 and TLSv1\.3$/,
  ],
  [
    "a value that there is not",
    own({ ...pem, "ssl.client.auth": "maybe" }),
    /^Invalid value maybe for configuration listeners\.https\.ssl\.client\.auth: String must be/,
  ],
  [
    "a trust store that holds nothing",
    own({ ...pem, "ssl.truststore.type": "PEM", "ssl.truststore.location": files.clientKey }),
    /^Cannot use listeners\.https\.ssl\.truststore\.location=.*: there is no certificate in it$/,
  ],
];
for (const [what, props, why] of wrong) {
  Deno.test(`RestServer is refused ${what}`, async () => {
    const { wrong } = await readRest({ listeners: https, ...props });
    assert.equal(wrong.length, 1, wrong.join("\n"));
    assert.match(wrong[0], why);
  });
}

const auths: [auth: string, outcomes: Record<"none" | "trusted" | "stranger", boolean>][] = [
  ["none", { none: true, trusted: true, stranger: true }],
  ["requested", { none: true, trusted: true, stranger: false }],
  ["required", { none: false, trusted: true, stranger: false }],
];
for (const [auth, outcomes] of auths) {
  Deno.test(`RestServer with ssl.client.auth=${auth} lets in whom it should`, async () => {
    const props = own({ ...pem, ...trusting, "ssl.client.auth": auth });
    await withRest({ listeners: https, ...props }, async ({ urls: [url], log }) => {
      const identities = { none: undefined, trusted: client, stranger };
      for (const [name, isLetIn] of Object.entries(outcomes)) {
        const identity = identities[name as keyof typeof identities];
        for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
          const answer = asked(url, { identity, maxVersion });
          if (isLetIn) assert.equal(await answer, "200 main", name);
          else await assert.rejects(answer, name);
        }
      }
      const failures = log.lines.filter((line) =>
        line.startsWith("debug A TLS handshake failed: ")
      );
      assert.equal(
        failures.length,
        2 * Object.values(outcomes).filter((isLetIn) => !isLetIn).length,
      );
    });
  });
}

Deno.test("RestServer speaks the versions that are enabled", async () => {
  const props = { ...pem, "ssl.enabled.protocols": "TLSv1.3" };
  await withRest({ listeners: https, ...props }, async ({ urls: [url] }) => {
    assert.equal(await asked(url, { minVersion: "TLSv1.3" }), "200 main");
    await assert.rejects(asked(url, { maxVersion: "TLSv1.2" }));
  });
});

Deno.test("RestServer warns of TLS keys that have no effect", async () => {
  const suites = { "ssl.cipher.suites": "TLS_AES_128_GCM_SHA256" };
  const { log } = await readRest({ listeners: https, ...own({ ...pem, ...suites }) });
  const warning = /listeners\.https\.ssl\.cipher\.suites is not supported, and has no effect$/;
  assert.equal(log.lines.filter((line) => warning.test(line)).length, 1);
});

Deno.test("RestServer listens at several places at once, and for admin resources apart", async () => {
  const props = {
    "listeners": `http://127.0.0.1:0,${https},http://[::1]:0`,
    "admin.listeners": "https://localhost:0,http://127.0.0.2:0",
    ...own(pem),
    ...own({ ...pem, ...trusting, "ssl.client.auth": "required" }, "admin.listeners.https."),
    "rest.advertised.listener": "https",
  };
  await withRest(props, async ({ server, urls: [http, https, six, admin, plain] }) => {
    assert.equal(server.workerId, new URL(https).host);
    const { port } = new URL(http);
    const root = { method: "GET", path: "/" };
    assert.equal((await ask({ hostname: "127.0.0.1", port: Number(port) }, root)).body, "main");
    assert.equal(await asked(https), "200 main");
    const sixth = { hostname: "::1", port: Number(new URL(six).port) };
    assert.equal((await ask(sixth, { ...root, headers: { host: "x" } })).body, "main");
    const at = { host: "localhost" };
    assert.equal(await asked(admin, { ...at, identity: client }), "200 admin");
    await assert.rejects(asked(admin, at));
    const other = { hostname: "127.0.0.2", port: Number(new URL(plain).port) };
    assert.equal((await ask(other, root)).body, "admin");
  });
});

Deno.test("RestServer opens all listeners or none", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr as Deno.NetAddr;
  free.close();
  const taken = `http://127.0.0.1:${port}`;
  await assert.rejects(openRest({ listeners: `${taken},${taken}` }), /Address already in use/);
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("RestServer ends what is no TLS, and handshakes that take too long, and answers others", async () => {
  const props = { listeners: https, ...pem, "rest.request.timeout.ms": "300" };
  await withRest(props, async ({ urls: [url] }) => {
    const port = Number(new URL(url).port);
    const silent = await Deno.connect({ hostname: "127.0.0.1", port });
    const plain = await Deno.connect({ hostname: "127.0.0.1", port });
    await plain.write(Buffer.from("GET / HTTP/1.1\r\nhost: x\r\n\r\n"));
    assert.equal(await asked(url), "200 main");
    for (const connection of [plain, silent]) {
      const read = connection.read(new Uint8Array(100));
      // An alert of TLS, or the end.
      const count = await read.catch(() => null);
      if (count !== null) assert.equal(await connection.read(new Uint8Array(100)), null);
      connection.close();
    }
  });
});
