import assert from "node:assert/strict";
import { type Converter } from "../../../mod.ts";
import plugins from "../../../plugins/converters/string_converter.ts";

/** What Java writes for `text` and reads from `bytes`. */
const text = "xé☃€😀z";
const bytes = Uint8Array.fromHex("78e980c3a9feff0041");

const answers: Readonly<Record<string, { written: string; read: string }>> = {
  "UTF-8": { written: "78c3a9e29883e282acf09f98807a", read: "x\ufffdé\ufffd\ufffd\0A" },
  utf8: { written: "78c3a9e29883e282acf09f98807a", read: "x\ufffdé\ufffd\ufffd\0A" },
  "UTF-16": { written: "feff007800e9260320acd83dde00007a", read: "磩胃ꧾ＀\ufffd" },
  "UTF-16BE": { written: "007800e9260320acd83dde00007a", read: "磩胃ꧾ＀\ufffd" },
  "UTF-16LE": { written: "7800e9000326ac203dd800de7a00", read: "\ue978쎀ﺩÿ\ufffd" },
  "US-ASCII": { written: "783f3f3f3f7a", read: "x\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\0A" },
  "ISO-8859-1": { written: "78e93f3f3f7a", read: "xé\u0080Ã©þÿ\0A" },
  latin1: { written: "78e93f3f3f7a", read: "xé\u0080Ã©þÿ\0A" },
  ISO8859_1: { written: "78e93f3f3f7a", read: "xé\u0080Ã©þÿ\0A" },
  l1: { written: "78e93f3f3f7a", read: "xé\u0080Ã©þÿ\0A" },
  "ISO-8859-9": { written: "78e93f3f3f7a", read: "xé\u0080Ã©şÿ\0A" },
  "ANSI_X3.4-1968": { written: "783f3f3f3f7a", read: "x\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\0A" },
  "windows-1252": { written: "78e93f803f7a", read: "xé€Ã©þÿ\0A" },
  Cp1252: { written: "78e93f803f7a", read: "xé€Ã©þÿ\0A" },
  "ISO-8859-15": { written: "78e93fa43f7a", read: "xé\u0080Ã©þÿ\0A" },
  "KOI8-R": { written: "783f3f3f3f7a", read: "xИ─ц╘ЧЪ\0A" },
};

function configured(encoding: string): Converter {
  const made = new plugins[0].create() as Converter;
  made.configure({ "converter.encoding": encoding }, false);
  return made;
}

for (const [encoding, { written, read }] of Object.entries(answers)) {
  Deno.test(`StringConverter writes and reads ${encoding} as Java does`, () => {
    const made = configured(encoding);
    const ours = made.fromConnectData("t", null, text)!;
    const hex = typeof ours === "string" ? new TextEncoder().encode(ours).toHex() : ours.toHex();
    assert.equal(hex, written);
    assert.equal(made.toConnectData("t", bytes).value, read);
  });
}

Deno.test("StringConverter reads UTF-16 by its mark, and writes half a character as U+FFFD", () => {
  const made = configured("UTF-16");
  assert.equal(made.toConnectData("t", Uint8Array.fromHex("fffe41004200")).value, "AB");
  assert.equal((made.fromConnectData("t", null, "\ud800") as Uint8Array).toHex(), "fefffffd");
});

for (const encoding of ["bogus", "", "Shift_JIS", "GBK", "ISO-2022-JP"]) {
  Deno.test(`StringConverter refuses the encoding "${encoding}"`, () => {
    assert.throws(() => configured(encoding), {
      name: "ConfigError",
      message: `Unsupported encoding ${encoding}`,
    });
  });
}
