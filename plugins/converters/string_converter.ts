/**
 * StringConverter: keys, values and headers as text.
 *
 * @module
 */

import {
  ConfigDef,
  ConfigError,
  type Converter,
  converter,
  decodeUtf8,
  type HeaderConverter,
  headerConverter,
  oneOf,
  type Props,
  type Schema,
  type SchemaAndValue,
  Schemas,
  type Serialized,
  textOf,
} from "connect";

const CONFIG = ConfigDef.of({
  "converter.type": {
    type: "STRING",
    importance: "LOW",
    validator: oneOf("key", "value", "header"),
    doc: "What it converts. Set by the worker.",
  },
  "converter.encoding": {
    type: "STRING",
    default: "UTF-8",
    importance: "HIGH",
    width: "MEDIUM",
    displayName: "Encoding",
    doc: "The encoding of the bytes that are read and written.",
  },
});

/** How an encoding other than UTF-8 reads and writes. */
interface Charset {
  decode(bytes: Uint8Array): string;
  encode(text: string): Uint8Array;
}

class StringConverter implements Converter, HeaderConverter {
  /** Null for UTF-8, which the worker writes where it belongs without a copy. */
  #charset: Charset | null = null;

  configure(props: Props, isKey?: boolean): void {
    const type = isKey === undefined ? "header" : isKey ? "key" : "value";
    const encoding = CONFIG.parse({ ...props, "converter.type": type })["converter.encoding"];
    this.#charset = /^utf-?8$/i.test(encoding) ? null : charsetOf(encoding);
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Serialized {
    if (value === null || value === undefined) return null;
    const text = typeof value === "string" ? value : textOf(value, schema);
    return this.#charset === null ? text : this.#charset.encode(text);
  }

  toConnectData(_topic: string, value: Uint8Array | null): SchemaAndValue {
    return { schema: Schemas.optionalString, value: value === null ? null : this.#textOf(value) };
  }

  #textOf(bytes: Uint8Array): string {
    return this.#charset === null ? decodeUtf8(bytes) : this.#charset.decode(bytes);
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: unknown) {
    return this.fromConnectData(topic, schema, value);
  }

  toConnectHeader(topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return this.toConnectData(topic, value);
  }
}

/** The encodings of 16 bits: without a mark that says otherwise, and when written, big-endian. */
const wide = new Map([["utf-16", "utf-16be"], ["utf-16be", "utf-16be"], ["utf-16le", "utf-16le"]]);
const byteOrderMark = "\ufeff";

function charsetOf(name: string): Charset {
  const label = wide.get(name.toLowerCase().replace(/^utf16/, "utf-16"));
  if (label !== undefined) return wideCharset(label, /^utf-?16$/i.test(name));
  if (/^(iso-?8859[-_]1|latin1)$/i.test(name)) return byteCharset((byte) => byte);
  if (/^(us-)?ascii$/i.test(name)) return byteCharset((byte) => byte < 0x80 ? byte : 0xfffd);
  try {
    const decoder = new TextDecoder(name.replace(/^cp(?=125\d$)/i, "windows-"));
    // An encoding of one byte a character is known when each byte is read; the others are not written.
    const chars = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const codes = [...chars].map((byte) => decoder.decode(Uint8Array.of(byte)));
    if (codes.every((text) => text.length === 1) && !/^(utf|unicode)/.test(decoder.encoding)) {
      const isMultiByte = decoder.decode(chars).length !== 256;
      if (!isMultiByte) return byteCharset((byte) => codes[byte].charCodeAt(0));
    }
  } catch {
    // An encoding that is not known at all is refused like one that cannot be written.
  }
  throw new ConfigError(`Unsupported encoding ${name}`);
}

function byteCharset(codeOf: (byte: number) => number): Charset {
  const codes = Uint16Array.from({ length: 256 }, (_, byte) => codeOf(byte));
  const bytes = new Map([...codes].map((code, byte) => [code, byte]));
  bytes.delete(0xfffd);
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

function wideCharset(label: string, isMarked: boolean): Charset {
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

const declaration = {
  name: "StringConverter",
  aliases: ["org.apache.kafka.connect.storage.StringConverter"],
  version: "4.2.0",
  config: CONFIG,
  create: StringConverter,
};

export default [converter(declaration), headerConverter(declaration)];
