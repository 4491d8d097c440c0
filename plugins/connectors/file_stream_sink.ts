/**
 * FileStreamSink: each record's value becomes a line of a file, or of standard output.
 *
 * @module
 */

import {
  ConfigDef,
  ConnectError,
  type Props,
  SinkConnector,
  sinkConnector,
  type SinkRecord,
  SinkTask,
  textOf,
} from "connect";

const CONFIG = ConfigDef.of({
  "file": {
    type: "STRING",
    default: null,
    importance: "HIGH",
    doc: "The file to append to. Standard output when it is left out.",
  },
});

const encoder = new TextEncoder();

class FileStreamSinkConnector extends SinkConnector {
  #props: Props = {};

  start(props: Props): void {
    CONFIG.parse(props);
    this.#props = props;
  }

  taskConfigs(tasksMax: number): Props[] {
    return Array.from({ length: tasksMax }, () => ({ ...this.#props }));
  }

  override alterOffsets(): boolean {
    return true;
  }
}

class FileStreamSinkTask extends SinkTask {
  #path = "stdout";
  #file: Deno.FsFile | null = null;
  #isDirty = false;

  async start(props: Props): Promise<void> {
    const { file } = CONFIG.parse(props);
    if (file === null || file === "") return;
    try {
      this.#file = await Deno.open(file, { append: true, create: true });
      this.#path = `"${file}"`;
    } catch (cause) {
      throw new ConnectError(`Couldn't find or create file '${file}' for FileStreamSinkTask`, {
        cause,
      });
    }
  }

  async put(records: readonly SinkRecord[]): Promise<void> {
    if (records.length === 0) return;
    let text = "";
    for (const { value, valueSchema } of records) {
      text += (typeof value === "string" ? value : textOf(value, valueSchema)) + "\n";
    }
    const bytes = encoder.encode(text);
    this.#isDirty = true;
    try {
      const out = this.#file ?? Deno.stdout;
      for (let written = 0; written < bytes.length;) {
        written += await out.write(bytes.subarray(written));
      }
    } catch (cause) {
      // Kafka: Java's PrintStream keeps errors to itself, and the offsets of lost lines are committed.
      throw new ConnectError(`Cannot write to ${this.#path}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  override async flush(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    try {
      await this.#file?.syncData();
    } catch (error) {
      // Pipes and terminals have nothing to sync.
      if ((error as { code?: string }).code !== "EINVAL") throw error;
    }
  }

  stop(): void {
    this.#file?.close();
    this.#file = null;
  }
}

export default sinkConnector({
  name: "FileStreamSinkConnector",
  aliases: ["org.apache.kafka.connect.file.FileStreamSinkConnector"],
  version: "4.2.0",
  config: CONFIG,
  permissions: { read: ["${file}"], write: ["${file}"] },
  connector: FileStreamSinkConnector,
  task: FileStreamSinkTask,
});
