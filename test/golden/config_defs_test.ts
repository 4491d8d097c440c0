/** Our keys are Kafka's: their types, defaults, validators, and how they are shown. */

import assert from "node:assert/strict";
import { type ConfigDef, type ConfigKey } from "../../src/api/mod.ts";
import { connectorKeys } from "../../src/herder/config/connector_keys.ts";
import {
  defaultGroupConfigDef,
  groupConfigDef,
  restKeys,
  sinkConnectorConfigDef,
  sourceConnectorConfigDef,
  standaloneConfigDef,
} from "../../src/herder/config/mod.ts";
import { BUILT_IN } from "../../plugins/mod.ts";
import recorded from "./config-defs.json" with { type: "json" };

interface RecordedKey {
  name: string;
  type: string;
  required: boolean;
  default?: string | null;
  importance: string;
  validator?: string;
  group?: string;
  order: number;
  width: string;
  displayName: string;
}

const defs = recorded.defs as unknown as Record<string, RecordedKey[]>;

/** Kafka: `ConfigDef.convertToString`. */
function textOf(value: unknown): string | null {
  if (value === null) return null;
  return Array.isArray(value) ? value.join(",") : String(value);
}

function described(name: string, key: ConfigKey): RecordedKey {
  const { type, importance, validator, group, order = -1, width = "NONE", displayName = name } =
    key;
  const isRequired = key.default === undefined;
  return {
    name,
    type,
    required: isRequired,
    ...!isRequired && { default: textOf(key.default) },
    importance,
    ...validator !== undefined && { validator: String(validator) },
    ...group !== undefined && { group },
    order,
    width,
    displayName,
  };
}

/**
 * What depends on a JVM: which classes there are is seen where plugins are loaded, what versions may be
 * and what is recommended with the REST API.
 */
const onJvm = /PluginVersionValidator$|^A concrete subclass of /;

function expected({ name, type, required, importance, ...rest }: RecordedKey): RecordedKey {
  const { validator, group, order, width, displayName } = rest;
  return {
    name,
    type,
    required,
    ...!required && { default: rest.default },
    importance,
    ...validator !== undefined && !onJvm.test(validator) && { validator },
    ...group !== undefined && { group },
    order,
    width,
    displayName,
  };
}

function holds(ours: ConfigDef["keys"], kafkas: readonly RecordedKey[]): void {
  const keys = Object.entries(ours).map(([name, key]) => described(name, key));
  assert.deepEqual(keys, kafkas.map(expected));
}

Deno.test("the keys of a standalone worker are Kafka's", () => {
  const { "bootstrap.servers": servers, ...others } = standaloneConfigDef.keys;
  const [kafkaServers, ...kafkas] = defs["worker.standalone"];
  holds(others, kafkas);
  // Kafka requires it; ours is at home without brokers.
  assert.deepEqual(described("bootstrap.servers", servers), {
    ...expected(kafkaServers),
    required: false,
    default: "embedded:data",
  });
});

Deno.test("the keys of the REST API are Kafka's", () => holds(restKeys, defs["rest.public"]));

Deno.test("the keys of all connectors are Kafka's", () => {
  holds(connectorKeys, defs["connector.base"]);
});

Deno.test("the keys of source connectors are Kafka's", () => {
  holds(sourceConnectorConfigDef.keys, defs["connector.source"]);
});

Deno.test("the keys of sink connectors are Kafka's", () => {
  holds(sinkConnectorConfigDef.keys, defs["connector.sink"]);
});

Deno.test("the keys of topic creation groups are Kafka's", () => {
  holds(defaultGroupConfigDef().keys, defs["source.topic.creation.defaultGroup"]);
  holds(
    groupConfigDef("GROUP", { replicationFactor: -1, partitions: -1 }).keys,
    defs["source.topic.creation.otherGroup"],
  );
});

for (const { names, load } of BUILT_IN) {
  for (const name of names) {
    Deno.test(`the keys of ${name} are Kafka's`, async () => {
      const plugins = [(await load()).default].flat();
      const plugin = plugins.find((plugin) => plugin.aliases?.includes(name));
      holds(plugin!.config.keys, defs[name]);
    });
  }
}

Deno.test("every built-in plugin has recorded keys", () => {
  const unknown = BUILT_IN.flatMap(({ names }) => names).filter((name) =>
    !Object.hasOwn(defs, name)
  );
  assert.deepEqual(unknown, []);
});
