/** A worker that answers as Kafka's was recorded, and remembers what it was asked. */

import recorded from "../../golden/rest-standalone.json" with { type: "json" };

interface Step {
  method: string;
  path: string;
  status: number;
  response?: unknown;
}

/** What is asked: `GET /connectors`. */
type Answers = Record<string, { status?: number; body?: unknown; text?: string }>;

/** What one was asked for. */
export interface Asked {
  request: string;
  body: string;
  headers: Headers;
}

/** Listens until it is disposed of. */
export class RecordedWorker implements AsyncDisposable {
  /** All that it was asked so far. */
  readonly asked: Asked[] = [];
  /** Answers that were not recorded, or others than those. */
  readonly answers: Answers;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(answers: Answers = {}, tls: { cert?: string; key?: string } = {}) {
    this.answers = answers;
    const options = { hostname: "127.0.0.1", port: 0, onListen: () => {}, ...tls };
    this.#server = Deno.serve(options, (request) => this.#answer(request)) as Deno.HttpServer<
      Deno.NetAddr
    >;
  }

  /** `host:port`. */
  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    const what = `${request.method} ${pathname}${search}`;
    this.asked.push({ request: what, body: await request.text(), headers: request.headers });
    const set = this.answers[what];
    if (set !== undefined) {
      const text = set.text ?? (set.body === undefined ? null : JSON.stringify(set.body));
      return new Response(text, { status: set.status ?? 200 });
    }
    const step = (recorded.steps as unknown as Step[]).find((step) =>
      step.method === request.method && step.path === pathname + search && step.status !== 405 &&
      step.status !== 406
    );
    if (step === undefined) {
      return Response.json({ error_code: 404, message: "HTTP 404 Not Found" }, { status: 404 });
    }
    const body = step.response === undefined ? null : JSON.stringify(step.response);
    return new Response(body, { status: step.status });
  }
}

const worker = { worker_id: "127.0.0.1:8083", version: "4.2.0" };

/** A source that runs, and a sink whose task has failed; with a name and a trace that mean harm. */
export const statuses = {
  "lines": {
    status: {
      name: "lines",
      connector: { state: "RUNNING", ...worker },
      tasks: [{ id: 0, state: "RUNNING", ...worker }, { id: 1, state: "PAUSED", ...worker }],
      type: "source",
    },
  },
  "evil\u001b]0;title\u0007\u202e": {
    status: {
      name: "evil\u001b]0;title\u0007\u202e",
      connector: { state: "RUNNING", ...worker },
      tasks: [{
        id: 0,
        state: "FAILED",
        ...worker,
        trace:
          "org.apache.kafka.connect.errors.ConnectException: no\u001b[2J\n\tat x.Y(Z.java:1)\n" +
          "Caused by: java.io.IOException: disk \u009b31m is full\n\t... 7 more",
      }],
      type: "sink",
    },
  },
};
