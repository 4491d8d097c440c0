/** How the tasks of a connector read and write topics. */

import { loggers, named } from "../base/mod.ts";
import type { TaskSpec } from "../task/mod.ts";
import type {
  ConsumerOptions,
  GroupAdminOptions,
  NewTopic,
  ProducerOptions,
} from "../topics/mod.ts";
import {
  adminConfigs,
  adminSettings,
  checkOverrides,
  clientIdOf,
  type ClientSources,
  consumerConfigs,
  consumerSettings,
  deadLetterTopic,
  newTopicsOf,
  overridePolicy,
  producerConfigs,
  producerSettings,
  type Props,
  topicSelection,
  usesTopicCreation,
} from "./config/mod.ts";

/** Whose clients they are. */
export interface TaskOwner {
  /** The worker's properties. */
  worker: Props;
  /** The connector's properties. */
  connector: Props;
  /** What Kafka clients are made with; null where topics are in the embedded log. */
  clients: ClientSources | null;
}

/** How a sink task reads; what its Worker must know of that goes into its `spec`. */
export async function consumerOptions(
  { worker, connector, clients }: TaskOwner,
  spec: TaskSpec,
): Promise<ConsumerOptions> {
  const clientId = clientIdOf("consumer", connector.name, spec.task);
  const options: ConsumerOptions = {
    groupId: `connect-${connector.name}`,
    selection: topicSelection(connector),
    autoOffsetReset: "earliest",
    clientId,
  };
  if (clients === null) return options;
  const configs = consumerConfigs({ worker, connector, clientId });
  const sources = sourcesOf(connector, clients, spec);
  const { connection, settings, groupId } = await consumerSettings(configs, sources);
  spec.putRecordsMax = settings.pollRecordsMax;
  const { autoOffsetReset } = settings;
  return { ...options, groupId, autoOffsetReset, kafka: { connection, consumer: settings } };
}

/** How the group of a sink connector is looked after. Kafka: `Worker.modifySinkConnectorOffsets`. */
export async function groupAdminOptions(owner: TaskOwner): Promise<GroupAdminOptions> {
  const { worker, connector, clients } = owner;
  const clientId = `connector-worker-adminclient-${connector.name}`;
  if (clients === null) return { groupId: `connect-${connector.name}`, clientId };
  const { groupId } = await consumerSettings(consumerConfigs({ ...owner, clientId }), clients);
  checkOverrides("admin", connector, overridePolicy(worker));
  const configs = adminConfigs({ worker, connector, clientId });
  const { connection, settings: { apiTimeoutMs } } = await adminSettings(configs, clients);
  return { groupId, clientId, kafka: { connection, apiTimeoutMs } };
}

/** How a source task writes; what its Worker must know of that goes into its `spec`. */
export async function producerOptions(owner: TaskOwner, spec: TaskSpec): Promise<ProducerOptions> {
  const { worker, connector } = owner;
  const letters = deadLetterTopic(connector);
  const newTopics = newTopicsOf(worker, connector);
  const clientId = clientIdOf("producer", connector.name, spec.task);
  const options = await writingOptions(owner, spec, clientId);
  if (options.kafka !== undefined) {
    // Kafka: a producer without any memory refuses each record; ours sends one batch at a time.
    spec.bytesInFlightMax = Math.max(1, options.kafka.producer.bufferBytesMax);
  }
  const newTopic = (topic: string) => topic === letters?.name ? letters : newTopics(topic);
  const makesTopics = letters !== null || usesTopicCreation(connector);
  if (!makesTopics) return { ...options, newTopic };
  const adminId = clientIdOf("admin", connector.name, spec.task);
  return { ...await withAdmin(owner, options, adminId), newTopic };
}

/**
 * How a sink task writes its dead letters to `topic`; what its Worker must know of that goes into its
 * `spec`. Kafka: `Worker.sinkTaskReporters`.
 */
export async function deadLetterOptions(
  owner: TaskOwner,
  spec: TaskSpec,
  topic: NewTopic,
): Promise<ProducerOptions> {
  const id = (kind: string) => `connector-dlq-${kind}-${owner.connector.name}-${spec.task}`;
  const options = await writingOptions(owner, spec, id("producer"));
  return { ...await withAdmin(owner, options, id("adminclient")), newTopic: () => topic };
}

type Writing = Omit<ProducerOptions, "newTopic">;

async function writingOptions(
  { worker, connector, clients }: TaskOwner,
  spec: TaskSpec,
  clientId: string,
): Promise<Writing> {
  if (clients === null) return { clientId };
  const configs = producerConfigs({ worker, connector, clientId });
  const sources = sourcesOf(connector, clients, spec);
  const { connection, settings } = await producerSettings(configs, sources);
  const { lingerMs, compression, compressionLevel, requestBytesMax } = settings;
  Object.assign(spec, { lingerMs, compression, compressionLevel, requestBytesMax });
  spec.batchBytesMax = Math.min(settings.batchBytes, requestBytesMax);
  return { clientId, kafka: { connection, producer: settings }, log: sources.log };
}

/** What a task's clients are made with: what they say is said of the task. */
function sourcesOf({ name: connector }: Props, clients: ClientSources, { task }: TaskSpec) {
  return { ...clients, log: named(clients.log, { name: loggers.config, connector, task }) };
}

/** Adds who makes topics. */
async function withAdmin(
  { worker, connector, clients }: TaskOwner,
  options: Writing,
  clientId: string,
): Promise<Writing> {
  if (clients === null || options.kafka === undefined) return options;
  checkOverrides("admin", connector, overridePolicy(worker));
  const configs = adminConfigs({ worker, connector, clientId });
  const { connection, settings: { apiTimeoutMs } } = await adminSettings(configs, clients);
  return { ...options, kafka: { ...options.kafka, admin: { connection, apiTimeoutMs } } };
}
