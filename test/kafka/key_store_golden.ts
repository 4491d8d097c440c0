/**
 * Records test/golden/key-stores.json, files by their names as base64: keys and certificates that openssl
 * and keytool have made, of an elliptic curve (`one`) and RSA (`two`). Tests read them, and none connects
 * with them. Wants openssl 3 and a JDK.
 */

const folder = await Deno.makeTempDir();
const names = [
  ...["one.key", "one.pem", "two.key", "two.pem", "locked.key"],
  ...["one.p12", "old.p12", "one.trust.p12", "two.trust.p12", "java.trust.p12", "store.jks"],
];

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, cwd: folder }).output();
  if (!success) throw new Error(`${command} ${args[0]}: ${new TextDecoder().decode(stderr)}`);
}

const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
for (const [name, key] of [["one", ec], ["two", ["-newkey", "rsa:2048"]]] as const) {
  const files = ["-keyout", `${name}.key`, "-out", `${name}.pem`];
  const rest = ["-noenc", "-days", "36500", "-subj", `/CN=${name}`];
  await run("openssl", "req", "-x509", ...key, ...rest, ...files);
  const trust = ["-out", `${name}.trust.p12`, "-passout", "pass:secret"];
  await run("openssl", "pkcs12", "-export", "-nokeys", "-in", `${name}.pem`, ...trust);
}
const lock = ["-in", "one.key", "-out", "locked.key", "-passout", "pass:key pass"];
await run("openssl", "pkcs8", "-topk8", ...lock);
const identity = ["-in", "one.pem", "-inkey", "one.key", "-passout", "pass:secret"];
await run("openssl", "pkcs12", "-export", ...identity, "-out", "one.p12");
const triple = ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
await run("openssl", "pkcs12", "-export", ...identity, ...triple, "-out", "old.p12");
for (const [type, store] of [["PKCS12", "java.trust.p12"], ["JKS", "store.jks"]]) {
  const options = ["-keystore", store, "-storetype", type, "-storepass", "secret"];
  await run("keytool", "-importcert", "-noprompt", "-alias", "two", "-file", "two.pem", ...options);
}

const files = names.map((name) => [name, Deno.readFileSync(`${folder}/${name}`).toBase64()]);
await Deno.writeTextFile(
  new URL("../golden/key-stores.json", import.meta.url),
  `${JSON.stringify(Object.fromEntries(files), null, 2)}\n`,
);
await Deno.remove(folder, { recursive: true });
