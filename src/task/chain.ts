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
  /** The class of the transform, by its Java name. */
  className: string;
}

/** The converters of a task, made and configured. */
export interface Converters {
  /** For keys. */
  key: Converter;
  /** For values. */
  value: Converter;
  /** For the values of headers. */
  header: HeaderConverter;
  /** Their classes, by their Java names. */
  classNames: { key: string; value: string; header: string };
}

/** Passes a record through one step; null when it drops it. */
export function applyStep<R extends ConnectRecord<R>>(
  { transformation, predicate }: ChainStep,
  record: R,
): R | null {
  if (predicate !== null && predicate.predicate.test(record) === predicate.negate) return record;
  return transformation.apply(record);
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
