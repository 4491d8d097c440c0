/**
 * Configuration files, and the keys of workers and connectors.
 *
 * @module
 */

export * from "./client_configs.ts";
export { isAdminKey } from "./client_keys.ts";
export * from "./client_settings.ts";
export { isConfigProvider, type ProviderSources } from "./config_providers.ts";
export { type ConfigInfo, type ConfigInfos, configInfos } from "./config_infos.ts";
export * from "./config_variables.ts";
export * from "./connector_file.ts";
export * from "./connector_rules.ts";
export * from "./cross_origin.ts";
export { deadLetterTopic, errorSpec, validateDeadLetters } from "./error_handling.ts";
export * from "./herder_additions.ts";
export * from "./header_rules.ts";
export * from "./invalid_config.ts";
export { logConfigDef, type LogSettings, logSettings } from "./log_config.ts";
export * from "./plugin_specs.ts";
export * from "./plugin_validation.ts";
export { versionProblem } from "./plugin_versions.ts";
export * from "./properties.ts";
export * from "./rest_additions.ts";
export * from "./rest_config.ts";
export * from "./rest_login.ts";
export * from "./rest_server_config.ts";
export type { ServerTls } from "./server_tls.ts";
export * from "./source_sink_keys.ts";
export { type SpoolConfig, spoolConfig, spoolConfigDef } from "./spool_config.ts";
export * from "./topic_creation.ts";
export * from "./worker_config.ts";
