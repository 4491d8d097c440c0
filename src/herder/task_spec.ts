/** What the Web Worker of a task is told. */

import type { TaskSpec } from "../task/mod.ts";
import {
  converterSpec,
  errorSpec,
  type Props,
  standaloneConfigDef,
  transformSpecs,
} from "./config/mod.ts";

/** Batches of a task that are not stored or put yet hold at most this many bytes. */
const bytesInFlightMax = 4 << 20;
/** A batch is sealed when it reaches this many bytes. */
const batchBytesMax = 512 * 1024;
/** Most records in one `put`. Kafka: the consumer's `max.poll.records`. */
const putRecordsMax = 500;

/** Which task it is; all configurations without variables. */
export interface SpecifiedTask {
  /** The kind of its connector. */
  kind: "source" | "sink";
  /** The worker's properties. */
  worker: Props;
  /** The connector's properties. */
  connector: Props;
  /** Its number. */
  task: number;
  /** Its own configuration. */
  config: Props;
  /** Whether a sink is given what dead letters were before they failed; not unless told. */
  restoresLetters?: boolean;
}

/** All that a task needs to run, as far as its Kafka clients do not say otherwise. @throws {ConfigError} */
export function taskSpec(
  { kind, worker, connector, task, config, restoresLetters }: SpecifiedTask,
): TaskSpec {
  const values = standaloneConfigDef.parse(worker);
  const converter = (which: "key" | "value" | "header") =>
    converterSpec(which, connector, worker, values[`${which}.converter`]);
  return {
    kind,
    connector: connector.name,
    task,
    className: connector["connector.class"].trim(),
    props: config,
    transforms: transformSpecs(connector),
    keyConverter: converter("key"),
    valueConverter: converter("value"),
    headerConverter: converter("header"),
    bytesInFlightMax,
    batchBytesMax,
    offsetFlushIntervalMs: Number(values["offset.flush.interval.ms"]),
    lingerMs: 0,
    compression: "none",
    compressionLevel: null,
    requestBytesMax: null,
    putRecordsMax,
    errors: errorSpec(connector),
    secrets: [],
    restoresLetters,
  };
}
