/**
 * Kafka's record batches: made where records are made, read where they are used.
 *
 * @module
 */

export * from "./batch_builder.ts";
export * from "./batch_filter.ts";
export * from "./compression.ts";
export * from "./partitioner.ts";
export * from "./record_batch.ts";
export {
  endOffsetOf,
  type PlacedBatch,
  readBatches,
  readRecords,
  type RecordView,
} from "./record_reader.ts";
