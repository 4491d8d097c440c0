/** Variables of connectors: who gets what they stand for, who sees it, and what happens when it changes. */

import assert from "node:assert/strict";
import { type Clock, type Logger, Secrets, systemClock } from "../../../src/base/mod.ts";
import {
  ConfigVariables,
  Connectors,
  overridePolicy,
  type Props,
  StandaloneHerder,
  withVariables,
} from "../../../src/herder/mod.ts";
import { EmbeddedTopics } from "../../../src/topics/mod.ts";
import { until } from "../../e2e/connect.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog, MemoryDisk, patientClock } from "../../faults/memory_disk.ts";

const file = new URL("../../sandbox/plugins/telling.js", import.meta.url).href;
const provider = "org.apache.kafka.common.config.provider.EnvVarConfigProvider";
const workerProps = {
  "key.converter": "StringConverter",
  "value.converter": "StringConverter",
  "offset.storage.file.filename": "offsets",
  "config.providers": "env",
  "config.providers.env.class": provider,
};

interface Started {
  herder: StandaloneHerder;
  connectors: Connectors;
  variables: ConfigVariables;
  lines: string[];
}

/** As a worker's log is: it leaves out secrets last. */
function maskedLog(log: Logger, secrets: Secrets): Logger {
  return {
    debug: (message) => log.debug(secrets.mask(message)),
    info: (message) => log.info(secrets.mask(message)),
    warn: (message) => log.warn(secrets.mask(message)),
    error: (message) => log.error(secrets.mask(message)),
  };
}

/** A worker with these variables, and one connector that tells them. */
async function withTelling(
  { env, worker = {}, connector = {}, clock = systemClock }: {
    env: Record<string, string>;
    worker?: Props;
    connector?: Props;
    clock?: Clock;
  },
  test: (started: Started) => Promise<void> | void,
): Promise<void> {
  const [kept, secrets] = [keptLog(), new Secrets()];
  const log = maskedLog(kept, secrets);
  const disk = new MemoryDisk();
  const { variables, props } = await ConfigVariables.open(
    { ...workerProps, ...worker },
    { disk, env: () => env, log },
    secrets,
  );
  const topics = await EmbeddedTopics.open({ disk, folder: "log", clock: patientClock, log });
  const connectors = new Connectors(log, [file], { onReconfigure() {}, onRaised() {} });
  const herder = new StandaloneHerder({
    ...{
      workerProps: props,
      variables,
      workerId: "worker:8083",
      connectors,
      files: [file],
      topics,
    },
    ...{ internalTopics: new Set<string>(), clients: null, clock, log },
    offsets: {
      read: (_, partitions) => partitions.map(() => null),
      list: () => [],
      commit: async () => {},
    },
  });
  const own = { "name": "it", "connector.class": "Telling", "password": "${env:SECRET}" };
  const all = { ...own, ...connector };
  try {
    await herder.startConnector(all, await connectors.describe(all));
    await test({ herder, connectors, variables, lines: kept.lines });
  } finally {
    await herder.stop();
    await topics.close();
  }
}

const said = (lines: readonly string[], what: string) =>
  lines.filter((line) => line.includes(what)).length;

Deno.test("a task gets what its variables stand for, and neither its log nor its trace shows it", async () => {
  const env = { SECRET: "p4ss w/rd" };
  await withTelling({ env, connector: { fails: "task" } }, async ({ herder, lines }) => {
    await until(() => herder.status("it").tasks[0]?.state === "FAILED", () => lines.join("\n"));
    assert.equal(said(lines, "task: dr/w ss4p"), 1, lines.join("\n"));
    assert.equal(said(lines, "connector: ${env:SECRET}"), 1);
    assert.equal(said(lines, "task: ${env:SECRET} ${env:SECRET} ${env:SECRET}"), 1);
    assert.match(
      herder.status("it").tasks[0].trace!,
      /^Error: no login with \$\{env:SECRET\}, alas/,
    );
    const shown = JSON.stringify(herder.status("it")) + lines.join("\n");
    for (const form of [env.SECRET, btoa(env.SECRET), encodeURIComponent(env.SECRET)]) {
      assert.ok(!shown.includes(form), shown);
    }
  });
});

Deno.test("the trace of a connector that fails to start shows variables", async () => {
  const env = { SECRET: 'p4"ss' };
  await withTelling({ env, connector: { fails: "connector" } }, ({ herder, lines }) => {
    assert.equal(herder.status("it").connector.state, "FAILED");
    assert.match(herder.status("it").connector.trace!, /"password":"\$\{env:SECRET\}"/);
    assert.ok(!(herder.status("it").connector.trace + lines.join("\n")).includes("p4"), lines[0]);
  });
});

Deno.test("what is wrong with a connector's keys is told with variables", async () => {
  const env = { SECRET: "a password of more than twenty characters" };
  await withTelling({ env }, async ({ connectors, variables }) => {
    const props = { "name": "b", "connector.class": "Telling", "password": "${env:SECRET}" };
    const bad = { ...props, "tasks.max": "${env:SECRET}" };
    await assert.rejects(connectors.validate(bad, overridePolicy({}), variables), {
      name: "ConfigError",
      message: "Connector configuration is invalid and contains the following 3 error(s):\n" +
        "Invalid value ${env:SECRET} for configuration tasks.max: Not a number of type INT\n" +
        "Invalid value null for configuration tasks.max: Value must be non-null\n" +
        "Invalid value ${env:SECRET}",
      findings: [
        {
          name: "tasks.max",
          errorMessages: [
            "Invalid value ${env:SECRET} for configuration tasks.max: Not a number of type INT",
            "Invalid value null for configuration tasks.max: Value must be non-null",
          ],
        },
        { name: "password", errorMessages: ["Invalid value ${env:SECRET}"] },
      ],
    });
  });
});

Deno.test("withVariables() gives a task's configuration its connector's variables back", () => {
  const connector = { a: "x${env:A}", b: "plain", c: "${env:C}" };
  assert.deepEqual(
    withVariables({ a: "xsecret", b: "other", d: "${env:C}" }, connector),
    { a: "x${env:A}", b: "other", d: "${env:C}" },
  );
});

const ttl = { "config.providers.env.param.ttl.ms": "60000" };

Deno.test("a connector is started anew when what its variables stand for has changed", async () => {
  const env = { SECRET: "first" };
  const clock = new HeldClock();
  await withTelling({ env, worker: ttl, clock }, async ({ lines }) => {
    await until(() => said(lines, "task: tsrif") === 1);
    clock.advance(60_000);
    env.SECRET = "second";
    // It has looked again, found nothing new, and waits once more.
    await until(() => (clock.advance(60_000), said(lines, "task: dnoces") === 1));
    const order = lines.flatMap((line) => /task: (?:tsrif|dnoces)|STOPPED/.exec(line)?.[0] ?? []);
    assert.deepEqual(order, ["task: tsrif", "STOPPED", "task: dnoces"]);
    assert.ok(!lines.some((line) => /\b(?:first|second)\b/.test(line)), lines.join("\n"));
  });
});

Deno.test("a connector with config.action.reload=none goes on with what it was given", async () => {
  const env = { SECRET: "first" };
  const clock = new HeldClock();
  const connector = { "config.action.reload": "none" };
  await withTelling({ env, worker: ttl, connector, clock }, async ({ lines }) => {
    await until(() => said(lines, "task: tsrif") === 1);
    env.SECRET = "second";
    clock.advance(600_000);
    await systemClock.sleep(0);
    assert.equal(said(lines, "STOPPED") + said(lines, "is started anew"), 0);
  });
});
