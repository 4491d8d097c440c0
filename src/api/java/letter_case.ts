/**
 * Upper and lower case of single code points, as `java.lang.Character` has them: where JavaScript makes
 * several of one, the one stays, or becomes the single one that Unicode has for it.
 *
 * @module
 */

const greekWithIota: readonly (readonly [number, number, number])[] = [
  [0x1f80, 0x1f87, 8],
  [0x1f90, 0x1f97, 8],
  [0x1fa0, 0x1fa7, 8],
  [0x1fb3, 0x1fb3, 9],
  [0x1fc3, 0x1fc3, 9],
  [0x1ff3, 0x1ff3, 9],
];

/** The upper case of a code point. */
export function upperCase(code: number): number {
  if (code < 0x80) return code >= 0x61 && code <= 0x7a ? code - 0x20 : code;
  for (const [first, last, distance] of greekWithIota) {
    if (code >= first && code <= last) return code + distance;
  }
  return single(String.fromCodePoint(code).toUpperCase(), code);
}

/** The lower case of a code point. */
export function lowerCase(code: number): number {
  if (code < 0x80) return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
  // The dot above a capital I is dropped.
  if (code === 0x130) return 0x69;
  return single(String.fromCodePoint(code).toLowerCase(), code);
}

/** What two code points have in common whose case alone differs. */
export function foldedCase(code: number): number {
  return lowerCase(upperCase(code));
}

/** The same for letters of ASCII alone. */
export function foldedAscii(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

function single(text: string, otherwise: number): number {
  const code = text.codePointAt(0)!;
  return text.length === (code > 0xffff ? 2 : 1) ? code : otherwise;
}
