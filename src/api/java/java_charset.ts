/**
 * Encodings of text by the names that Java has for them: UTF-16, and those of one byte a character that a
 * TextDecoder knows. Where the Encoding Standard takes one for another (ISO-8859-1 for windows-1252), or gives
 * bytes without a character one, Java's tables count.
 *
 * @module
 */

/** How an encoding reads and writes. */
export interface JavaCharset {
  /** The text of bytes; what is none becomes U+FFFD. */
  decode(bytes: Uint8Array): string;
  /** The bytes of text; what the encoding lacks becomes a question mark. */
  encode(text: string): Uint8Array<ArrayBuffer>;
}

/** The encoding that Java calls so, whatever the case of the letters; null when it is not known here. */
export function javaCharset(name: string): JavaCharset | null {
  const lower = name.toLowerCase();
  const wideLabel = wide.get(lower.replace(/^utf16/, "utf-16"));
  if (wideLabel !== undefined) return wideCharset(wideLabel, /^utf-?16$/.test(lower));
  const known = tables.find(({ names }) => names.test(lower));
  if (known !== undefined) return byteCharset(known.codeOf);
  const label = lower.replace(/^(?:iso[-_]?)?8859[-_](\d+)(?::\d{4})?$/, "iso-8859-$1")
    .replace(/^(?:latin-?[09]|csiso(?:885915|latin[09])|iso8859_15_fdis)$/, "iso-8859-15")
    .replace(/^(?:latin10|l10|csiso885916)$/, "iso-8859-16")
    .replace(/^(?:cp|ibm-?|ansi-)(?=125\d$)/, "windows-").replace(
      /^(?:ms-?|x-windows-)(?=874$)/,
      "windows-",
    );
  const codes = codesOf(label);
  if (codes === null) return null;
  return byteCharset((byte) =>
    label.startsWith("windows-") ? windowsCode(label, codes, byte) : codes[byte]
  );
}

/** What has no character in a code page of Windows has none in Java. */
function windowsCode(label: string, codes: number[], byte: number): number {
  const isHole = isControl(byte) && codes[byte] === byte ||
    label === "windows-1255" && byte === 0xca;
  return isHole ? none : codes[byte];
}

/** The encodings of 16 bits: without a mark that says otherwise, and when written, big-endian. */
const wide = new Map([["utf-16", "utf-16be"], ["utf-16be", "utf-16be"], ["utf-16le", "utf-16le"]]);
const byteOrderMark = "\ufeff";
const none = 0xfffd;

/** An encoding that a TextDecoder does not know, or knows as another. */
interface Table {
  /** Java's names of it. */
  names: RegExp;
  /** What a byte stands for. */
  codeOf: (byte: number) => number;
}

const isControl = (byte: number) => byte >= 0x80 && byte < 0xa0;
const turkish = new Map([
  [0xd0, 0x11e],
  [0xdd, 0x130],
  [0xde, 0x15e],
  [0xf0, 0x11f],
  [0xfd, 0x131],
  [0xfe, 0x15f],
]);

const tables: readonly Table[] = [
  {
    names:
      /^(819|iso_?8859[-_]1|iso-8859-1|iso_8859-1:1987|8859_1|iso-ir-100|latin1|l1|cp819|ibm-?819|csisolatin1)$/,
    codeOf: (byte) => byte,
  },
  {
    names:
      /^(us-ascii|ascii7?|ansi_x3\.4-19(68|86)|cp367|ibm367|csascii|iso-ir-6|iso_646\.irv:19(83|91)|iso646-us|646|us|default)$/,
    codeOf: (byte) => byte < 0x80 ? byte : none,
  },
  {
    names:
      /^(iso-?8859-9|iso_8859-9(:1989)?|(iso)?8859_9|ibm-?920|cp920|920|latin5|l5|iso-ir-148|csisolatin5)$/,
    codeOf: (byte) => turkish.get(byte) ?? byte,
  },
  {
    names: /^(x-)?iso-8859-11$|^iso8859_11$/,
    codeOf: (byte) => isControl(byte) ? byte : thai()[byte],
  },
  { names: /^tis-?620(\.2533)?$/, codeOf: (byte) => isControl(byte) ? none : thai()[byte] },
  {
    names: /^koi8[-_]u$/,
    codeOf: (byte) => byte === 0xae ? 0x255d : byte === 0xbe ? 0x256c : codesOf("koi8-u")![byte],
  },
];

const thai = () => codesOf("windows-874")!;

/** What each byte stands for in an encoding that a TextDecoder knows; null when one byte is not one character. */
function codesOf(label: string): number[] | null {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label);
  } catch {
    return null;
  }
  if (/^(utf|unicode|iso-2022|x-user)/.test(decoder.encoding)) return null;
  const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const texts = [...bytes].map((byte) => decoder.decode(Uint8Array.of(byte)));
  const isSingle = texts.every(({ length }) => length === 1) &&
    decoder.decode(bytes).length === 256;
  return isSingle ? texts.map((text) => text.charCodeAt(0)) : null;
}

function byteCharset(codeOf: (byte: number) => number): JavaCharset {
  const codes = Uint16Array.from({ length: 256 }, (_, byte) => codeOf(byte));
  const bytes = new Map([...codes].map((code, byte) => [code, byte]));
  bytes.delete(none);
  return {
    decode: (data) => {
      let text = "";
      for (const byte of data) text += String.fromCharCode(codes[byte]);
      return text;
    },
    // What the encoding lacks becomes a question mark, one for each character.
    encode: (text) =>
      Uint8Array.from(
        [...text],
        (char) => (char.length === 1 ? bytes.get(char.charCodeAt(0)) : undefined) ?? 0x3f,
      ),
  };
}

function wideCharset(label: string, isMarked: boolean): JavaCharset {
  const decoders = new Map(
    ["utf-16le", "utf-16be"].map((each) => [each, new TextDecoder(each, { ignoreBOM: true })]),
  );
  return {
    decode: (data) => {
      const isLittle = isMarked && data[0] === 0xff && data[1] === 0xfe;
      const text = decoders.get(isLittle ? "utf-16le" : label)!.decode(data);
      return isMarked && text.startsWith(byteOrderMark) ? text.slice(1) : text;
    },
    encode: (text) => {
      const marked = (isMarked ? byteOrderMark + text : text).toWellFormed();
      const view = new DataView(new ArrayBuffer(marked.length * 2));
      for (let i = 0; i < marked.length; i++) {
        view.setUint16(i * 2, marked.charCodeAt(i), label === "utf-16le");
      }
      return new Uint8Array(view.buffer);
    },
  };
}
