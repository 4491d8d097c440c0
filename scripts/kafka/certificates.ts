/** Certificates for a cluster of one run, made with openssl: an authority, one for brokers, one for a client. */

/** Certificates and keys, as paths of PEM files. */
export interface Certificates {
  /** The authority that signed the others. */
  authority: string;
  /** The brokers' key and certificate in one file, as Kafka's PEM key store wants them. */
  broker: string;
  /** A client's key. */
  clientKey: string;
  /** That client's certificate, for the name `client`. */
  clientCertificate: string;
  /** A client's key and certificate in one file. */
  client: string;
}

/** Makes certificates in a folder. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  await openssl(folder, "req", "-x509", ...newKey("authority"), "-subj", "/CN=test authority");
  const names = "subjectAltName=DNS:localhost,IP:127.0.0.1";
  const path = (name: string) => `${folder}/${name}.pem`;
  for (const [name, extensions] of [["broker", names], ["client", "extendedKeyUsage=clientAuth"]]) {
    await openssl(folder, "req", "-x509", ...newKey(name), ...[
      ...["-CA", path("authority"), "-CAkey", `${folder}/authority.key`],
      ...["-subj", `/CN=${name}`, "-addext", extensions, "-addext", "basicConstraints=CA:FALSE"],
    ]);
    const parts = [`${folder}/${name}.key`, path(name)].map((part) => Deno.readTextFile(part));
    await Deno.writeTextFile(path(`${name}.both`), (await Promise.all(parts)).join(""));
  }
  return {
    authority: path("authority"),
    broker: path("broker.both"),
    clientKey: `${folder}/client.key`,
    clientCertificate: path("client"),
    client: path("client.both"),
  };
}

function newKey(name: string): string[] {
  return [
    ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2"],
    ...["-keyout", `${name}.key`, "-out", `${name}.pem`],
  ];
}

async function openssl(cwd: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command("openssl", { args, cwd }).output();
  if (code === 0) return;
  throw new Error(
    `Cannot make certificates: openssl ${args[0]}: ${new TextDecoder().decode(stderr)}`,
  );
}
