/** Encodings of one byte a character are what Java takes them for, under all of its names. */

import assert from "node:assert/strict";
import { javaCharset } from "../../mod.ts";
import { javaTest } from "./java.ts";

/** Encodings of more bytes, and names that only their case tells from UTF-8's. */
const others = /^(x-)?utf|unicode/i;

javaTest(
  "javaCharset() knows each byte as Java does, or does not know the encoding",
  async (java) => {
    const { code, stdout, stderr } = await (await java.withPrograms()).run("Charsets");
    assert.equal(code, 0, stderr);
    const known: string[] = [];
    for (const line of stdout.trim().split("\n")) {
      const [names, codes] = line.split("\t");
      for (const name of names.split(" ").filter((name) => !others.test(name))) {
        const charset = javaCharset(name);
        if (charset === null) continue;
        known.push(name);
        const ours = codes.split(" ").map((_, byte) =>
          `${charset.decode(Uint8Array.of(byte)).charCodeAt(0).toString(16)}.`
        );
        assert.deepEqual(ours, codes.split(" "), name);
        for (const byte of [0x41, 0x80, 0xe9, 0xff]) {
          const text = charset.decode(Uint8Array.of(byte));
          const bytes = charset.encode(text);
          assert.deepEqual([...bytes], [text === "\ufffd" ? 0x3f : byte], name);
        }
      }
    }
    for (
      const name of ["ISO-8859-1", "ISO8859_1", "US-ASCII", "ISO-8859-9", "KOI8-U", "windows-1252"]
    ) {
      assert.ok(known.includes(name), name);
    }
    assert.ok(known.length > 150, `only ${known.length} names are known`);
  },
);
