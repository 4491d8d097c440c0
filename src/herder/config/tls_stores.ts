/**
 * The keys, certificates and protocols of TLS, from `ssl.*`, of clients and servers. Kafka:
 * `DefaultSslEngineFactory`.
 *
 * Keys and certificates are PEM in the configuration itself, PEM files or PKCS12 files. They are read and
 * checked here, so that a mistake names its key and file before anything is connected.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { type ConnectionOptions as TlsOptions, createSecureContext } from "node:tls";
import type { Password } from "../../api/mod.ts";
import { ConfigError, type Disk, reasonOf } from "../../base/mod.ts";

/** Where keys and certificates are, as configured. */
export interface TlsValues {
  /** A name for a context of Java's. */
  "ssl.protocol": string;
  /** Versions. */
  "ssl.enabled.protocols": readonly string[];
  /** A private key in PEM. */
  "ssl.keystore.key": Password | null;
  /** Its certificates in PEM. */
  "ssl.keystore.certificate.chain": Password | null;
  /** A file with both. */
  "ssl.keystore.location": string | null;
  /** Its password. */
  "ssl.keystore.password": Password | null;
  /** The private key's. */
  "ssl.key.password": Password | null;
  /** PEM or PKCS12. */
  "ssl.keystore.type": string;
  /** Whom to trust, in PEM. */
  "ssl.truststore.certificates": Password | null;
  /** A file with that. */
  "ssl.truststore.location": string | null;
  /** Its password. */
  "ssl.truststore.password": Password | null;
  /** PEM or PKCS12. */
  "ssl.truststore.type": string;
}

/** Where TLS is read from. */
export interface TlsSources {
  /** The content of a file, or null when there is none. */
  readFile: Disk["readFile"];
  /** What stands before each key in messages. */
  prefix?: string;
}

/**
 * Checks `ssl.protocol`. Kafka: a name for a context of Java's, which has no say in what is enabled.
 * @throws {ConfigError} for one that Java does not have
 */
export function checkProtocol(name: string): void {
  if (/^(SSL(v[23])?|TLS(v1(\.[123])?)?|Default)$/i.test(name)) return;
  throw new ConfigError(
    `Invalid value ${name} for configuration ssl.protocol: ${name} SSLContext not available`,
  );
}

const knownVersions = ["TLSv1.2", "TLSv1.3"] as const;

/** The versions that may be used. @throws {ConfigError} when there is none */
export function versions(enabled: readonly string[], prefix = ""): TlsOptions {
  const usable = knownVersions.filter((version) => enabled.includes(version));
  if (usable.length > 0) return { minVersion: usable[0], maxVersion: usable.at(-1) };
  throw new ConfigError(
    `Invalid value [${enabled.join(", ")}] for configuration ${prefix}ssl.enabled.protocols: ` +
      `there are ${knownVersions.join(" and ")}`,
  );
}

/** The key and certificates that one shows; none unless told. @throws {ConfigError} naming key and file */
export async function identity(
  values: TlsValues,
  { readFile, prefix = "" }: TlsSources,
): Promise<TlsOptions> {
  const {
    "ssl.keystore.key": key,
    "ssl.keystore.certificate.chain": chain,
    "ssl.keystore.location": location,
    "ssl.keystore.password": password,
    "ssl.key.password": keyPassword,
    "ssl.keystore.type": type,
  } = values;
  if (key !== null) {
    if (chain === null) {
      throw new ConfigError(
        "SSL private key is specified, but certificate chain is not specified.",
      );
    }
    if (location !== null) {
      throw new ConfigError("Both SSL key store location and separate private key are specified.");
    }
    if (password !== null) throw pemPassword();
    return pemIdentity(
      { where: `${prefix}ssl.keystore.key`, prefix },
      key.value,
      chain.value,
      keyPassword,
    );
  }
  if (chain !== null) {
    throw new ConfigError("SSL certificate chain is specified, but private key is not specified");
  }
  if (location === null) {
    if (password === null) return {};
    throw new ConfigError("SSL key store is not specified, but key store password is specified.");
  }
  const where = `${prefix}ssl.keystore.location=${location}`;
  const bytes = await read(`${prefix}ssl.keystore.location`, location, readFile);
  if (type.toUpperCase() === "PEM") {
    if (password !== null) throw pemPassword();
    const pem = new TextDecoder().decode(bytes);
    return pemIdentity({ where, prefix }, pem, pem, keyPassword);
  }
  if (password === null) {
    throw new ConfigError("SSL key store is specified, but key store password is not specified.");
  }
  checkPkcs12(where, `${prefix}ssl.keystore.type`, type, bytes);
  const store = { pfx: Buffer.from(bytes), passphrase: password.value };
  try {
    createSecureContext(store);
  } catch (cause) {
    throw pkcs12Error(where, `${prefix}ssl.keystore.password`, cause);
  }
  return store;
}

function pemPassword(): ConfigError {
  return new ConfigError(
    "SSL key store password cannot be specified with PEM format, only key password may be specified.",
  );
}

/** The platform takes what it cannot read for nothing, and goes on without: so all of it is read here. */
function pemIdentity(
  { where, prefix }: { where: string; prefix: string },
  keyPem: string,
  chainPem: string,
  keyPassword: Password | null,
): TlsOptions {
  const passphrase = keyPassword?.value;
  const key = blocks(keyPem).find(({ label }) => label.endsWith("PRIVATE KEY"))?.text;
  const chain = blocks(chainPem).filter(({ label }) => label === "CERTIFICATE");
  if (key === undefined) {
    throw new ConfigError(`Cannot use ${where}: there is no private key in it`);
  }
  if (chain.length === 0) throw new ConfigError(`Cannot use ${where}: there is no certificate`);
  const isEncrypted = key.includes("ENCRYPTED");
  if (isEncrypted && passphrase === undefined) {
    throw new ConfigError(
      `Cannot use ${where}: its private key is encrypted, and ${prefix}ssl.key.password is not there`,
    );
  }
  const certificate = readCertificate(where, chain[0].text);
  try {
    const secret = createPrivateKey({ key, passphrase });
    if (certificate.checkPrivateKey(secret)) {
      return { key, cert: chain.map(({ text }) => text).join("\n"), passphrase };
    }
  } catch (cause) {
    const why = isEncrypted
      ? `its private key does not open with ${prefix}ssl.key.password`
      : `its private key cannot be read: ${reasonOf(cause)}`;
    throw new ConfigError(`Cannot use ${where}: ${why}`, { cause });
  }
  throw new ConfigError(
    `Cannot use ${where}: its private key is not that of its first certificate`,
  );
}

function readCertificate(where: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new ConfigError(`Cannot use ${where}: a certificate cannot be read: ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** The blocks of PEM. What the configuration holds may have lost its line ends: Kafka reads it all the same. */
function blocks(pem: string): { label: string; text: string }[] {
  const found = pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([^]*?)-----END \1-----/g);
  return [...found].map(([_, label, body]) => {
    const base64 = body.replace(/\s+/g, "").replace(/.{64}(?=.)/g, "$&\n");
    return { label, text: `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n` };
  });
}

/** Whom one trusts; the well-known authorities unless told. @throws {ConfigError} naming key and file */
export async function trust(
  values: TlsValues,
  { readFile, prefix = "" }: TlsSources,
): Promise<TlsOptions> {
  const {
    "ssl.truststore.certificates": certificates,
    "ssl.truststore.location": location,
    "ssl.truststore.password": password,
    "ssl.truststore.type": type,
  } = values;
  if (certificates !== null) {
    if (location !== null) {
      throw new ConfigError(
        "Both SSL trust store location and separate trust certificates are specified.",
      );
    }
    if (password !== null) throw trustPassword();
    return pemTrust(`${prefix}ssl.truststore.certificates`, certificates.value);
  }
  if (location === null) {
    if (password === null) return {};
    throw new ConfigError(
      "SSL trust store is not specified, but trust store password is specified.",
    );
  }
  const where = `${prefix}ssl.truststore.location=${location}`;
  if (type.toUpperCase() === "PEM" && password !== null) throw trustPassword();
  const bytes = await read(`${prefix}ssl.truststore.location`, location, readFile);
  if (type.toUpperCase() === "PEM") return pemTrust(where, new TextDecoder().decode(bytes));
  checkPkcs12(where, `${prefix}ssl.truststore.type`, type, bytes);
  // Large, and rarely needed.
  const { certificatesOf } = await import("./pkcs12.ts");
  let ca: string[];
  try {
    ca = certificatesOf(bytes, password?.value ?? "");
  } catch (cause) {
    throw pkcs12Error(where, `${prefix}ssl.truststore.password`, cause);
  }
  if (ca.length === 0) throw new ConfigError(`Cannot use ${where}: there is no certificate in it`);
  return { ca };
}

function trustPassword(): ConfigError {
  return new ConfigError("SSL trust store password cannot be specified for PEM format.");
}

function pemTrust(where: string, pem: string): TlsOptions {
  const found = blocks(pem).filter(({ label }) => label === "CERTIFICATE");
  if (found.length === 0) {
    throw new ConfigError(`Cannot use ${where}: there is no certificate in it`);
  }
  for (const { text } of found) readCertificate(where, text);
  return { ca: found.map(({ text }) => text) };
}

async function read(
  key: string,
  path: string,
  readFile: TlsSources["readFile"],
): Promise<Uint8Array> {
  let bytes: Uint8Array | null;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new ConfigError(`Cannot read ${key}=${path}: ${reasonOf(cause)}`, { cause });
  }
  if (bytes === null) throw new ConfigError(`Cannot read ${key}=${path}: there is no such file`);
  return bytes;
}

/** Kafka: a JVM reads PKCS12 where the type says JKS, which it says unless told. */
function checkPkcs12(where: string, key: string, type: string, bytes: Uint8Array): void {
  const path = where.slice(where.indexOf("=") + 1);
  const magic = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = bytes.length < 4 ? 0 : magic.getUint32(0);
  if (start === 0xfeedfeed || start === 0xcececece) {
    throw new ConfigError(
      `Cannot use ${where}: it is a JKS key store, which only Java reads. Convert it with ` +
        `keytool -importkeystore -srckeystore ${path} -destkeystore ${path}.p12 ` +
        `-deststoretype PKCS12, and set ${key}=PKCS12`,
    );
  }
  if (!["JKS", "PKCS12"].includes(type.toUpperCase())) {
    throw new ConfigError(
      `Invalid value ${type} for configuration ${key}: there are PEM and PKCS12`,
    );
  }
  if (bytes[0] === 0x30) return;
  const isPem = new TextDecoder().decode(bytes.subarray(0, 4096)).includes("-----BEGIN ");
  throw new ConfigError(
    `Cannot use ${where}: it is no PKCS12 file${isPem ? `, but PEM: set ${key}=PEM` : ""}`,
  );
}

function pkcs12Error(where: string, passwordKey: string, cause: unknown): ConfigError {
  const reason = reasonOf(cause);
  const why = /\bmac\b|password/i.test(reason) ? `it does not open with ${passwordKey}` : reason;
  return new ConfigError(`Cannot use ${where}: ${why}`, { cause });
}
