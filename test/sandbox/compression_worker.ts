/** A Worker whose realm is hardened before any codec is used. */

import { BatchBuilder, compressionNames, readRecords } from "../../src/batch/mod.ts";
import { hardenRealm } from "../../src/sandbox/harden.ts";

hardenRealm(() => {});
self.onmessage = () => {
  const values = compressionNames.map((compression) => {
    const builder = new BatchBuilder({ sizeMax: 1000, compression });
    builder.append(null, `through ${compression}`, [], 0);
    const [{ value }] = [...readRecords(builder.seal())];
    return new TextDecoder().decode(value!);
  });
  self.postMessage(values);
};
