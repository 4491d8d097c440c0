/** CRC-32C (Castagnoli), as record batches carry it: RFC 3720, appendix B.4. */

/** The polynomial, its bits reflected as the checksum's are. */
const polynomial = 0x82f63b78;

/** Sixteen tables, so that sixteen bytes go in a step ("slicing"). */
const tables = Array.from({ length: 16 }, () => new Int32Array(256));
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = timesX(crc);
  tables[0][byte] = crc;
}
for (let byte = 0; byte < 256; byte++) {
  for (let slice = 1; slice < 16; slice++) {
    const previous = tables[slice - 1][byte];
    tables[slice][byte] = (previous >>> 8) ^ tables[0][previous & 255];
  }
}
const [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = tables;
/** The words of a typed array are as the machine keeps them; the tables take the lowest byte first. */
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The CRC-32C of `bytes` from `start` up to `end`, as an unsigned 32-bit number. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = -1;
  let i = start;
  const aligned = Math.min(end, start + (-(bytes.byteOffset + start) & 3));
  for (; i < aligned; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]) & 255];
  const count = isLittleEndian ? (end - i) >> 4 : 0;
  const words = count === 0 ? t0 : new Int32Array(bytes.buffer, bytes.byteOffset + i, count << 2);
  for (let word = 0; word < count << 2; word += 4) {
    const w = crc ^ words[word];
    const x = words[word + 1];
    const y = words[word + 2];
    const z = words[word + 3];
    crc = t15[w & 255] ^ t14[(w >>> 8) & 255] ^ t13[(w >>> 16) & 255] ^ t12[w >>> 24] ^
      t11[x & 255] ^ t10[(x >>> 8) & 255] ^ t9[(x >>> 16) & 255] ^ t8[x >>> 24] ^
      t7[y & 255] ^ t6[(y >>> 8) & 255] ^ t5[(y >>> 16) & 255] ^ t4[y >>> 24] ^
      t3[z & 255] ^ t2[(z >>> 8) & 255] ^ t1[(z >>> 16) & 255] ^ t0[z >>> 24];
  }
  i += count << 4;
  for (; i < end; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]) & 255];
  return ~crc >>> 0;
}

/**
 * The CRC-32C of bytes of which a part has been replaced by as many others, without a look at the rest:
 * checksums of equal lengths differ by what the difference of their bytes makes of the polynomial.
 * `part` and `newPart` are the checksums of that part alone, before and after; `bytesBehind` follow it.
 */
export function replacedCrc32c(
  crc: number,
  part: number,
  newPart: number,
  bytesBehind: number,
): number {
  let difference = part ^ newPart;
  // Times x to the power of 8 × bytesBehind: by squares.
  let square = 1 << 23;
  for (let rest = bytesBehind; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) difference = times(difference, square);
    square = times(square, square);
  }
  return (crc ^ difference) >>> 0;
}

/** A reflected polynomial times x, modulo the checksum's. */
function timesX(a: number): number {
  return (a & 1) !== 0 ? (a >>> 1) ^ polynomial : a >>> 1;
}

/** The product of two reflected polynomials, modulo the checksum's. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 31; bit >= 0; bit--) {
    if ((a >>> bit & 1) !== 0) product ^= b;
    b = timesX(b);
  }
  return product;
}
