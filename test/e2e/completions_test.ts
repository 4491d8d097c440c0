/** Shells complete `connect`, each as a user has it: a real shell in a terminal, and the Tab key. */

import assert from "node:assert/strict";
import { RecordedWorker } from "../unit/cli/recorded_worker.ts";
import { connectCommand, inTemporaryFolder } from "./connect.ts";
import { Terminal } from "./terminal.ts";

/** A shell without files of the user's, what loads the script, and what it shows when it can be typed to. */
const shells = {
  bash: { start: "bash --norc -i", load: 'eval "$(connect completions bash)"' },
  zsh: {
    start: "zsh -f -i",
    load: 'autoload -U compinit; compinit -u -D; eval "$(connect completions zsh)"',
  },
};

const names = ["my-source", "o'dd $(touch harm)", "a:b"];
/** What is typed, where Tab is pressed, and what is on the line then. */
const cases: [typed: string, line: RegExp][] = [
  ["connect connectors pau", /connectors pause /],
  ["connect connectors pause my", /pause my-source /],
  ["connect status a:", /status a:b /],
  ["connect status o", /status o\\'dd\\ \\\$\\\(touch\\ harm\\\) /],
  ["connect connectors create conn", /create connect /],
  ["connect status --url http://h:1 --ca", /--cacert /],
];

for (const [shell, { start, load }] of Object.entries(shells)) {
  const isHere = await isInstalled(shell);
  const name = isHere
    ? `connect completions ${shell} completes commands, options, files and connectors in ${shell}`
    : `connect completions ${shell} prints a script, not tried here where there is no ${shell}`;
  Deno.test(name, () =>
    withConnect(async (folder, env) => {
      if (!isHere) return await seemsScript(folder, shell);
      await using terminal = new Terminal(start, { ...env, PS1: "$ " }, folder);
      await terminal.type(`${load}; echo rea''dy\n`);
      await terminal.until(/ready\r?\n/);
      for (const [typed, line] of cases) {
        terminal.shown = "";
        await terminal.type(`${typed}\t`);
        await terminal.until(new RegExp(line.source.replaceAll(" ", letters(" "))));
        // Ctrl-U and Enter: an empty line, and the shell is ready again.
        terminal.shown = "";
        await terminal.type("\x15echo o''k\n");
        await terminal.until(/ok\r?\n/);
      }
      assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["connect"]);
    }));
}

const hasFish = await isInstalled("fish");
Deno.test(
  hasFish
    ? "connect completions fish completes commands, options, files and connectors in fish"
    : "connect completions fish prints a script, not tried here where there is no fish",
  () =>
    withConnect(async (folder, env) => {
      if (!hasFish) return await seemsScript(folder, "fish");
      const asks = ["connectors pau", "connectors pause my", "status a:", "status o", "--he"];
      const script = asks.map((words) => `complete -C 'connect ${words}'`).join("; ");
      const { stdout } = await new Deno.Command("fish", {
        args: ["--no-config", "-c", `connect completions fish | source; ${script}`],
        cwd: folder,
        env,
      }).output();
      const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
      assert.deepEqual(
        lines.map((line) => line.split("\t")[0]),
        ["pause", ...names.slice(0, 1)]
          .concat(["a:b", names[1], "--help"]),
      );
    }),
);

/** Colours and the like may stand before a letter. */
function letters(text: string): string {
  return `(?:\\x1b\\[[0-9;?]*[A-Za-z]|[\\x08\\r])*${text}`;
}

async function withConnect(
  test: (folder: string, env: Record<string, string>) => Promise<void>,
): Promise<void> {
  await using worker = new RecordedWorker({ "GET /connectors": { body: names } });
  await inTemporaryFolder(async (folder) => {
    const command = [Deno.execPath(), ...connectCommand].map((word) => `'${word}'`).join(" ");
    await Deno.writeTextFile(`${folder}/connect`, `#!/bin/sh\nexec ${command} "$@"\n`);
    await Deno.chmod(`${folder}/connect`, 0o755);
    const path = `${folder}:${Deno.env.get("PATH")}`;
    await test(folder, { PATH: path, CONNECT_REST_URL: worker.url });
  });
}

/** Where there is no such shell, all that can be said is that there is a script that asks. */
async function seemsScript(folder: string, shell: string): Promise<void> {
  const { code, stdout } = await new Deno.Command(`${folder}/connect`, {
    args: ["completions", shell],
  }).output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stdout), new RegExp(`completions ${shell} -- `));
}

async function isInstalled(shell: string): Promise<boolean> {
  try {
    return (await new Deno.Command(shell, { args: ["-c", "true"] }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
