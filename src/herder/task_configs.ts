/** The configurations of a connector's tasks, as its class gives them. */

import { ConnectError, type Logger } from "../base/mod.ts";
import type { ConnectorDescription } from "../sandbox/mod.ts";
import {
  type Props,
  sinkConnectorConfigDef,
  sourceConnectorConfigDef,
  withVariables,
} from "./config/mod.ts";

/** What is asked of a connector. */
export interface TaskConfigCalls {
  /** The configurations of its tasks. */
  taskConfigs(connector: string, tasksMax: number): Promise<Props[]>;
}

/** What a connector is. */
export interface ConnectorDefinition {
  /** As configured: with variables. */
  props: Props;
  /** What its class is; null: that is not known yet. */
  description: ConnectorDescription | null;
}

/** A connector gives more tasks than it may have. Kafka: `TooManyTasksException`. */
export class TooManyTasksError extends ConnectError {
  /** It gave `count`. */
  constructor(connector: string, count: number, countMax: number) {
    super(
      `The connector ${connector} has generated ${count} tasks, which is greater than ` +
        `${countMax}, the maximum number of tasks it is configured to create.`,
    );
  }
}

/** What is said where `tasks.max.enforce` lets more tasks be. Kafka: `Worker.checkTasksMax`. */
const tooManyTasksAdvice =
  "This behavior should be considered a bug and will be disallowed in future releases of Kafka Connect. " +
  "Please report this to the maintainers of the connector and request that they adjust their connector's " +
  "taskConfigs() method to respect the maxTasks parameter.";

/**
 * Asks a connector for the configurations of its tasks. Kafka: `Worker.connectorTaskConfigs`.
 * @param props its configuration, with variables
 * @param description what its class is
 * @param resolved its configuration without variables
 * @returns them with variables
 * @throws {TooManyTasksError} when there are more than `tasks.max`, and that is enforced
 */
export async function taskConfigsOf(
  calls: TaskConfigCalls,
  props: Props,
  { type, taskClass }: ConnectorDescription,
  resolved: Props,
  log: Logger,
): Promise<Props[]> {
  const def = type === "source" ? sourceConnectorConfigDef : sinkConnectorConfigDef;
  const { "tasks.max": tasksMax, "tasks.max.enforce": isEnforced } = def.parse(resolved);
  const configs = await calls.taskConfigs(props.name, tasksMax);
  if (configs.length > tasksMax) {
    const error = new TooManyTasksError(props.name, configs.length, tasksMax);
    if (isEnforced) throw error;
    log.warn(`${error.message} ${tooManyTasksAdvice}`);
  }
  const added: Props = { "task.class": taskClass };
  for (const key of ["topics", "topics.regex"]) {
    if (Object.hasOwn(props, key)) added[key] = resolved[key];
  }
  return configs.map((config) => withVariables({ ...config, ...added }, props));
}

/** Whether two lists of configurations say the same, whatever the order of their keys. */
export function areSameConfigs(one: readonly Props[], other: readonly Props[]): boolean {
  const textOf = (configs: readonly Props[]) =>
    JSON.stringify(configs.map((config) => Object.entries(config).sort()));
  return textOf(one) === textOf(other);
}
