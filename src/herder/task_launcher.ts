/** Gives a task all that it needs: its configuration, its permissions, and its clients. */

import { fileURLToPath } from "node:url";
import { type Clock, ConnectError, type Logger, loggers, named } from "../base/mod.ts";
import { type ConnectorDescription, resolvePermissions } from "../sandbox/mod.ts";
import type { OffsetStore } from "../store/mod.ts";
import type { Topics } from "../topics/mod.ts";
import {
  type ClientSources,
  type ConfigVariables,
  deadLetterTopic,
  type Props,
  usesTopicCreation,
} from "./config/mod.ts";
import { SinkTaskRunner } from "./sink_task_runner.ts";
import { SourceTaskRunner } from "./source_task_runner.ts";
import { consumerOptions, deadLetterOptions, producerOptions } from "./task_clients.ts";
import type { PreparedTask } from "./task_runner.ts";
import { taskSpec } from "./task_spec.ts";

/** What tasks are made with. */
export interface TaskLauncherOptions {
  /** The worker's configuration, its variables resolved. */
  workerProps: Props;
  /** Plugin files from outside, as URLs. */
  files: readonly string[];
  /** The topics. */
  topics: Topics;
  /** How source tasks write, such as by a spool; to the topics themselves unless told. */
  writers?: Pick<Topics, "openProducer">;
  /** How sink tasks read; the topics themselves unless told. */
  readers?: Pick<Topics, "joinGroup">;
  /** Whether sinks are given what dead letters were before they failed; not unless told. */
  restoresLetters?: boolean;
  /** Topics that no plugin may write to. */
  internalTopics: ReadonlySet<string>;
  /** What Kafka clients are made with; null where topics are in the embedded log. */
  clients: ClientSources | null;
  /** Where source offsets are kept. */
  offsets: OffsetStore;
  /** A connector has written to a topic, or is given records of it; told of each batch. */
  onTopic?: (connector: string, topic: string) => void;
  /** Time. */
  clock: Clock;
  /** Where messages go. */
  log: Logger;
}

/** A task that is to run. */
export interface TaskToLaunch {
  /** What its connector's class is. */
  description: ConnectorDescription;
  /** Its connector's configuration, without variables. */
  connector: Props;
  /** Its number. */
  task: number;
  /** Its own configuration, with variables. */
  config: Props;
}

/** Prepares a task. @throws {Error} why it cannot run */
export type PrepareTask = (task: TaskToLaunch) => Promise<PreparedTask>;

/** How tasks are prepared for Web Workers of their own. */
export function taskLauncher(
  options: TaskLauncherOptions,
  variables: ConfigVariables,
): PrepareTask {
  return async (
    { description: { type: kind, permissions: declared }, connector, task, config },
  ) => {
    const { topics, internalTopics, files, clients, clock } = options;
    const name = kind === "source" ? loggers.sourceTask : loggers.sinkTask;
    const log = named(options.log, { name, connector: connector.name, task });
    const { props } = await variables.resolve(config);
    const permissions = await resolvePermissions(declared, props);
    permissions.read.push(...files.map((file) => fileURLToPath(file)));
    const { workerProps: worker, restoresLetters } = options;
    const spec = taskSpec({ kind, worker, connector, task, config: props, restoresLetters });
    // What it is given it may know, and must not tell: dead letters say what went wrong.
    spec.secrets = variables.secrets.within(JSON.stringify(spec));
    const onTopic = (topic: string) => options.onTopic?.(connector.name, topic);
    const metricsWindowMs = metricsWindowOf(worker);
    const shared = { spec, permissions, files, topics, onTopic, metricsWindowMs, clock, log };
    const owner = { worker, connector, clients };
    const letters = deadLetterTopic(connector);
    if (letters !== null && internalTopics.has(letters.name)) {
      throw new ConnectError(
        `A connector may not write to "${letters.name}", an internal topic of the worker`,
      );
    }
    if (kind === "sink") {
      const consumer = { log, ...await consumerOptions(owner, spec) };
      const deadLetters = letters &&
        await topics.openProducer(await deadLetterOptions(owner, spec, letters));
      const reading = { topics: options.readers ?? topics, consumer, deadLetters };
      return {
        start: (onStatus) => new SinkTaskRunner({ ...shared, ...reading, onStatus }),
        discard: async () => await deadLetters?.close(),
      };
    }
    const { writers = topics, offsets } = options;
    const producer = await writers.openProducer(await producerOptions(owner, spec));
    const makesTopics = usesTopicCreation(connector);
    const writing = { producer, makesTopics, refusesBehind: clients !== null };
    const all = { ...shared, ...writing, offsets, internalTopics };
    return {
      start: (onStatus) => new SourceTaskRunner({ ...all, onStatus }),
      discard: () => producer.close(),
    };
  };
}

/** How long the while is of which metrics tell. Kafka: `MetricConfig`. */
function metricsWindowOf(worker: Props): number {
  const { "metrics.sample.window.ms": sampleMs = 30_000, "metrics.num.samples": samples = 2 } =
    worker;
  return Number(sampleMs) * Number(samples);
}
