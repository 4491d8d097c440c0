/**
 * Metrics as Prometheus reads them.
 *
 * @module
 */

export * from "./exposition.ts";
export * from "./jmx_rules.ts";
export * from "./own_metrics.ts";
