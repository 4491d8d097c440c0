/** What is wrong with a connector's configuration is what Kafka says is wrong with it. */

import assert from "node:assert/strict";
import { Connectors } from "../../src/herder/mod.ts";
import recordedValues from "./config-values.json" with { type: "json" };
import recorded from "./rest-validate.json" with { type: "json" };

interface Case {
  case: string;
  request: Record<string, string>;
  status: number;
  response: { configs: [number, number][] };
}

interface Value {
  name: string;
  errors: string[];
}

const values = recorded.values as unknown as Record<string, Value>;
const cases = recorded.cases as unknown as Case[];

/** Cases that are not compared here, and why. */
function whyNot({ case: name, request, status }: Case): string | null {
  if (status !== 200) return "it is the REST API that refuses them";
  if (/exactly.once.support required|transaction.boundary connector/.test(name)) {
    return "only distributed workers say so";
  }
  if (Object.values(request).includes("java.lang.String")) return "there are no Java classes here";
  return null;
}

/** A message as it is meant for users: the text of Java's NullPointerException is not. */
const withoutAccident = (message: string) =>
  message.replace(/Cannot invoke .* because "this\.pattern" is null$/, "null");

function byName(findings: readonly (readonly [name: string, errors: readonly string[]])[]) {
  const found: Record<string, string[]> = {};
  for (const [name, errors] of findings) {
    if (errors.length > 0) found[name] = [...found[name] ?? [], ...errors];
  }
  return found;
}

async function withConnectors(test: (connectors: Connectors) => Promise<void>): Promise<void> {
  const connectors = new Connectors({ debug() {}, info() {}, warn() {}, error: assert.fail }, [], {
    onReconfigure: assert.fail,
    onRaised: assert.fail,
  });
  try {
    await test(connectors);
  } finally {
    connectors.close();
  }
}

Deno.test("Connectors.findings() says what Kafka's REST API says", async (context) => {
  const skipped = cases.filter((one) => whyNot(one) !== null);
  assert.ok(skipped.length < 40, skipped.map((one) => `${one.case}: ${whyNot(one)}`).join("\n"));
  await withConnectors(async (connectors) => {
    for (const one of cases) {
      if (skipped.includes(one)) continue;
      await context.step(one.case, async () => {
        const { configs } = one.response;
        const expected = configs.map(([_, value]) =>
          [values[value].name, values[value].errors] as const
        );
        const description = await connectors.describe(one.request);
        const found = await connectors.findings(description, one.request);
        assert.deepEqual(
          byName(found.map(({ name, errorMessages }) => [name, errorMessages])),
          byName(expected.map(([name, errors]) => [name, errors.map(withoutAccident)])),
        );
      });
    }
  });
});

Deno.test("Connectors.findings() says what Kafka says of transforms and predicates", async (context) => {
  const source = { name: "c", "connector.class": "FileStreamSource", topic: "t" };
  await withConnectors(async (connectors) => {
    for (const { props, errors } of recordedValues.transforms) {
      await context.step(JSON.stringify(props), async () => {
        const all = { ...source, ...props as unknown as Record<string, string> };
        const found = await connectors.findings(await connectors.describe(all), all);
        assert.deepEqual(
          byName(found.map(({ name, errorMessages }) => [name, errorMessages])),
          errors,
        );
      });
    }
  });
});
