/**
 * What runs inside a task's Worker: the loops of source and sink tasks, the transform chain, and the
 * protocol they speak with the worker.
 *
 * @module
 */

export * from "./chain.ts";
export * from "./error_policy.ts";
export * from "./json_differences.ts";
export * from "./message_schema.ts";
export * from "./messages.ts";
export * from "./sink_loop.ts";
export * from "./source_loop.ts";
export * from "./task_counts.ts";
export * from "./trial.ts";
export * from "./trial_schema.ts";
