/** Decimal numbers of any size and precision. Kafka Connect holds them as `java.math.BigDecimal`. */

import { DataError } from "../../base/mod.ts";
import { asciiDigits } from "../java/java_numbers.ts";

const scaleMax = 2 ** 31 - 1;
const exponentMin = -(2 ** 31);
const grammar = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?0*\d{1,10}))?$/;

/** The number `unscaled` × 10^-`scale`. 1.50 and 1.5 are different ones, as their scales are. */
export class BigDecimal {
  /** All its digits, as an integer. */
  readonly unscaled: bigint;
  /** How many of the digits stand behind the point; negative: zeros that follow them. */
  readonly scale: number;

  /** The number `unscaled` × 10^-`scale`. */
  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /**
   * The number that text stands for: `-12.50`, `1E+3`; its digits may be of any script.
   * @throws {DataError} for any other text
   */
  static parse(text: string): BigDecimal {
    const found = grammar.exec(text) ?? grammar.exec(asciiDigits(text)) ?? [];
    const [, sign, whole = "", fraction = "", bare = "", exponent = "0"] = found;
    const digits = sign === undefined ? "" : whole + fraction + bare;
    const power = Number(exponent);
    const scale = fraction.length + bare.length - power;
    const isTooLarge = Math.abs(scale) > scaleMax || power > scaleMax || power < exponentMin;
    if (digits === "" || isTooLarge) {
      throw new DataError(`Cannot read "${text.slice(0, 100)}": it is not a decimal number`);
    }
    return new BigDecimal(sign === "-" ? -BigInt(digits) : BigInt(digits), scale);
  }

  /** The number whose unscaled value stands in these bytes: big-endian, two's complement. @throws {DataError} for none */
  static fromBytes(bytes: Uint8Array, scale: number): BigDecimal {
    if (bytes.length === 0) throw new DataError("Zero length BigInteger");
    return new BigDecimal(BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toHex()}`)), scale);
  }

  /** The unscaled value, big-endian and two's complement, in as few bytes as hold it. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const magnitude = this.unscaled < 0n ? ~this.unscaled : this.unscaled;
    const bits = magnitude === 0n ? 0 : magnitude.toString(2).length;
    const size = Math.floor(bits / 8) + 1;
    const text = BigInt.asUintN(size * 8, this.unscaled).toString(16).padStart(size * 2, "0");
    return Uint8Array.fromHex(text);
  }

  /** The low 64 bits of what stands before the point, as Java's `longValue` has them. */
  toInt64(): bigint {
    // Ten to the 64th is a multiple of two to the 64th, and no digit is left of a point that far left.
    if (this.scale <= -64 || this.scale >= this.#digits.length) return 0n;
    const power = 10n ** BigInt(Math.abs(this.scale));
    return BigInt.asIntN(64, this.scale > 0 ? this.unscaled / power : this.unscaled * power);
  }

  /** The number itself when it is an integer of 64 bits, else null. */
  toExactInt64(): bigint | null {
    if (this.unscaled === 0n) return 0n;
    // An integer of 64 bits has 19 digits at most, and at most as many zeros as digits to leave off.
    const whole = this.#digits.length - this.scale;
    if (whole < 1 || whole > 19) return null;
    const integer = this.toInt64();
    return this.equals(BigDecimal.#rescaled(integer, this.scale)) ? integer : null;
  }

  /** The number nearest to it. */
  toNumber(): number {
    return Number(this.toString());
  }

  /** Whether both have the same digits and the same scale. */
  equals(other: unknown): boolean {
    return other instanceof BigDecimal && other.unscaled === this.unscaled &&
      other.scale === this.scale;
  }

  /** Its text, as Java's `BigDecimal.toString` has it: with an exponent when the scale is negative or the number tiny. */
  toString(): string {
    const { scale } = this;
    const digits = this.#digits;
    const sign = this.unscaled < 0n ? "-" : "";
    if (scale === 0) return sign + digits;
    const exponent = digits.length - 1 - scale;
    if (scale > 0 && exponent >= -6) {
      const padded = digits.padStart(scale + 1, "0");
      return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
    }
    const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
    if (exponent === 0) return sign + mantissa;
    return `${sign}${mantissa}E${exponent > 0 ? "+" : ""}${exponent}`;
  }

  static #rescaled(integer: bigint, scale: number): BigDecimal {
    const power = 10n ** BigInt(Math.abs(scale));
    return new BigDecimal(scale > 0 ? integer * power : integer / power, scale);
  }

  get #digits(): string {
    return String(this.unscaled < 0n ? -this.unscaled : this.unscaled);
  }
}
