/**
 * What clients are told, as schemas: OpenAPI is made from them. They follow `src/herder/herder.ts`.
 *
 * @module
 */

import * as v from "valibot";
import type * as herder from "../herder/mod.ts";

/** A schema whose values a type has. */
type Of<T> = v.GenericSchema<unknown, T>;

const Props = v.record(v.string(), v.string());
const Type = v.picklist(["source", "sink", "unknown"]);
const State = v.picklist(["UNASSIGNED", "RUNNING", "PAUSED", "FAILED", "RESTARTING", "STOPPED"]);

/** The worker. Kafka: `ServerInfo`. */
export const ServerInfo = v.object({
  version: v.string(),
  commit: v.string(),
  kafka_cluster_id: v.nullable(v.string()),
});

/** How well it is. Kafka: `WorkerStatus`. */
export const WorkerStatus = v.object({
  status: v.picklist(["starting", "healthy", "unhealthy"]),
  message: v.string(),
}) satisfies Of<herder.WorkerHealth>;

/** What went wrong. Kafka: `ErrorMessage`. */
export const ErrorMessage = v.object({ error_code: v.number(), message: v.string() });

/** A task of a connector. */
export const ConnectorTaskId = v.object({
  connector: v.string(),
  task: v.number(),
}) satisfies Of<herder.ConnectorTaskId>;

/** A connector. */
export const ConnectorInfo = v.object({
  name: v.string(),
  config: Props,
  tasks: v.array(ConnectorTaskId),
  type: Type,
}) satisfies Of<herder.ConnectorInfo>;

/** A configuration. */
export const ConnectorConfig = Props;

const stateEntries = {
  state: State,
  worker_id: v.string(),
  version: v.nullable(v.string()),
  trace: v.optional(v.string()),
};

/** How a task is. */
export const TaskState = v.looseObject({ id: v.number(), ...stateEntries });

/** How a connector restarts by itself, where it does. */
export const AutoRestart = v.object({
  count: v.number(),
  next_restart_timestamp: v.nullable(v.number()),
}) satisfies Of<herder.AutoRestartStatus>;

/** How a connector and its tasks are. */
export const ConnectorStateInfo = v.object({
  name: v.string(),
  connector: v.looseObject(stateEntries),
  tasks: v.array(TaskState),
  type: Type,
  auto_restart: v.optional(AutoRestart),
});

/** The names of connectors, or with `expand` what is to be said of each. */
export const Connectors = v.union([
  v.array(v.string()),
  v.record(
    v.string(),
    v.object({ status: v.optional(ConnectorStateInfo), info: v.optional(ConnectorInfo) }),
  ),
]);

/** The configurations of tasks. */
export const TaskInfos = v.array(
  v.object({ id: ConnectorTaskId, config: Props }) satisfies Of<herder.TaskInfo>,
);

/** The topics of a connector, under its name. Kafka: `ActiveTopicsInfo`. */
export const ActiveTopics = v.record(v.string(), v.object({ topics: v.array(v.string()) }));

const OffsetPart = v.nullable(v.record(v.string(), v.unknown()));

/** The offsets of a connector. */
export const ConnectorOffsets = v.object({
  offsets: v.array(
    v.object({ partition: OffsetPart, offset: OffsetPart }) satisfies Of<herder.ConnectorOffset>,
  ),
});

/** What became of it. Kafka: `Message`. */
export const Message = v.object({ message: v.string() });

/** Plugins. */
export const PluginInfos = v.array(
  v.object({
    class: v.string(),
    type: v.picklist([
      "source",
      "sink",
      "converter",
      "header_converter",
      "transformation",
      "predicate",
    ]),
    version: v.optional(v.string()),
  }) satisfies Of<herder.PluginInfo>,
);

const ConfigKeyInfo = v.object({
  name: v.string(),
  type: v.string(),
  required: v.boolean(),
  default_value: v.nullable(v.string()),
  importance: v.string(),
  documentation: v.string(),
  group: v.nullable(v.string()),
  order_in_group: v.number(),
  width: v.string(),
  display_name: v.string(),
  dependents: v.array(v.string()),
}) satisfies Of<herder.ConfigKeyInfo>;

/** The keys of a plugin. */
export const ConfigKeyInfos = v.array(ConfigKeyInfo);

const ConfigValueInfo = v.object({
  name: v.string(),
  value: v.nullable(v.string()),
  recommended_values: v.array(v.string()),
  errors: v.array(v.string()),
  visible: v.boolean(),
}) satisfies Of<herder.ConfigValueInfo>;

/** What is to be said of a configuration. */
export const ConfigInfos = v.object({
  name: v.string(),
  error_count: v.number(),
  groups: v.array(v.string()),
  configs: v.array(
    v.object({ definition: v.nullable(ConfigKeyInfo), value: ConfigValueInfo }),
  ),
}) satisfies Of<herder.ConfigInfos>;

/** A logger's level. */
export const LoggerLevel = v.object({
  level: v.string(),
  last_modified: v.nullable(v.number()),
});

/** Loggers by their names. */
export const LoggerLevels = v.record(v.string(), LoggerLevel);

/** Names, of loggers. */
export const Names = v.array(v.string());
