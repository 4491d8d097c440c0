import assert from "node:assert/strict";
import { decodeUtf8 } from "../../../../mod.ts";

/** What Java reads, in which U+FFFD is shown as a question mark. */
const read: Readonly<Record<string, string>> = {
  "": "",
  "efbbbf61": "\ufeffa",
  "edb0d082": "?\u0402",
  "eda080": "?",
  "edb0": "?",
  "61eda08041": "a?A",
  "edbfbf": "?",
  "eda080edb080": "??",
  "edb0ed": "??",
  "f4908080": "????",
  "c080": "??",
  "e08080": "???",
  "e282": "?",
  "f09f98": "?",
  "efbfbdeda080": "??",
};

for (const [hex, text] of Object.entries(read)) {
  Deno.test(`decodeUtf8() reads ${hex} as Java does`, () => {
    assert.equal(decodeUtf8(Uint8Array.fromHex(hex)), text.replaceAll("?", "\ufffd"));
  });
}
