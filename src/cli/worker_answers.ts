/** The forms of what a worker answers: ours and Kafka's from 2.3 on; what else they hold is left as it is. */

import * as v from "valibot";

/** The latest time that there is. */
const timeMsMax = 8.64e15;

const stateEntries = {
  state: v.string(),
  worker_id: v.string(),
  trace: v.optional(v.nullable(v.string())),
  version: v.optional(v.nullable(v.string())),
};

/** The worker itself: `GET /`. */
export const rootSchema = v.looseObject({
  version: v.string(),
  commit: v.string(),
  kafka_cluster_id: v.nullable(v.string()),
});

/** `GET /health`, which workers before 4.0 do not have. Kafka: KIP-1017. */
export const healthSchema = v.looseObject({ status: v.string(), message: v.string() });

/** How a worker is. */
export type Health = v.InferOutput<typeof healthSchema>;

/** `GET /connectors/NAME/status`. */
export const statusSchema = v.looseObject({
  name: v.string(),
  connector: v.looseObject(stateEntries),
  tasks: v.array(v.looseObject({ id: v.number(), ...stateEntries })),
  type: v.nullable(v.string()),
  /** Ours alone tell it. */
  auto_restart: v.optional(v.object({
    count: v.number(),
    next_restart_timestamp: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(timeMsMax))),
  })),
});

/** How a connector is. */
export type Status = v.InferOutput<typeof statusSchema>;

/** `GET /connectors?expand=status`. */
export const statusesSchema = v.record(v.string(), v.looseObject({ status: statusSchema }));

/** `GET /connectors`. */
export const namesSchema = v.array(v.string());

/** What a worker answers when it has made a connector. */
export const infoSchema = v.looseObject({
  name: v.string(),
  config: v.record(v.string(), v.nullable(v.string())),
});

/** `GET /connectors/NAME/config`. */
export const configSchema = v.record(v.string(), v.nullable(v.string()));

/** `GET /connectors/NAME/offsets`. Kafka: KIP-875. */
export const offsetsSchema = v.looseObject({
  offsets: v.array(v.looseObject({ partition: v.unknown(), offset: v.unknown() })),
});

/** A change that says nothing when it is done; a restart may say how things are. */
export const doneSchema = v.nullable(v.unknown());

/** How all connectors are, by their names. */
export function statusesOf(answer: v.InferOutput<typeof statusesSchema>): Status[] {
  return Object.values(answer)
    .map(({ status }) => status)
    .toSorted((a, b) => a.name < b.name ? -1 : 1);
}
