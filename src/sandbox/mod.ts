/**
 * Where plugins run: Web Workers with the permissions they need and no others.
 *
 * @module
 */

export { ConfigKeyInfo, ConfigValueInfo, keyInfo, valueInfo } from "./config_info.ts";
export {
  ConnectorDescription,
  type HostCall,
  type InspectedPlugin,
  type OffsetChanges,
  type PluginCheck,
  PluginInfo,
  PluginInfos,
  PluginInspection,
  pluginTypes,
  TaskConfigs,
} from "./connector_messages.ts";
export { takeConsole } from "./console.ts";
export {
  BuiltInHost,
  type HostEvents,
  HostWorker,
  type HostWorkerOptions,
  RemoteError,
} from "./host_worker.ts";
export { openFiles } from "./open_files.ts";
export * from "./permissions.ts";
export { isBuiltIn, javaClassOfName, sortedPlugins } from "./plugin_registry.ts";
export { TaskWorker, type TaskWorkerOptions, webWorkers } from "./sandboxed_worker.ts";
export { type TrialSpec, tryRecords } from "./trial_worker.ts";
