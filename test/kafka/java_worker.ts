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
  #said = "";

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = (async () => {
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        this.#said += text;
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
    for (const props of [worker, ...connectors]) {
      const lines = Object.entries(props).map(([key, value]) => `${key}=${value}\n`);
      paths.push(`${folder}/${paths.length}.properties`);
      await Deno.writeTextFile(paths.at(-1)!, lines.join(""));
    }
    const streams = { stdin: "null", stdout: "piped", stderr: "null" } as const;
    const main = "org.apache.kafka.connect.cli.ConnectStandalone";
    return new JavaWorker(java.command(main, paths, { jvm, ...streams }).spawn());
  }

  /** All lines that it has printed, in its log or otherwise. */
  get lines(): string[] {
    return this.#said.split("\n").slice(0, -1);
  }

  /** Where its REST API is, once it listens. */
  async url(): Promise<string> {
    const listening = () => /REST server listening at (http:\S+\/),/.exec(this.#said)?.[1];
    await until(() => listening() !== undefined, () => this.#said);
    return listening()!;
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
