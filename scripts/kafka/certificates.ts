/**
 * Certificates for a cluster of one run: an authority, one for brokers, one for a client. Nothing but
 * libraries makes them, so that a machine needs no more than Node, Java and Maven.
 *
 * @module
 */

import { generateKeyPairSync } from "node:crypto";
import library from "node-forge";

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

/** Who someone is: a key and its certificate, as PEM. */
export interface Identity {
  /** The private key. */
  key: string;
  /** The certificate. */
  certificate: string;
}

/** What is used of the library, which brings no types. */
interface Forge {
  asn1: { toDer(value: object): { getBytes(): string } };
  md: { sha256: { create(): object } };
  pki: {
    createCertificate(): ForgeCertificate;
    privateKeyFromPem(pem: string): ForgeKey;
    setRsaPublicKey(n: object, e: object): object;
    certificateFromPem(pem: string): ForgeCertificate;
    certificateToPem(certificate: ForgeCertificate): string;
  };
  pkcs12: {
    toPkcs12Asn1(
      key: ForgeKey,
      chain: ForgeCertificate[],
      password: string,
      options: { algorithm: string; prfAlgorithm: string },
    ): object;
  };
}
interface ForgeKey {
  n: object;
  e: object;
}
interface ForgeCertificate {
  publicKey: object;
  serialNumber: string;
  validity: { notBefore: Date; notAfter: Date };
  subject: { attributes: object[] };
  setSubject(attributes: object[]): void;
  setIssuer(attributes: object[]): void;
  setExtensions(extensions: object[]): void;
  sign(key: ForgeKey, digest: object): void;
}

const forge = library as unknown as Forge;
const dayMs = 24 * 60 * 60 * 1000;

/** Makes certificates in a folder, which are good for a day. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  const authority = makeIdentity("test authority", {
    extensions: [{ name: "basicConstraints", cA: true, critical: true }],
  });
  // Types of names: 2 is for hosts, 7 for addresses.
  const altNames = [{ type: 2, value: "localhost" }, { type: 7, ip: "127.0.0.1" }];
  const broker = makeIdentity("broker", {
    extensions: [{ name: "subjectAltName", altNames }],
    authority,
  });
  const client = makeIdentity("client", {
    extensions: [{ name: "extKeyUsage", clientAuth: true }],
    authority,
  });
  const files = {
    "authority": authority.certificate,
    "broker": broker.key + broker.certificate,
    "client.key": client.key,
    "client.certificate": client.certificate,
    "client": client.key + client.certificate,
  };
  await Promise.all(
    Object.entries(files).map(([name, pem]) => Deno.writeTextFile(`${folder}/${name}.pem`, pem)),
  );
  return certificatesIn(folder);
}

/** The certificates that were made in a folder. */
export function certificatesIn(folder: string): Certificates {
  const path = (name: string) => `${folder}/${name}.pem`;
  return {
    authority: path("authority"),
    broker: path("broker"),
    clientKey: path("client.key"),
    clientCertificate: path("client.certificate"),
    client: path("client"),
  };
}

/** Makes an RSA key, and a certificate for it that is good for two days, signed by an authority or by itself. */
export function makeIdentity(
  name: string,
  { extensions = [], authority }: { extensions?: object[]; authority?: Identity } = {},
): Identity {
  // The platform finds a key far faster than the library.
  const { privateKey: key } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const own = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(own.n, own.e);
  // The first digit keeps the number positive.
  certificate.serialNumber = `0${crypto.randomUUID().replaceAll("-", "").slice(1)}`;
  certificate.validity.notBefore = new Date(Date.now() - dayMs);
  certificate.validity.notAfter = new Date(Date.now() + dayMs);
  const subject = [{ name: "commonName", value: name }];
  certificate.setSubject(subject);
  certificate.setIssuer(
    authority === undefined
      ? subject
      : forge.pki.certificateFromPem(authority.certificate).subject.attributes,
  );
  certificate.setExtensions(extensions);
  const signer = authority === undefined ? own : forge.pki.privateKeyFromPem(authority.key);
  certificate.sign(signer, forge.md.sha256.create());
  return { key, certificate: forge.pki.certificateToPem(certificate) };
}

/** A PKCS12 key store of an identity, encrypted as keytool and openssl do it today. */
export function pkcs12Of({ key, certificate }: Identity, password: string): Uint8Array {
  const store = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(key),
    [forge.pki.certificateFromPem(certificate)],
    password,
    { algorithm: "aes256", prfAlgorithm: "sha256" },
  );
  // The library keeps bytes in text, one a character.
  return Uint8Array.from(forge.asn1.toDer(store).getBytes(), (byte) => byte.charCodeAt(0));
}
