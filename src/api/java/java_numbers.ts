/**
 * Text as the number it stands for, as Java reads it: `Long.parseLong`, `Double.parseDouble` and their
 * siblings.
 *
 * ```
 * integer = [sign] 1*DIGIT                   digits of any script, but none of two code units
 * float   = *space [sign] (number / hex / "NaN" / "Infinity") *space       space: up to U+0020
 * number  = (1*digit ["." *digit] / "." 1*digit) [("e" / "E") [sign] 1*digit] [suffix]
 * hex     = "0" ("x" / "X") (1*xdigit ["."] / *xdigit "." 1*xdigit) ("p" / "P") [sign] 1*digit [suffix]
 * suffix  = "f" / "F" / "d" / "D"
 * ```
 *
 * @module
 */

const integer = /^[+-]?\d+$/;
const decimal = /^[+-]?(?:NaN|Infinity|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/;
const hexadecimal =
  /^([+-]?)0[xX](?:([\da-fA-F]+)\.?|([\da-fA-F]*)\.([\da-fA-F]+))[pP]([+-]?\d+)[fFdD]?$/;

/** The integer of so many bits that text stands for, or null: what `Byte.parseByte` to `Long.parseLong` give. */
export function parseJavaInteger(text: string, bits: number): bigint | null {
  const ascii = integer.test(text) ? text : asciiDigits(text);
  if (!integer.test(ascii)) return null;
  const digits = ascii.replace(/^[+-]?0*/, "");
  // No longer text is within range, and it may be very long.
  if (digits.length > 19) return null;
  const value = ascii.startsWith("-") ? -BigInt(digits) : BigInt(digits);
  return BigInt.asIntN(bits, value) === value ? value : null;
}

/** Text with digits of any script as those of ASCII. */
export function asciiDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, digitOf);
}

/** The decimal digit that a digit of any script stands for; digits of two code units are left as they are. */
function digitOf(character: string): string {
  if (character.length > 1 || character <= "9") return character;
  const code = character.charCodeAt(0);
  // All scripts of the basic plane have their digits in order, from a code that ends in 0 or in 6.
  const row = String.fromCharCode(code & ~15);
  return String((code & 15) - (/\p{Nd}/u.test(row) ? 0 : 6));
}

/** The double that text stands for, or null: what `Double.parseDouble` gives. */
export function parseJavaDouble(text: string): number | null {
  const trimmed = trimJava(text);
  if (decimal.test(trimmed)) return Number(trimmed.replace(/[fFdD]$/, ""));
  return parseHexadecimal(trimmed, { precision: 53, exponentMin: -1074 });
}

/** The float that text stands for, or null: what `Float.parseFloat` gives. */
export function parseJavaFloat(text: string): number | null {
  const trimmed = trimJava(text);
  if (decimal.test(trimmed)) return nearestFloat(trimmed.replace(/[fFdD]$/, ""));
  const value = parseHexadecimal(trimmed, { precision: 24, exponentMin: -149 });
  return value === null ? null : Math.fround(value);
}

/** Text as Java's `String.trim` leaves it: no control characters or spaces around it, but others. */
export function trimJava(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && text.charCodeAt(start) <= 0x20) start++;
  while (start < end && text.charCodeAt(end - 1) <= 0x20) end--;
  return text.slice(start, end);
}

/** The bits of a format's significand, and the exponent of its smallest number. */
interface Format {
  precision: number;
  exponentMin: number;
}

function parseHexadecimal(text: string, { precision, exponentMin }: Format): number | null {
  const [, sign, whole = "", before = "", fraction = "", power] = hexadecimal.exec(text) ?? [];
  if (power === undefined) return null;
  const digits = (whole + before + fraction).replace(/^0+/, "");
  if (digits === "") return sign === "-" ? -0 : 0;
  // No text is long enough to make up for an exponent beyond these.
  const exponent = Math.max(-1e12, Math.min(1e12, Number(power))) - 4 * fraction.length;
  const significand = BigInt(`0x${digits}`);
  const length = 4 * digits.length - Math.clz32(parseInt(digits[0], 16)) + 28;
  const unit = Math.max(exponent + length - precision, exponentMin);
  const dropped = unit - exponent;
  // Less than half of the smallest number is nothing, and no reason for very long integers.
  if (dropped > length + 1) return sign === "-" ? -0 : 0;
  const size = dropped > 0
    ? Number(roundedHalfEven(significand, dropped)) * 2 ** unit
    : Number(significand) * 2 ** exponent;
  return sign === "-" ? -size : size;
}

/** A number without its lowest bits, rounded to the nearest, and to the even one of two. */
function roundedHalfEven(value: bigint, bits: number): bigint {
  const shift = BigInt(bits);
  const floor = value >> shift;
  const twice = (value - (floor << shift)) << 1n;
  const unit = 1n << shift;
  return twice > unit || (twice === unit && (floor & 1n) === 1n) ? floor + 1n : floor;
}

/** The float nearest to a decimal number; a double on the way would round twice. */
function nearestFloat(text: string): number {
  const double = Number(text);
  const float = Math.fround(double);
  if (double === float || Number.isNaN(double)) return float;
  const [size, near] = [Math.abs(double), Math.abs(float)];
  const other = floatBeside(near, size > near);
  const [floor, ceiling] = [Math.min(near, other), Math.min(Math.max(near, other), 2 ** 128)];
  const middle = (floor + ceiling) / 2;
  if (size !== middle) return float;
  // The double stands between two floats: now it matters on which side of it the number is.
  const order = compareDecimal(text.replace(/^[+-]/, ""), middle);
  if (order === 0) return float;
  return Math.sign(double) * Math.fround(order < 0 ? floor : ceiling);
}

const floatBits = new Uint32Array(1);
const floats = new Float32Array(floatBits.buffer);

/** The next float above or below one that is not negative. */
function floatBeside(float: number, isAbove: boolean): number {
  floats[0] = float;
  floatBits[0] += isAbove ? 1 : -1;
  return floats[0];
}

/** More digits than any number in the middle of two floats has. */
const digitsMax = 200;

/** Whether a decimal number that is not negative lies below (-1), at (0) or above (1) one between two floats. */
function compareDecimal(text: string, middle: number): number {
  const [, whole, fraction = "", power = "0"] = /^(\d*)\.?(\d*)(?:[eE](.+))?$/.exec(text)!;
  const digits = (whole + fraction).replace(/^0+/, "");
  const beyond = digits.slice(digitsMax);
  const exponent = Number(power) - fraction.length + beyond.length;
  const scale = 10n ** BigInt(Math.abs(exponent));
  const shifted = BigInt(digits.slice(0, digitsMax)) << 150n;
  const decimal = exponent > 0 ? shifted * scale : shifted;
  // Every such number is a multiple of 2 to the -150th.
  const exact = BigInt(middle * 2 ** 150) * (exponent < 0 ? scale : 1n);
  if (decimal !== exact) return decimal < exact ? -1 : 1;
  return /[1-9]/.test(beyond) ? 1 : 0;
}
