/** UTF-8 as Java's `String` reads it. */

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The text of UTF-8; what is none becomes U+FFFD, as often as in Java: once for a surrogate, of which
 * browsers make one for each byte.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes("\ufffd") ? decoder.decode(withoutSurrogates(bytes)) : text;
}

/** The bytes with one that is never valid where a surrogate was. */
function withoutSurrogates(bytes: Uint8Array): Uint8Array {
  const kept = new Uint8Array(bytes.length);
  let size = 0;
  for (let i = 0; i < bytes.length; i++) {
    const isSurrogate = bytes[i] === 0xed && bytes[i + 1] >= 0xa0 && bytes[i + 1] <= 0xbf;
    kept[size++] = isSurrogate ? 0xff : bytes[i];
    if (isSurrogate) i += (bytes[i + 2] & 0xc0) === 0x80 ? 2 : 1;
  }
  return kept.subarray(0, size);
}
