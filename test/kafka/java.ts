/**
 * The real Kafka, for tests to compare with: its libraries as pom.xml names them, and a JVM to run them.
 *
 * The first use downloads them through Maven and remembers the class path in `.cache/java`, by the hash
 * of pom.xml; what is compiled of ours, and what brokers begin with, is kept there too. Where Java or Maven
 * is missing, tests say so and are skipped, except with CI=true, where they fail.
 *
 * @module
 */

const here = new URL("./", import.meta.url).pathname;
const pom = `${here}pom.xml`;
const cache = new URL("../../.cache/java/", import.meta.url).pathname;
const javaVersionMin = 17;
const install = `install a JDK of version ${javaVersionMin} or later and Maven 3.8 or later ` +
  "(Debian: openjdk-17-jdk-headless maven)";

/** A small heap and no late optimization, since nothing here runs for long; text is UTF-8. */
const jvmOptions = [
  "-XX:TieredStopAtLevel=1",
  "-XX:+UseSerialGC",
  "-Xshare:auto",
  "-Dfile.encoding=UTF-8",
  "-Dstdout.encoding=UTF-8",
];

/** How {@linkcode Java.run} went. */
export interface JavaResult {
  /** The exit code. */
  code: number;
  /** What it printed. */
  stdout: string;
  /** What it complained of. */
  stderr: string;
}

/** A JVM with Kafka on its class path. */
export class Java {
  static #opened: Promise<Java> | null = null;
  readonly #classPath: string;

  private constructor(classPath: string) {
    this.#classPath = classPath;
  }

  /** Fetches what is missing. @throws when there is no Java or no Maven, or Maven cannot get it */
  static open(): Promise<Java> {
    if (missing !== null) throw new Error(`${missing}: ${install}`);
    return Java.#opened ??= locked(async () => new Java(await kafkaClassPath()));
  }

  /** Compiles our programs, all files beside this one, once. @returns a JVM that has them too */
  async withPrograms(): Promise<Java> {
    const files: string[] = [];
    for await (const { name } of Deno.readDir(here)) {
      if (name.endsWith(".java")) files.push(here + name);
    }
    const sources = await Promise.all(files.sort().map((file) => Deno.readTextFile(file)));
    const classes = await this.once(`classes-${await hashOf(sources.join(""))}`, async (folder) => {
      // Together they take little more time than one alone.
      const args = ["-J-XX:TieredStopAtLevel=1", "-nowarn", "-d", folder, "-cp", this.#classPath];
      const { code, stdout, stderr } = await output("javac", [...args, ...files]);
      if (code !== 0) throw new Error(`Cannot compile: ${stderr}${stdout}`);
    });
    return new Java(`${this.#classPath}:${classes}`);
  }

  /** A folder of the cache for this Kafka, filled by whoever needs it first. @returns its path */
  async once(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
    const folder = `${cache}${await hashOf(this.#classPath)}/${name}`;
    await locked(async () => {
      if (await exists(`${folder}/done`)) return;
      if (await exists(folder)) await Deno.remove(folder, { recursive: true });
      await Deno.mkdir(folder, { recursive: true });
      await make(folder);
      await Deno.writeTextFile(`${folder}/done`, "");
    });
    return folder;
  }

  /** Runs a class's `main` to its end. */
  run(mainClass: string, ...args: string[]): Promise<JavaResult> {
    return output("java", this.#args(mainClass, args, ["-Xmx256m"]));
  }

  /** A command that runs a class's `main`, for programs that stay. */
  command(
    mainClass: string,
    args: readonly string[],
    options: { jvm?: readonly string[] } & Omit<Deno.CommandOptions, "args"> = {},
  ): Deno.Command {
    const { jvm = ["-Xmx256m"], ...rest } = options;
    return new Deno.Command("java", { ...rest, args: this.#args(mainClass, args, jvm) });
  }

  #args(mainClass: string, args: readonly string[], jvm: readonly string[]): string[] {
    return [...jvmOptions, ...jvm, "-cp", this.#classPath, mainClass, ...args];
  }
}

/** A test that needs the real Kafka. */
export function javaTest(
  name: string,
  test: (java: Java, context: Deno.TestContext) => Promise<void>,
): void {
  if (missing !== null && !isCI && !hasWarned) {
    console.warn(`Tests against the real Kafka are skipped: ${missing}; to run them, ${install}`);
    hasWarned = true;
  }
  Deno.test({
    name,
    ignore: missing !== null && !isCI,
    fn: async (context) => await test(await Java.open(), context),
  });
}

const isCI = Deno.env.get("CI") === "true";
const missing = await whatIsMissing();
let hasWarned = false;

/** Why nothing of this can run here, or null when it can. */
async function whatIsMissing(): Promise<string | null> {
  // Both were there to make it, and take half a second to answer.
  if (await knownClassPath() !== null) return null;
  try {
    const { code, stdout } = await output("javac", ["-version"]);
    const version = Number(/^javac (\d+)/.exec(stdout)?.[1]);
    if (code !== 0 || !(version >= javaVersionMin)) {
      return `this JDK is too old (${stdout.trim()})`;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no javac on the PATH";
    throw error;
  }
  try {
    await output("mvn", ["-version"]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "there is no mvn on the PATH";
    throw error;
  }
  return null;
}

/** Where the class path is remembered. */
async function classPathFile(): Promise<string> {
  return `${cache}${await hashOf(await Deno.readTextFile(pom))}.classpath`;
}

/** The class path, when it is known and all of it is there. */
async function knownClassPath(): Promise<string | null> {
  const path = await classPathFile();
  if (!await exists(path)) return null;
  const classPath = await Deno.readTextFile(path);
  const present = await Promise.all(classPath.split(":").map(exists));
  return present.every((isThere) => isThere) ? classPath : null;
}

async function kafkaClassPath(): Promise<string> {
  const known = await knownClassPath();
  if (known !== null) return known;
  const path = await classPathFile();
  console.log("Asking Maven for Kafka and its libraries; the first time it downloads 60 MB …");
  const child = new Deno.Command("mvn", {
    args: ["-B", "-f", pom, "dependency:build-classpath", `-Dmdep.outputFile=${path}.new`],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const said = await reportDownloads(child.stdout);
  const { code } = await child.status;
  if (code !== 0) throw new Error(`Maven cannot get Kafka, exit code ${code}:\n${said}`);
  const classPath = (await Deno.readTextFile(`${path}.new`)).trim();
  await Deno.writeTextFile(`${path}.new`, classPath);
  await Deno.rename(`${path}.new`, path);
  return classPath;
}

/** Says now and then how far Maven is. @returns what Maven said at the end */
async function reportDownloads(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let count = 0;
  let last = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    const before = count;
    count += text.split("Downloaded from").length - 1;
    if (Math.floor(count / 100) > Math.floor(before / 100)) {
      console.log(`Maven has downloaded ${count} files …`);
    }
    last = (last + text).slice(-4000);
  }
  return last;
}

/** Lets one process at a time fill the cache: test files and other runs share it. */
async function locked<T>(work: () => Promise<T>): Promise<T> {
  await Deno.mkdir(cache, { recursive: true });
  const lock = await Deno.open(`${cache}lock`, { create: true, write: true });
  try {
    await lock.lock(true);
    return await work();
  } finally {
    lock.close();
  }
}

async function output(command: string, args: readonly string[]): Promise<JavaResult> {
  const child = new Deno.Command(command, { args: [...args], stdin: "null" });
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 16);
}
