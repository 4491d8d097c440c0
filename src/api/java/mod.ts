/**
 * What Java's classes for text do, for configurations that were written for Java.
 *
 * @module
 */

export { inHashOrder } from "./hash_order.ts";
export { type JavaCharset, javaCharset } from "./java_charset.ts";
export { JavaDateFormat } from "./java_date_format.ts";
export { parseJavaDouble, parseJavaFloat, parseJavaInteger, trimJava } from "./java_numbers.ts";
export { JavaPattern } from "./java_pattern.ts";
