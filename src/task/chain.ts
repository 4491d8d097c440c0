/**
 * What a record passes between a connector and the topics: the transforms of its chain, in order,
 * then the converters.
 *
 * @module
 */

import {
  type ConnectRecord,
  type Converter,
  type HeaderConverter,
  type Predicate,
  type Transformation,
} from "../api/mod.ts";

/** One transform of a chain, made and configured. */
export interface ChainStep {
  /** What changes the record. */
  transformation: Transformation;
  /** Decides whether it applies; null: always. */
  predicate: { predicate: Predicate; negate: boolean } | null;
}

/** The converters of a task, made and configured. */
export interface Converters {
  /** For keys. */
  key: Converter;
  /** For values. */
  value: Converter;
  /** For the values of headers. */
  header: HeaderConverter;
}

/** Passes a record through the chain; null when a step drops it. */
export function applyChain<R extends ConnectRecord<R>>(
  steps: readonly ChainStep[],
  record: R,
): R | null {
  let current: R | null = record;
  for (const { transformation, predicate } of steps) {
    if (predicate !== null && predicate.predicate.test(current) === predicate.negate) continue;
    current = transformation.apply(current);
    if (current === null) return null;
  }
  return current;
}

/** Lets go of what the steps and converters hold. */
export function closeChain(steps: readonly ChainStep[], converters: Converters): void {
  for (const { transformation, predicate } of steps) {
    transformation.close?.();
    predicate?.predicate.close?.();
  }
  converters.key.close?.();
  converters.value.close?.();
  converters.header.close?.();
}
