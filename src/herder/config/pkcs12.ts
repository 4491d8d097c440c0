/** The certificates of PKCS12 files. The platform reads those files only when there is a key in them. */

import library from "node-forge";

/** What is used of the library, which brings no types. */
interface Forge {
  asn1: { fromDer(bytes: string): object; toDer(value: object): { getBytes(): string } };
  pkcs12: {
    pkcs12FromAsn1(value: object, isStrict: boolean, password: string): {
      getBags(filter: { bagType: string }): Record<string, Bag[] | undefined>;
    };
  };
  pki: { oids: { certBag: string }; certificateToAsn1(certificate: object): object };
  pem: { encode(message: { type: string; body: string }): string };
  util: { hexToBytes(hex: string): string };
}

/** A certificate with an RSA key is understood; any other is left as it is. */
type Bag = { cert: object; asn1?: undefined } | { cert: null; asn1: object };

const forge = library as unknown as Forge;

/** The certificates, as PEM. @throws when the password is wrong, or it is no such file */
export function certificatesOf(bytes: Uint8Array, password: string): string[] {
  const der = forge.asn1.fromDer(forge.util.hexToBytes(bytes.toHex()));
  const store = forge.pkcs12.pkcs12FromAsn1(der, true, password);
  const type = forge.pki.oids.certBag;
  return (store.getBags({ bagType: type })[type] ?? []).map(({ cert, asn1 }) => {
    const certificate = cert === null ? asn1 : forge.pki.certificateToAsn1(cert);
    return forge.pem.encode({
      type: "CERTIFICATE",
      body: forge.asn1.toDer(certificate).getBytes(),
    });
  });
}
