/** Holds the table of rooms in docs/architecture.md. */

import assert from "node:assert/strict";

const root = new URL("../../", import.meta.url).pathname;

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(`${root}${folder}`)) {
    const path = `${folder}/${name}`;
    if (isDirectory) yield* sourceFiles(path);
    else if (/\.tsx?$/.test(name)) yield path;
  }
}

function roomOf(path: string): string {
  return path.startsWith("plugins/") ? "plugins" : path.split("/")[1];
}

async function allowedRooms(): Promise<Map<string, string[]>> {
  const table = await Deno.readTextFile(`${root}docs/architecture.md`);
  const rooms = new Map<string, string[]>();
  for (const [_, room, allowed] of table.matchAll(/^\| src\/(\w+) \| ?(.*?) ?\|$/gm)) {
    rooms.set(room, allowed.split(",").map((name) => name.trim()).filter((name) => name !== ""));
  }
  return rooms;
}

/** The relative imports of a file, and the bare ones. */
async function importsOf(path: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${root}${path}`);
  return [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([_, specifier]) => specifier);
}

Deno.test("rooms import each other only as docs/architecture.md allows, through mod.ts", async () => {
  const rooms = await allowedRooms();
  assert.ok(rooms.size >= 11);
  const wrong: string[] = [];
  for await (const path of sourceFiles("src")) {
    const room = roomOf(path);
    for (const specifier of await importsOf(path)) {
      if (!specifier.startsWith(".")) continue;
      const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
      if (roomOf(target) === room) continue;
      const isAllowed = rooms.get(room)?.includes(roomOf(target));
      const isEntry = target === `src/${roomOf(target)}/mod.ts` || target === "plugins/mod.ts";
      if (!isAllowed || !isEntry) wrong.push(`${path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("plugins import the contract alone", async () => {
  const wrong: string[] = [];
  for await (const path of sourceFiles("plugins")) {
    if (path === "plugins/mod.ts") continue;
    for (const specifier of await importsOf(path)) {
      if (specifier !== "connect") wrong.push(`${path} imports ${specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("each package is imported in its own place alone", async () => {
  const places: Record<string, string> = {
    hono: "src/rest/",
    kafkajs: "src/kafka/kafkajs",
    "@logtape/logtape": "src/logging/worker_log.ts",
    "prom-client": "src/metrics/",
    "node:util": "src/cli/",
  };
  const wrong: string[] = [];
  for await (const path of sourceFiles("src")) {
    for (const specifier of await importsOf(path)) {
      const place = places[specifier.replace(/^(kafkajs|hono|prom-client)\/.*/, "$1")];
      if (place !== undefined && !path.startsWith(place)) wrong.push(`${path}: ${specifier}`);
    }
  }
  assert.deepEqual(wrong, []);
});

Deno.test("the clock, randomness and the disk are passed in", async () => {
  const adapters = /^src\/(sandbox|cli)\/|^src\/base\/(clock|disk_local)\.ts$/;
  const wrong: string[] = [];
  for await (const path of sourceFiles("src")) {
    if (adapters.test(path)) continue;
    const text = (await Deno.readTextFile(`${root}${path}`)).replaceAll(
      /\/\*[^]*?\*\/|\/\/.*/g,
      "",
    );
    const found = /\b(Date\.now|Math\.random|setTimeout|setInterval|performance\.now|Deno\.\w+)/
      .exec(text.replaceAll("Deno.customInspect", ""));
    if (found !== null) wrong.push(`${path} uses ${found[1]}`);
  }
  assert.deepEqual(wrong, []);
});

/** The classes whose members are told of by the interface that they implement, and the plugins' declarations. */
const told = /^export (class .* implements |default )/;

Deno.test("each public symbol has a doc comment", async () => {
  const paths: string[] = [];
  for (const folder of ["src", "plugins"]) {
    for await (const path of sourceFiles(folder)) paths.push(path);
  }
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...paths],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  // Of what it looks for this alone matters within the rooms; mod.ts passes all of it.
  const missing = new TextDecoder().decode(stderr)
    .matchAll(/error\[missing-jsdoc\].*\n *--> (.+):(\d+):\d+/g);
  const wrong: string[] = [];
  let found = 0;
  for (const [, path, line] of missing) {
    found++;
    const lines = (await Deno.readTextFile(path)).split("\n").slice(0, Number(line));
    const within = lines.findLast((line) => /^\S/.test(line) && !line.startsWith("}"));
    if (!told.test(within!)) wrong.push(`${path.replace(root, "")}:${line}`);
  }
  assert.ok(found > 0, "deno doc tells otherwise what is missing");
  assert.deepEqual(wrong, []);
});

Deno.test("docs/architecture.md names files that are there", async () => {
  const names = new Set(["mod.ts"]);
  for (const folder of ["src", "plugins", "test"]) {
    for await (const path of sourceFiles(folder)) names.add(path).add(path.split("/").at(-1)!);
  }
  const text = await Deno.readTextFile(`${root}docs/architecture.md`);
  const named = text.matchAll(/`([\w/]+\.tsx?)`/g).map(([_, name]) => name);
  assert.deepEqual([...named].filter((name) => !names.has(name)), []);
});

Deno.test("a file has fewer than 400 lines, and no name that says nothing", async () => {
  const wrong: string[] = [];
  // A plugin is one file, whatever it takes to tell its story.
  const linesMax = { src: 400, plugins: 600 };
  for (const [folder, max] of Object.entries(linesMax)) {
    for await (const path of sourceFiles(folder)) {
      const lines = (await Deno.readTextFile(`${root}${path}`)).split("\n").length;
      if (lines > max) wrong.push(`${path} has ${lines} lines`);
      if (/\/(utils?|helpers?|common|types)\.ts$/.test(path)) wrong.push(`${path} says nothing`);
    }
  }
  assert.deepEqual(wrong, []);
});
