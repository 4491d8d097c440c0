/**
 * Workers: what connectors and tasks there are, and how they are.
 *
 * @module
 */

export { ActiveTopics } from "./active_topics.ts";
export * from "./config/mod.ts";
export { Connectors } from "./connector_host.ts";
export { ConnectorOffsets, type ConnectorOffsetsOptions } from "./connector_offsets.ts";
export * from "./herder.ts";
export * from "./initial_connectors.ts";
export type { Attributes, Measurable, Measured } from "./measured.ts";
export * from "./standalone.ts";
export type { TaskState } from "./lifecycle.ts";
export { taskFindings } from "./task_findings.ts";
export { taskSpec } from "./task_spec.ts";
