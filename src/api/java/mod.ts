/**
 * What Java's classes for text do, for configurations that were written for Java.
 *
 * @module
 */

export { JavaPattern } from "./java_pattern.ts";
