/**
 * What everything stands on: errors, time, the disk, bytes, checksums, secrets.
 *
 * @module
 */

export * from "./bytes.ts";
export * from "./clock.ts";
export * from "./crc32c.ts";
export * from "./disk.ts";
export * from "./disk_local.ts";
export * from "./disk_meter.ts";
export * from "./errors.ts";
export * from "./java_hash.ts";
export * from "./java_trace.ts";
export * from "./log_bound.ts";
export * from "./logger.ts";
export * from "./node_module.ts";
export * from "./replace_file.ts";
export * from "./secrets.ts";
