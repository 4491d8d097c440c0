/** Kafka Connect's own standalone worker, for tests to compare with. */

import { until } from "../e2e/connect.ts";
import type { Java } from "./java.ts";

type Props = Record<string, string>;

const jvm = [
  "-Xmx256m",
  `-Dlog4j2.configurationFile=${new URL("connect_log4j2.properties", import.meta.url).pathname}`,
];

/** A worker that runs. */
export class JavaWorker {
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #lines: string[] = [];

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = (async () => {
      let rest = "";
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        // It tells of each request: so many that nothing else could be found.
        this.#lines.push(...lines.filter((line) => !line.startsWith("INFO 127.0.0.1 ")));
      }
    })();
  }

  /** Starts a worker with some connectors, whose files are written into `folder`. */
  static async start(
    java: Java,
    folder: string,
    worker: Props,
    connectors: readonly Props[],
  ): Promise<JavaWorker> {
    const paths = [];
    // To look through the whole class path for plugins takes it as long as all else.
    const found = { "plugin.discovery": "service_load", ...worker };
    for (const props of [found, ...connectors]) {
      const lines = Object.entries(props).map(([key, value]) => `${key}=${value}\n`);
      paths.push(`${folder}/${paths.length}.properties`);
      await Deno.writeTextFile(paths.at(-1)!, lines.join(""));
    }
    const streams = { stdin: "null", stdout: "piped", stderr: "null" } as const;
    const main = "org.apache.kafka.connect.cli.ConnectStandalone";
    return new JavaWorker(java.command(main, paths, { jvm, ...streams }).spawn());
  }

  /** All lines that it has printed, in its log or otherwise, but for those that tell of requests. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Where its REST API is, once it listens. */
  async url(): Promise<string> {
    let url: string | undefined;
    await until(() => {
      url ??= this.#lines.map((line) => /REST server listening at (http:\S+\/),/.exec(line)?.[1])
        .find((found) => found !== undefined);
      return url !== undefined;
    }, () => this.#lines.join("\n"));
    return url!;
  }

  /** What its REST API answers. @throws {Deno.errors.NotFound} while it answers otherwise */
  async get<T>(path: string): Promise<T> {
    const response = await fetch(await this.url() + path);
    if (response.ok) return await response.json();
    throw new Deno.errors.NotFound(await response.text());
  }

  /** Stops it. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#child.status;
    await this.#reading;
  }
}
