/**
 * The worker's log: lines on standard error, as text or JSON, with a level for each logger.
 *
 * @module
 */

export * from "./level_table.ts";
export * from "./line_formats.ts";
export * from "./line_writer.ts";
export * from "./worker_log.ts";
