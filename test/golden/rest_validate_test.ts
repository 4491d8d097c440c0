/** What is wrong with a connector's configuration is what Kafka says is wrong with it. */

import assert from "node:assert/strict";
import { withConnectors } from "./connectors.ts";
import { Secrets } from "../../src/base/mod.ts";
import { type ConfigInfos, ConfigVariables, overridePolicy } from "../../src/herder/config/mod.ts";
import type { ConfigKeyInfo, ConfigValueInfo } from "../../src/sandbox/mod.ts";
import { keptLog, MemoryDisk } from "../faults/memory_disk.ts";
import recordedValues from "./config-values.json" with { type: "json" };
import recorded from "./rest-validate.json" with { type: "json" };
import recordedSteps from "./rest-standalone.json" with { type: "json" };

interface Case {
  case: string;
  request: Record<string, string | null>;
  status: number;
  response: {
    name: string;
    error_count: number;
    groups: string[];
    configs: [definition: string | null, value: string][];
  };
}

const definitions = recorded.definitions as unknown as Record<string, ConfigKeyInfo>;
const values = recorded.values as unknown as Record<string, ConfigValueInfo>;
const cases = recorded.cases as unknown as Case[];
const policy = overridePolicy({});
/** The worker that the answers were recorded with. */
const worker = {
  "key.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
};
const context = { worker, policy, variables: ConfigVariables.none() };

/** Cases that are not compared here, and why. */
function whyNot({ case: name, request, status }: Case): string | null {
  if (status !== 200) return "it is the REST API that refuses them, or a mistake of Kafka's";
  if (/exactly.once.support required|transaction.boundary connector|group override/.test(name)) {
    return "only distributed workers say so";
  }
  if (Object.values(request).includes("java.lang.String")) return "there are no Java classes here";
  return null;
}

/** A message as it is meant for users: the text of Java's NullPointerException is not. */
const withoutAccident = (message: string) =>
  message.replace(/Cannot invoke .* because "this\.pattern" is null$/, "null");

function byName({ configs }: ConfigInfos) {
  const wrong = configs.filter(({ value }) => value.errors.length > 0);
  return Object.fromEntries(wrong.map(({ value }) => [value.name, value.errors]));
}

Deno.test("Connectors.configInfos() says what Kafka's REST API says", async (context_) => {
  const skipped = cases.filter((one) => whyNot(one) !== null);
  assert.equal(skipped.length, 14, skipped.map((one) => `${one.case}: ${whyNot(one)}`).join("\n"));
  await withConnectors(async (connectors) => {
    for (const one of cases) {
      if (skipped.includes(one)) continue;
      await context_.step(one.case, async () => {
        const found = await connectors.configInfos(one.request, context);
        for (const { definition } of found.configs) {
          if (definition === null) continue;
          assert.notEqual(definition.documentation, "");
          definition.documentation = "${DOC}";
        }
        const expected = one.response.configs.map(([definition, value]) => ({
          definition: definition === null ? null : definitions[definition],
          value: { ...values[value], errors: values[value].errors.map(withoutAccident) },
        }));
        assert.deepEqual(found, { ...one.response, configs: expected });
      });
    }
  });
});

Deno.test("Connectors.configInfos() says what Kafka says of transforms and predicates", async (context_) => {
  const source = { name: "c", "connector.class": "FileStreamSource", topic: "t" };
  await withConnectors(async (connectors) => {
    for (const { props, errors } of recordedValues.transforms) {
      await context_.step(JSON.stringify(props), async () => {
        const all = { ...source, ...props as unknown as Record<string, string> };
        assert.deepEqual(byName(await connectors.configInfos(all, context)), errors);
      });
    }
  });
});

Deno.test("Connectors.configInfos() refuses configurations without a class to check them", async () => {
  await withConnectors(async (connectors) => {
    const props = { "tasks.max": "1", topic: "t", name: "n" };
    await assert.rejects(connectors.configInfos(props, context), {
      name: "BadRequestError",
      message: "Connector config {name=n, topic=t, tasks.max=1} contains no connector type",
    });
    const { steps } = recordedSteps as unknown as {
      steps: { step: string; response: { message: string } }[];
    };
    const { response } = steps.find(({ step }) => step === "unknown class")!;
    const unknown = { "connector.class": "com.example.Nope" };
    await assert.rejects(connectors.configInfos(unknown, context), {
      name: "BadRequestError",
      message: response.message,
    });
  });
});

Deno.test("Connectors.configInfos() says which version there is, where Kafka fails", async () => {
  await withConnectors(async (connectors) => {
    const { request } = cases.find((one) => one.case === "source: plugin version unknown")!;
    const { error_count, configs } = await connectors.configInfos(request, context);
    const message =
      "Plugin org.apache.kafka.connect.file.FileStreamSourceConnector not found that " +
      "matches the version range [9.9,9.9], available versions: [4.2.0]";
    assert.equal(error_count, 2);
    const told = configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => value);
    assert.deepEqual(told.map(({ name, errors }) => [name, errors]), [
      ["connector.class", [message]],
      ["connector.plugin.version", [message]],
    ]);
    assert.deepEqual(told[1].recommended_values, ["4.2.0"]);
  });
});

Deno.test("Connectors.configInfos() refuses what is no version of a connector", async () => {
  await withConnectors(async (connectors) => {
    const { request } = cases.find((one) => one.case === "source: good")!;
    for (
      const [version, message] of [
        ["[4.0", "Unbounded range: [4.0"],
        ["4)", "Single version must be surrounded by []: [4)"],
        ["[,]", "Range cannot have identical boundaries: [,]"],
        ["5,4", "Range defies version ordering: [5,4]"],
        ["[4.2,4.3],[4.1,5]", "Ranges overlap: [4.2,4.3],[4.1,5]"],
        ["(4.2)", "Single version must be surrounded by []: (4.2)"],
        ["[4],5", "Only fully-qualified sets allowed in multiple set scenario: [4],5"],
      ]
    ) {
      const props = { ...request, "connector.plugin.version": version };
      await assert.rejects(connectors.configInfos(props, context), {
        name: "BadRequestError",
        message,
      });
    }
  });
});

Deno.test("Connectors.configInfos() tells of values of client overrides, where Kafka fails", async () => {
  await withConnectors(async (connectors) => {
    const { request } = cases.find((one) => one.case === "sink: client override bad value")!;
    assert.deepEqual(byName(await connectors.configInfos(request, context)), {
      "consumer.override.max.poll.records": [
        "Invalid value x for configuration max.poll.records: Not a number of type INT",
      ],
    });
  });
});

Deno.test("Connectors.configInfos() shows variables, and never what they stand for", async () => {
  const provider = "org.apache.kafka.common.config.provider.EnvVarConfigProvider";
  const { variables } = await ConfigVariables.open(
    { ...worker, "config.providers": "env", "config.providers.env.class": provider },
    { disk: new MemoryDisk(), env: () => ({ KEY: "hidden-value" }), log: keptLog() },
    new Secrets(),
  );
  await withConnectors(async (connectors) => {
    const props = {
      ...{ name: "n", "connector.class": "FileStreamSource", topic: "${env:KEY}" },
      "batch.size": "${env:KEY}",
      "producer.override.client.id": "${env:KEY}",
    };
    const infos = await connectors.configInfos(props, { ...context, variables });
    assert.ok(!JSON.stringify(infos).includes("hidden-value"));
    const shown = infos.configs.map(({ value }) => [value.name, value] as const);
    const { topic, "batch.size": size, "producer.override.client.id": id } = Object.fromEntries(
      shown,
    );
    assert.equal(topic.value, "${env:KEY}");
    assert.equal(id.value, "${env:KEY}");
    assert.deepEqual([size.value, size.errors], [
      null,
      ["Invalid value ${env:KEY} for configuration batch.size: Not a number of type INT"],
    ]);
  });
});
