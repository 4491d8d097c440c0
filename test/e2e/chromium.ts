/**
 * A real Chromium for tests: the one that `CHROMIUM` names, or one on the PATH, or else the one in the npm package
 * @sparticuz/chromium, which npm fetches once (70 MB) into `.cache/chromium`.
 *
 * @module
 */

import { type Browser, chromium } from "playwright-core";

const cache = new URL("../../.cache/chromium/", import.meta.url).pathname;
const packaged = "@sparticuz/chromium@153.0.0";
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Starts it, without a window. */
export async function launchChromium(): Promise<Browser> {
  const found = await installed();
  const { path, env } = found === null ? await fetched() : { path: found, env: {} };
  return await chromium.launch({
    executablePath: path,
    env: { ...Deno.env.toObject(), ...env },
    // Nothing but our own page is opened, and containers do not let Chromium make its sandbox.
    args: ["--no-sandbox"],
  });
}

async function installed(): Promise<string | null> {
  const wanted = Deno.env.get("CHROMIUM");
  if (wanted) return wanted;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    for (const name of names) {
      const path = `${folder}/${name}`;
      if (await runs(path)) return path;
    }
  }
  return null;
}

/** Some distributions have a script of that name, which says that there is none. */
async function runs(path: string): Promise<boolean> {
  try {
    return (await new Deno.Command(path, { args: ["--version"], stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

/** The packaged one, with the libraries that bare machines lack, which it has too. */
async function fetched(): Promise<{ path: string; env: Record<string, string> }> {
  const script = `process.env.AWS_EXECUTION_ENV = "AWS_Lambda_nodejs22.x";
    const { default: chromium } = await import("@sparticuz/chromium");
    const path = await chromium.executablePath();
    console.log(JSON.stringify({ path, env: { LD_LIBRARY_PATH: process.env.LD_LIBRARY_PATH } }));`;
  await Deno.mkdir(cache, { recursive: true });
  using lock = await Deno.open(`${cache}lock`, { create: true, write: true });
  await lock.lock(true);
  const isThere = await Deno.stat(`${cache}node_modules/${packaged.replace(/@[^@]+$/, "")}`)
    .then(() => true, () => false);
  if (!isThere) {
    console.log("There is no Chromium: npm gets one, 70 MB …");
    await run("npm", ["install", "--silent", "--no-save", "--prefix", cache, packaged]);
  }
  return JSON.parse(await run("node", ["--input-type=module", "-e", script]));
}

async function run(command: string, args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args,
    cwd: cache,
    stdin: "null",
    env: { TMPDIR: cache },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${command} ${args[0]}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}
