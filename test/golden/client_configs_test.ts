/** Clients are configured as Kafka Connect configures its own, and their keys checked as Kafka checks them. */

import { deepStrictEqual, notStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { type ConfigKey, Password } from "../../src/api/mod.ts";
import { systemClock } from "../../src/base/mod.ts";
import { clientKey } from "../../src/herder/config/client_key_infos.ts";
import { clientConfigDefs } from "../../src/herder/config/client_keys.ts";
import { parseJaas } from "../../src/herder/config/jaas.ts";
import { unhonouredKeys } from "../../src/herder/config/unhonoured_keys.ts";
import {
  adminConfigs,
  adminSettings,
  checkOverrides,
  type ClientKind,
  type ClientSources,
  consumerConfigs,
  consumerSettings,
  newTopicsOf,
  overrideInfos,
  overridePolicy,
  producerConfigs,
  producerSettings,
  type Props,
} from "../../src/herder/config/mod.ts";
import { keyInfo } from "../../src/sandbox/mod.ts";
import recorded from "./client-configs.json" with { type: "json" };

interface Answer {
  kind: ClientKind;
  props: Props;
  values?: Props;
  error?: string;
}

const sources: ClientSources = {
  readFile: () => Promise.resolve(null),
  fetch,
  clock: systemClock,
  log: { debug() {}, info() {}, warn() {}, error() {} },
};
const kinds = ["producer", "consumer", "admin"] as const;
const settingsOf = { producer: producerSettings, consumer: consumerSettings, admin: adminSettings };
const configsOf = { producer: producerConfigs, consumer: consumerConfigs, admin: adminConfigs };

/** A value as Java shows it. */
function shown(key: string, value: unknown): string {
  if (key === "acks" && value === "all") return "-1";
  return Array.isArray(value) ? `[${[...new Set(value)].join(", ")}]` : String(value);
}

/** Where ours do otherwise than Kafka's clients do unless told: as Connect sets them, or as they cannot help it. */
const otherwise: Readonly<Record<string, string>> = {
  "enable.auto.commit": "false",
  "key.serializer": "org.apache.kafka.common.serialization.ByteArraySerializer",
  "value.serializer": "org.apache.kafka.common.serialization.ByteArraySerializer",
  "key.deserializer": "org.apache.kafka.common.serialization.ByteArrayDeserializer",
  "value.deserializer": "org.apache.kafka.common.serialization.ByteArrayDeserializer",
  "enable.metrics.push": "false",
};

for (const kind of kinds) {
  const definitions = recorded.definitions[kind] as Record<string, string | null>;

  Deno.test(`Every key of Kafka's ${kind} is honoured, or known not to be`, () => {
    const ours = [...Object.keys(clientConfigDefs[kind].keys), ...unhonouredKeys(kind).keys()];
    deepStrictEqual(ours.sort(), Object.keys(definitions).sort());
  });

  Deno.test(`Every key of Kafka's ${kind} is shown as Kafka shows it`, () => {
    for (const [name, facts] of Object.entries<string>(recorded.keys[kind])) {
      const [type, importance, required] = facts.split(" ");
      const key = clientKey(kind, name)!;
      const { documentation, ...shown } = keyInfo(name, key as ConfigKey);
      notStrictEqual(documentation, "");
      deepStrictEqual(shown, {
        ...{ name, type, required: required !== undefined },
        default_value: definitions[name],
        importance,
        ...{ group: null, order_in_group: -1, width: "NONE", display_name: name, dependents: [] },
      });
    }
  });

  Deno.test(`${kind}Settings() warns of a key that it does not honour, but not of Kafka's default`, async () => {
    for (const [key, value] of unhonouredKeys(kind)) {
      strictEqual(value, otherwise[key] ?? definitions[key] ?? "", key);
      const warnings: string[] = [];
      const log = { ...sources.log, warn: (message: string) => warnings.push(message) };
      const configs: Props = { "bootstrap.servers": "h:1", "client.id": "c" };
      if (kind === "consumer") configs["group.id"] = "g";
      await settingsOf[kind]({ ...configs, [key]: ` ${value} ` }, { ...sources, log });
      deepStrictEqual(warnings, [], key);
      await settingsOf[kind]({ ...configs, [key]: `${value}1` }, { ...sources, log });
      deepStrictEqual(warnings, [`c: ${key} is not supported, and has no effect`]);
    }
  });
}

const answers = [...recorded.values, ...recorded.together] as unknown as Answer[];
for (const kind of kinds) {
  Deno.test(`${kind}Settings() takes and refuses what Kafka does`, async () => {
    let compared = 0;
    for (const { kind: of, props, values, error } of answers) {
      const isOurs = Object.keys(props).every((key) =>
        Object.hasOwn(clientConfigDefs[kind].keys, key)
      );
      if (of !== kind || !isOurs) continue;
      compared++;
      const configs = { "bootstrap.servers": "h:1", "group.id": "g", ...props };
      const about = JSON.stringify(props);
      if (error !== undefined) {
        await rejects(
          settingsOf[kind](configs, sources),
          { name: "ConfigError", message: error },
          about,
        );
        continue;
      }
      const parsed = clientConfigDefs[kind].parse(configs) as Record<string, unknown>;
      for (const key of Object.keys(props).filter((key) => Object.hasOwn(values!, key))) {
        strictEqual(shown(key, parsed[key]), values![key], about);
      }
      if (kind === "producer" && values!["enable.idempotence"] !== undefined) {
        const { settings } = await producerSettings(configs, sources);
        strictEqual(String(settings.isIdempotent), values!["enable.idempotence"], about);
      }
    }
    strictEqual(compared > 250, true, `${compared} compared`);
  });
}

/** What Connect sets and ours does not: classes, metrics, and see docs/differences.md. */
const javaOnly =
  /^(metrics\..*|(key|value)\.(de)?serializer|enable\.(auto\.commit|idempotence)|max\.in\.flight\..*)$/;

Deno.test("The configurations of clients are put together as Kafka Connect does", () => {
  for (const { kind, clientId, worker, connector, configs } of recorded.layers) {
    const owner = { worker, connector, clientId } as unknown as {
      worker: Props;
      connector: Props;
      clientId: string;
    };
    const expected = Object.entries(configs as unknown as Props)
      .filter(([key]) => !javaOnly.test(key))
      // An admin client is given all keys of the worker; ours those that it knows.
      .filter(([key]) =>
        kind !== "admin" || Object.hasOwn(clientConfigDefs.admin.keys, key) ||
        Object.hasOwn(connector, `admin.override.${key}`) || Object.hasOwn(worker, `admin.${key}`)
      )
      .map(([key, value]) => [key, value.replaceAll(" ", "")]);
    const ours = Object.entries(configsOf[kind as ClientKind](owner))
      .map(([key, value]) => [key, value.replaceAll(" ", "")]);
    deepStrictEqual(Object.fromEntries(ours), Object.fromEntries(expected));
  }
});

Deno.test("overrideInfos() says what Kafka's policies say", () => {
  for (const { policy, allowlist, errors } of recorded.policies) {
    const worker = {
      "connector.client.config.override.policy": policy,
      "connector.client.config.override.allowlist": allowlist,
    };
    const connector = Object.fromEntries(
      Object.keys(errors).map((key) => [`producer.override.${key}`, "x"]),
    );
    const { configs } = overrideInfos("source", connector, overridePolicy(worker));
    deepStrictEqual(
      Object.fromEntries(configs.map(({ value: { name, errors } }) => [
        name.replace("producer.override.", ""),
        errors,
      ])),
      errors,
      policy,
    );
  }
});

Deno.test("checkOverrides() refuses what the policy does not allow", () => {
  const connector = { "admin.override.sasl.mechanism": "PLAIN", "admin.override.client.id": "x" };
  checkOverrides("admin", connector, overridePolicy({}));
  checkOverrides("producer", connector, overridePolicy({}));
  const worker = { "connector.client.config.override.policy": "Principal" };
  throws(() => checkOverrides("admin", connector, overridePolicy(worker)), {
    name: "ConfigError",
    message:
      "Client Config Overrides not allowed: The 'Principal' policy does not allow 'client.id' " +
      "to be overridden in the connector configuration.",
  });
});

Deno.test("overrideInfos() finds values of another type, as Kafka's REST API does, and no more", () => {
  const connector = {
    "producer.override.batch.size": "x",
    "producer.override.enable.idempotence": "maybe",
    "producer.override.send.buffer.bytes": "1",
    "producer.override.linger.ms": "-5",
    "producer.override.acks": "nope",
    "producer.override.unknown": "x",
    "consumer.override.max.poll.records": "x",
  };
  const { configs } = overrideInfos("source", connector, overridePolicy({}));
  deepStrictEqual(
    Object.fromEntries(configs.map(({ value }) => [value.name, value.errors])),
    {
      "producer.override.batch.size": [
        "Invalid value x for configuration batch.size: Not a number of type INT",
      ],
      "producer.override.enable.idempotence": [
        "Invalid value maybe for configuration enable.idempotence: Expected value to be either " +
        "true or false",
      ],
      "producer.override.send.buffer.bytes": [],
      "producer.override.linger.ms": [],
      "producer.override.acks": [],
      "producer.override.unknown": [],
    },
  );
});

Deno.test("parseJaas() reads what Kafka reads, and refuses the rest in its words", () => {
  for (const { text, entries, error } of recorded.jaas) {
    if (error === undefined) {
      deepStrictEqual(parseJaas(new Password(text)), entries![0], text);
      continue;
    }
    throws(() => parseJaas(new Password(text)), (thrown: Error) => {
      const why = thrown.message.replace(
        "Invalid value [hidden] for configuration sasl.jaas.config: ",
        "",
      );
      // Kafka names what follows an option, which may be part of a secret.
      const isHidden = why.startsWith("Value not specified for what follows key");
      strictEqual(
        isHidden ? /^Value not specified for key/.test(error) : why,
        isHidden || error,
        text,
      );
      return true;
    });
  }
});

Deno.test("newTopicsOf() makes topics as Kafka Connect does", () => {
  for (const { enabled, connector, topics } of recorded.newTopics) {
    const newTopic = newTopicsOf(
      { "topic.creation.enable": enabled },
      connector as unknown as Props,
    );
    const made = Object.fromEntries(Object.keys(topics).map((name) => [name, newTopic(name)]));
    deepStrictEqual(made, topics as unknown, JSON.stringify(connector));
  }
});
