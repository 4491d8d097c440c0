/** What a source task reads of the offsets that its connector has committed: the worker has them. */

import {
  type OffsetMap,
  type OffsetStorageReader,
  parseExact,
  stringifyExact,
} from "../api/mod.ts";
import type { TaskPort, ToTask } from "./messages.ts";

/** The reader that a source task is given. */
export class StoredOffsets implements OffsetStorageReader {
  readonly #port: TaskPort;
  readonly #requests = new Map<number, (offsets: (OffsetMap | null)[]) => void>();
  #nextRequest = 0;

  /** `port` leads to the worker. */
  constructor(port: TaskPort) {
    this.#port = port;
  }

  async offset(partition: OffsetMap): Promise<OffsetMap | null> {
    return (await this.offsets([partition]))[0];
  }

  offsets(partitions: readonly OffsetMap[]): Promise<(OffsetMap | null)[]> {
    const request = this.#nextRequest++;
    return new Promise((resolve) => {
      this.#requests.set(request, resolve);
      const asked = partitions.map(stringifyExact);
      this.#port.send({ type: "readOffsets", request, partitions: asked });
    });
  }

  /** Takes the worker's answer. */
  receive({ request, offsets }: Extract<ToTask, { type: "offsets" }>): void {
    const resolve = this.#requests.get(request);
    this.#requests.delete(request);
    resolve?.(offsets.map((text) => text === null ? null : parseExact(text) as OffsetMap));
  }
}
