/** Config providers against what Kafka's make of the same, recorded by test/kafka/ConfigProviders.java. */

import assert from "node:assert/strict";
import { localDisk, Secrets } from "../../src/base/mod.ts";
import { ConfigVariables, type Props } from "../../src/herder/mod.ts";
import { inTemporaryFolder } from "../e2e/connect.ts";
import { environment } from "../kafka/config_golden.ts";

interface Case {
  name: string;
  worker: Props;
  connector: Props;
  workerError?: string;
  resolvedWorker?: Props;
  error?: string;
  resolved?: Props;
}

const golden: { files: Props; links: Props; cases: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("config-providers.json", import.meta.url)),
);

/** Where the worker's own keys are checked, which is not what providers do. */
const checkedElsewhere = /must not be empty|Not a number of type|could not be found/;

/** Kafka's message when there is one that a user can do something with. */
const wordsOf = (said: string) => said.replace(/^[\w.]+ConfigException: /, "");

/** What ours says where Java ends in an exception that nobody made for users. */
const better: [java: RegExp, ours: RegExp][] = [
  [/^java\.lang\.ClassCastException/, /Could not load config provider class/],
  [/^java\.util\.regex\.PatternSyntaxException: (.*)/, /Unclosed group near index 1/],
  [/^java\.lang\.IllegalArgumentException: Malformed/, /Could not read properties from file/],
];

/** Kafka resolves a worker's own variables by a list that it does not trim. */
const trimmed = new Set(["worker: blanks in the list"]);

async function writeFiles(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(golden.files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    const bytes = Uint8Array.from(text.replaceAll("${DIR}", folder), (char) => char.charCodeAt(0));
    await Deno.writeFile(path, bytes);
  }
  for (const [link, target] of Object.entries(golden.links)) {
    await Deno.symlink(`${folder}/${target}`, `${folder}/${link}`);
  }
}

function replaced(props: Props, from: string, to: string): Props {
  return Object.fromEntries(
    Object.entries(props).map(([key, text]) => [key, text.replaceAll(from, to)]),
  );
}

function assertSaid(error: unknown, java: string, folder: string): void {
  assert.ok(error instanceof Error);
  const ours = error.message.replaceAll(folder, "${DIR}");
  const [, other] = better.find(([pattern]) => pattern.test(java)) ?? [];
  if (other !== undefined) assert.match(ours, other);
  else assert.ok(ours.startsWith(wordsOf(java)), `${ours}\n${java}`);
}

async function run(folder: string, one: Case): Promise<void> {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const sources = { disk: localDisk, env: () => environment, log };
  const worker = replaced(one.worker, "${DIR}", folder);
  const opening = ConfigVariables.open(worker, sources, new Secrets());
  if (one.workerError !== undefined && !checkedElsewhere.test(one.workerError)) {
    const error = await opening.then(() => null, (error) => error);
    return assertSaid(error, one.workerError, folder);
  }
  const { variables, props } = await opening;
  if (one.resolvedWorker !== undefined && !trimmed.has(one.name)) {
    assert.deepEqual(replaced(props, folder, "${DIR}"), one.resolvedWorker);
  }
  const resolving = variables.resolve(replaced(one.connector, "${DIR}", folder));
  if (one.error !== undefined) {
    return assertSaid(await resolving.then(() => null, (error) => error), one.error, folder);
  }
  const { props: resolved } = await resolving;
  if (one.resolved !== undefined) {
    assert.deepEqual(replaced(resolved, folder, "${DIR}"), one.resolved);
  }
}

Deno.test("ConfigVariables resolves what Kafka's config providers resolve", async (context) => {
  await inTemporaryFolder(async (made) => {
    const folder = await Deno.realPath(made);
    await writeFiles(folder);
    for (const one of golden.cases) {
      const what = `${one.name} ${JSON.stringify(one.connector)}`;
      await context.step(what, () => run(folder, one));
    }
  });
});
