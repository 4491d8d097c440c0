/** What shells are offered. */

import assert from "node:assert/strict";
import { commands, parse } from "../../../src/cli/arguments.ts";
import { bashWords, completionLines, offers } from "../../../src/cli/completions.ts";
import { help } from "../../../src/cli/help.ts";

const names = ["my-sink", "my-source", "o'dd $(name)", "a:b", "bad\u001b"];
const asked: Record<string, string>[] = [];
function namesOf(options: Record<string, string>): Promise<string[]> {
  asked.push(options);
  return Promise.resolve(names);
}

async function textsFor(...words: string[]): Promise<string[] | "files"> {
  const found = await offers(words, namesOf);
  return found === "files" ? found : found.map(({ text }) => text);
}

Deno.test("offers() offers commands, actions, options, files and connectors where they go", async () => {
  const cases: [words: string[], texts: string[] | "files"][] = [
    [["st"], ["standalone", "status"]],
    [["--v"], ["--version"]],
    [["nope", ""], []],
    [["connectors", "re"], ["resume", "restart"]],
    [["connectors", "--url", "http://h", "l"], ["list"]],
    [["connectors", "restart", "my-source", "--o"], ["--only-failed"]],
    [["connectors", "pause", "my"], ["my-sink", "my-source"]],
    [["connectors", "delete", "my-sink", "o"], ["o'dd $(name)"]],
    [["connectors", "create", ""], "files"],
    [["connectors", "list", ""], []],
    [["status", "b"], []],
    [["status", "--cacert", ""], "files"],
    [["status", "--url", ""], []],
    [["topics", "read", ""], []],
    [["dlq", "replay", "t", "--worker", ""], "files"],
    [["standalone", "w.properties", ""], "files"],
    [["completions", ""], ["bash", "zsh", "fish"]],
  ];
  for (const [words, texts] of cases) assert.deepEqual(await textsFor(...words), texts, `${words}`);
});

Deno.test("offers() asks the worker that the options name", async () => {
  await textsFor("status", "--url", "http://h:1", "--cacert=ca.pem", "");
  assert.deepEqual(asked.at(-1), { url: "http://h:1", cacert: "ca.pem" });
});

Deno.test("each command and each option has a line in help, which completions show", async () => {
  const found = await offers([""], namesOf);
  assert.ok(found !== "files");
  assert.deepEqual(found.filter(({ about }) => about === ""), []);
  for (const [name, { options }] of Object.entries(commands)) {
    const text = help[name as keyof typeof help];
    const inHelp = [...text.matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)].map(([_, option]) => option);
    assert.deepEqual(inHelp.toSorted(), Object.keys(options).toSorted(), name);
    const shown = await offers([name, "--"], namesOf);
    assert.ok(shown !== "files");
    assert.deepEqual(shown.filter(({ about }) => about === ""), [], name);
  }
});

Deno.test("each action of connect connectors has a line in its help", async () => {
  const found = await offers(["connectors", ""], namesOf);
  assert.ok(found !== "files");
  assert.deepEqual(found.filter(({ about }) => about === ""), []);
});

Deno.test("parse() takes each option that is offered", () => {
  for (const [name, { options }] of Object.entries(commands)) {
    for (const [option, { type }] of Object.entries(options)) {
      const word = type === "string" ? `--${option}=x` : `--${option}`;
      assert.ok(option in parse(name as keyof typeof commands, [word]).values);
    }
  }
});

Deno.test("bashWords() puts together what bash parts, and takes quotes away", () => {
  const cases: [words: string[], whole: string[]][] = [
    [["a", "--url", "http", ":", "//h", ":", "8083", ""], ["a", "--url", "http://h:8083", ""]],
    [["--url", "=", "http", ":"], ["--url=http:"]],
    [["o\\'dd\\ x", "'it is'", '"a \\"b\\" $c'], ["o'dd x", "it is", 'a "b" $c']],
    [["'open quo"], ["open quo"]],
  ];
  for (const [words, whole] of cases) assert.deepEqual(bashWords(words), whole);
});

Deno.test("completionLines() gives bash what comes after the last colon", async () => {
  assert.equal(await completionLines("bash", ["status", "a", ":"], namesOf), "b\t\n");
  assert.equal(await completionLines("fish", ["status", "a:"], namesOf), "a:b\t\n");
  assert.equal(await completionLines("zsh", ["validate", ""], namesOf), ":files\n");
});
