/**
 * What the Kafka clients of a connector are configured with: Connect's own settings, those of the worker
 * over them, and those of the connector over these, as far as the worker's policy lets it. Kafka:
 * `Worker.baseProducerConfigs`, `baseConsumerConfigs`, `adminConfigs`,
 * `ConnectorClientConfigOverridePolicy`.
 *
 * @module
 */

import {
  ConfigDef,
  type ConfigKey,
  type ConfigKeys,
  type ConfigType,
  type ConfigValue,
} from "../../api/mod.ts";
import { ConfigError, javaHashOrder } from "../../base/mod.ts";
import { type ConfigKeyInfo, keyInfo, valueInfo } from "../../sandbox/mod.ts";
import { clientKey } from "./client_key_infos.ts";
import { clientConfigDefs } from "./client_keys.ts";
import type { Part } from "./config_infos.ts";
import type { Finding, NullableProps } from "./plugin_validation.ts";
import type { Props } from "./properties.ts";
import { usesTopicCreation } from "./topic_creation.ts";
import { standaloneConfigDef, withPrefix } from "./worker_config.ts";

/** What a client does. */
export type ClientKind = "producer" | "consumer" | "admin";

/** Whose client it is. */
export interface ClientOwner {
  /** The worker's properties. */
  worker: Props;
  /** The connector's properties; none for a client of the worker itself. */
  connector: Props;
  /** What it calls itself unless told, see {@linkcode clientIdOf}. */
  clientId: string;
}

/** What a task's client calls itself: `connector-consumer-NAME-0`. */
export function clientIdOf(kind: ClientKind, connector: string, task: number): string {
  return `connector-${kind === "admin" ? "adminclient" : kind}-${connector}-${task}`;
}

/** The configuration of a client that writes a source task's records. */
export function producerConfigs({ worker, connector, clientId }: ClientOwner): Props {
  return {
    "bootstrap.servers": worker["bootstrap.servers"],
    "max.block.ms": "9223372036854775807",
    // Kafka: without idempotence, and one request in flight for the order's sake. Ours keeps the order
    // with several, because brokers drop what comes twice and refuse what comes too early.
    "acks": "all",
    "delivery.timeout.ms": "2147483647",
    "client.id": clientId,
    ...withPrefix(worker, "producer."),
    ...withPrefix(connector, "producer.override."),
  };
}

/** The configuration of a sink task's client. */
export function consumerConfigs({ worker, connector, clientId }: ClientOwner): Props {
  return {
    "bootstrap.servers": worker["bootstrap.servers"],
    "group.id": `connect-${connector.name}`,
    "client.id": clientId,
    "auto.offset.reset": "earliest",
    ...withPrefix(worker, "consumer."),
    ...withPrefix(connector, "consumer.override."),
  };
}

/** The configuration of a client that makes topics. It alone has the worker's keys without a prefix too. */
export function adminConfigs({ worker, connector, clientId }: ClientOwner): Props {
  const plain = Object.entries(worker).filter(([key]) =>
    Object.hasOwn(clientConfigDefs.admin.keys, key)
  );
  return {
    "client.id": clientId,
    ...Object.fromEntries(plain),
    ...withPrefix(worker, "admin."),
    ...withPrefix(connector, "admin.override."),
  };
}

const configsOf = { producer: producerConfigs, consumer: consumerConfigs, admin: adminConfigs };

/** What is wrong with a client's configuration, by the keys that say it: the connector's, or the worker's. */
export function clientFindings(kind: ClientKind, owner: ClientOwner): Finding[] {
  return clientConfigDefs[kind].validate(configsOf[kind](owner))
    .filter(({ errorMessages }) => errorMessages.length > 0)
    .map(({ name, errorMessages }) => {
      const own = `${kind}.override.${name}`;
      const prefixed = `${kind}.${name}`;
      const isWorkers = Object.hasOwn(owner.worker, prefixed);
      const said = Object.hasOwn(owner.connector, own) ? own : isWorkers ? prefixed : name;
      return { name: said, errorMessages };
    });
}

const principalKeys = ["security.protocol", "sasl.jaas.config", "sasl.mechanism"];

/** Whether a policy allows a key, given the worker's list of allowed ones. */
const policies: Record<string, (key: string, allowed: readonly string[]) => boolean> = {
  All: () => true,
  Principal: (key) => principalKeys.includes(key),
  None: () => false,
  Allowlist: (key, allowed) => allowed.includes(key),
};

const policyClass =
  /^(?:org\.apache\.kafka\.connect\.connector\.policy\.)?(\w+?)(?:ConnectorClientConfigOverridePolicy)?$/;

/** What a worker lets connectors override. */
export interface OverridePolicy {
  /** Its name. */
  name: string;
  /** Whether a key, without its prefix, may be set. */
  allows(key: string): boolean;
}

/** The worker's policy. @throws {ConfigError} when there is none of that name */
export function overridePolicy(worker: Props): OverridePolicy {
  const key = "connector.client.config.override.policy";
  const given = (worker[key] ?? standaloneConfigDef.keys[key].default as string).trim();
  const name = policyClass.exec(given)?.[1] ?? "";
  if (!Object.hasOwn(policies, name)) {
    throw new ConfigError(
      `Invalid value ${given} for configuration ${key}: ` +
        `there are ${Object.keys(policies).join(", ")}`,
    );
  }
  const allowed = (worker["connector.client.config.override.allowlist"] ?? "")
    .split(",").map((one) => one.trim());
  return { name, allows: (key) => policies[name](key, allowed) };
}

/** Which clients the tasks of a connector have. Kafka: `AbstractHerder.connectorUsesProducer` and the like. */
function clientsOf(type: "source" | "sink", connector: NullableProps): ClientKind[] {
  if (type === "source") {
    return usesTopicCreation(connector) ? ["producer", "admin"] : ["producer"];
  }
  const hasDeadLetters = (connector["errors.deadletterqueue.topic.name"] ?? "").trim() !== "";
  return hasDeadLetters ? ["producer", "consumer", "admin"] : ["consumer"];
}

/**
 * What a connector overrides, with what is wrong with it: what the policy has against it, or a value of
 * another type than the key's. Whether the client will do with it turns out when a task starts.
 */
// Kafka: `AbstractHerder.validateClientOverrides`, where such a value fails the whole request with 500.
export function overrideInfos(
  type: "source" | "sink",
  connector: NullableProps,
  policy: OverridePolicy,
): Part {
  const configs = clientsOf(type, connector).flatMap((kind) => {
    const prefix = `${kind}.override.`;
    const own = withPrefix(connector, prefix);
    // Java goes through one hash map to fill another.
    const names = javaHashOrder(Object.keys(connector), true)
      .filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    return javaHashOrder(names.filter((name) => Object.hasOwn(own, name))).map((key) => {
      const { definition, read } = readOverride(kind, key, own[key]);
      if (!policy.allows(key)) read.errorMessages.push(notAllowed(policy, key));
      const name = prefix + key;
      const value = valueInfo({ ...read, name }, (definition?.type as ConfigType) ?? null);
      return { definition: definition && { ...definition, name }, value };
    });
  });
  const wrong = configs.filter(({ value }) => value.errors.length > 0);
  return { error_count: wrong.length, groups: [], configs };
}

function readOverride(
  kind: ClientKind,
  name: string,
  text: string | null,
): { definition: ConfigKeyInfo | null; read: ConfigValue } {
  const key = clientKey(kind, name);
  if (key === null) {
    const empty = { recommendedValues: [], errorMessages: [], visible: true };
    return { definition: null, read: { name, value: text, ...empty } };
  }
  const { type, importance, doc } = key;
  const def = ConfigDef.of({ [name]: { type, importance, doc } as ConfigKeys[string] });
  const [read] = def.validate({ [name]: text });
  return { definition: keyInfo(name, key as ConfigKey), read };
}

/**
 * Checks what a connector overrides of a client that it turns out to have when its tasks start. Kafka:
 * `Worker.connectorClientConfigOverrides`.
 * @throws {ConfigError} for what the policy does not allow
 */
export function checkOverrides(kind: ClientKind, connector: Props, policy: OverridePolicy): void {
  const refused = Object.keys(withPrefix(connector, `${kind}.override.`))
    .filter((key) => !policy.allows(key))
    .map((key) => notAllowed(policy, key));
  if (refused.length === 0) return;
  throw new ConfigError(`Client Config Overrides not allowed: ${refused.join(" ")}`);
}

function notAllowed({ name }: OverridePolicy, key: string): string {
  return `The '${name}' policy does not allow '${key}' to be overridden in the connector configuration.`;
}
