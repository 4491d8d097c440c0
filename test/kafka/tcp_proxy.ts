/** A port that passes all that comes to another one, and can fail in the ways that networks do. */

const hostname = "127.0.0.1";

/** A pair of connections that belong together. */
interface Pair {
  near: Deno.TcpConn;
  far: Deno.TcpConn | null;
  /** Whether what comes is thrown away. */
  isLost: boolean;
}

/** A network between clients and a broker. */
export class TcpProxy {
  /** The port to connect to. */
  readonly port: number;
  /** The port that it leads to; a broker may get its own later. */
  target = 0;
  readonly #pairs = new Set<Pair>();
  #listener: Deno.TcpListener | null;
  #isHole = false;

  /** Listens on a free port. */
  constructor() {
    this.#listener = Deno.listen({ hostname, port: 0 });
    this.port = this.#listener.addr.port;
    void this.#serve(this.#listener);
  }

  /** How many connections there are. */
  get connectionCount(): number {
    return this.#pairs.size;
  }

  /** Breaks all connections; new ones are taken. */
  drop(): void {
    for (const pair of this.#pairs) this.#end(pair);
  }

  /** Nothing gets through any more and nobody is told: connections of now never recover. */
  swallow(): void {
    this.#isHole = true;
    for (const pair of this.#pairs) pair.isLost = true;
  }

  /** Breaks all connections, and takes no new ones. */
  refuse(): void {
    this.#listener?.close();
    this.#listener = null;
    this.drop();
  }

  /** New connections are taken and lead somewhere. */
  mend(): void {
    this.#isHole = false;
    if (this.#listener !== null) return;
    this.#listener = Deno.listen({ hostname, port: this.port });
    void this.#serve(this.#listener);
  }

  async #serve(listener: Deno.TcpListener): Promise<void> {
    for await (const near of listener) {
      const pair: Pair = { near, far: null, isLost: this.#isHole };
      this.#pairs.add(pair);
      void this.#connect(pair);
    }
  }

  async #connect(pair: Pair): Promise<void> {
    try {
      const far = pair.far = await Deno.connect({ hostname, port: this.target });
      if (!this.#pairs.has(pair)) return far.close();
      await Promise.race([
        this.#copy(pair, pair.near, far),
        this.#copy(pair, far, pair.near),
      ]);
    } catch {
      // One side has gone, so must the other.
    }
    this.#end(pair);
  }

  async #copy(pair: Pair, from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(1 << 16);
    for (;;) {
      const count = await from.read(buffer);
      if (count === null) return;
      for (let start = 0; start < count && !pair.isLost;) {
        start += await to.write(buffer.subarray(start, count));
      }
    }
  }

  #end(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return;
    pair.near.close();
    pair.far?.close();
  }
}
