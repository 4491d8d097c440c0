/** Runs `connect` as a user does: a process of its own, files, signals, exit codes. */

const project = new URL("../../", import.meta.url).pathname;
/** What Deno is told to run it from its sources. */
export const connectCommand: readonly string[] = [
  "run",
  "--allow-all",
  "--no-prompt",
  "--unstable-worker-options",
  `--config=${project}deno.json`,
  `${project}src/cli/main.ts`,
];
/** How long anything may take before a test gives up, in milliseconds. */
const patienceMs = 90_000;
/** How long a command may run that ends by itself, in milliseconds. */
const runMsMax = 60_000;

/** Property files by the names they get. */
export type Files = Record<string, Record<string, string>>;

/** `connect` in a folder. */
export class Connect {
  readonly folder: string;
  readonly #env: Record<string, string>;
  #child: Deno.ChildProcess | null = null;
  /** What the running one has said so far. */
  log = "";
  /** What it has printed. */
  stdout = "";
  #reading: Promise<unknown> = Promise.resolve();

  constructor(folder: string, env: Record<string, string> = {}) {
    this.folder = folder;
    this.#env = env;
  }

  /** Writes property files. @returns their names, the worker's first */
  async write(files: Files): Promise<string[]> {
    for (const [name, props] of Object.entries(files)) {
      const lines = Object.entries(props).filter(([_, value]) => value !== undefined);
      const text = lines.map(([key, value]) => `${key}=${value}\n`).join("");
      await Deno.writeTextFile(`${this.folder}/${name}.properties`, text);
    }
    return Object.keys(files).map((name) => `${name}.properties`);
  }

  /** The process. */
  get pid(): number {
    return this.#child!.pid;
  }

  /** Its standard input, when it was started with one. */
  get stdin(): WritableStream<Uint8Array<ArrayBuffer>> {
    return this.#child!.stdin;
  }

  /** Starts a standalone worker, and waits until it is ready. @returns the URL of its REST API */
  async start(files: Files, options: { stdin?: "piped" } = {}): Promise<string> {
    return await this.startFiles(await this.write(files), options);
  }

  /** Starts a standalone worker with files that are there. @returns the URL of its REST API */
  async startFiles(
    paths: readonly string[],
    options: { stdin?: "piped" } = {},
  ): Promise<string> {
    this.#child = this.#command(["standalone", ...paths], options.stdin).spawn();
    this.log = this.stdout = "";
    this.#reading = Promise.all([
      this.#read(this.#child.stderr, (text) => this.log += text),
      this.#read(this.#child.stdout, (text) => this.stdout += text),
    ]);
    await until(() => this.log.includes("Kafka Connect worker started"), () => this.log);
    return /REST API at (\S+)/.exec(this.log)![1];
  }

  /** Starts a standalone worker, and kills it after some time whatever it does by then. */
  async killAfter(delayMs: number, files: Files): Promise<void> {
    const paths = await this.write(files);
    const child = this.#command(["standalone", ...paths]).spawn();
    void child.stdout.cancel();
    void child.stderr.cancel();
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    child.kill("SIGKILL");
    await child.status;
  }

  /** Stops it with a signal. @returns its exit code */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    const child = this.#child!;
    this.#child = null;
    child.kill(signal);
    const { code } = await child.status;
    await this.#reading;
    return code;
  }

  /** Runs a command to its end; one that has none is killed. */
  async run(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const child = this.#command(args).spawn();
    const impatience = setTimeout(() => child.kill("SIGKILL"), runMsMax);
    const { code, stdout, stderr } = await child.output();
    clearTimeout(impatience);
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  }

  #command(args: string[], stdin: "null" | "piped" = "null"): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: [...connectCommand, ...args],
      cwd: this.folder,
      stdin,
      stdout: "piped",
      stderr: "piped",
      env: { NO_COLOR: "1", ...this.#env },
    });
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>, take: (text: string) => void) {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
  }
}

/** Runs a test in a folder that is gone afterwards. */
export async function inTemporaryFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "connect-test-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Waits until a condition holds, asking again every few milliseconds; an error counts as not yet. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  explain: () => string = () => "",
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    try {
      if (await holds()) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`It did not come about within ${patienceMs} ms. ${explain()}`);
}
