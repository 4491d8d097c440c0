/** What clients do to a listener, over real sockets: too much, too slowly, too many, and nonsense. */

import assert from "node:assert/strict";
import { systemClock } from "../../../../src/base/mod.ts";
import { parseListeners, type RestLimits } from "../../../../src/herder/mod.ts";
import { BodyBudget } from "../../../../src/rest/server/bodies.ts";
import { type Answer, HttpServer } from "../../../../src/rest/server/http_server.ts";
import { keptLog } from "../../../faults/memory_disk.ts";
import { ask, parse, type RawAnswer, readToEnd, send } from "./raw_http.ts";

const generous: RestLimits = {
  connectionsMax: 16,
  idleMsMax: 30_000,
  requestMsMax: 30_000,
  requestBytesMax: 1024,
  headerBytesMax: 2048,
};
const [listener] = parseListeners(["http://127.0.0.1:0"]);

/** Says what was asked. */
const echo: Answer = async (request) => {
  const { method, url } = request;
  return Response.json({ method, path: new URL(url).pathname, body: await request.text() });
};

async function withServer(
  limits: Partial<RestLimits>,
  test: (at: { hostname: string; port: number }, server: HttpServer) => Promise<void>,
  answer: Answer = echo,
  log = keptLog(),
): Promise<void> {
  const all = { ...generous, ...limits };
  const server = await HttpServer.open({
    listener,
    key: "listeners",
    tls: null,
    limits: all,
    bodies: new BodyBudget(2 * all.requestBytesMax),
    answer,
    clock: systemClock,
    log,
  });
  try {
    await test({ hostname: "127.0.0.1", port: server.port }, server);
  } finally {
    await server.close(0);
  }
}

/** The other side has ended a connection. */
function gone(error: Error): void {
  const { BrokenPipe, ConnectionReset, ConnectionAborted } = Deno.errors;
  const ends = [BrokenPipe, ConnectionReset, ConnectionAborted, Deno.errors.BadResource];
  if (!ends.some((end) => error instanceof end)) throw error;
}

/** Ends a connection that may have been read to its end, and so be closed. */
function closed(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

const connect = (at: { hostname: string; port: number }) => Deno.connect(at);

function assertRefused({ status, headers, body }: RawAnswer, code: number, why: RegExp): void {
  assert.equal(status, code);
  assert.deepEqual(headers["content-type"], ["application/json"]);
  const told = JSON.parse(body);
  assert.equal(told.error_code, code);
  assert.match(told.message, why);
}

/** What is answered to these bytes, and to nothing more. */
async function answerTo(at: { hostname: string; port: number }, text: string): Promise<RawAnswer> {
  const connection = await connect(at);
  await send(connection, text);
  return parse(await readToEnd(connection));
}

const head = "POST /x HTTP/1.1\r\nhost: x\r\n";

Deno.test("HttpServer answers requests, whole and in their order", async () => {
  await withServer({}, async (at) => {
    const put = { method: "PUT", path: "/a%2Fb?c=%20", body: "né" };
    const { status, headers, body } = await ask(at, { ...put, headers: { "content-length": "3" } });
    assert.equal(status, 200);
    assert.deepEqual(headers["content-length"], [String(new TextEncoder().encode(body).length)]);
    assert.deepEqual(JSON.parse(body), { method: "PUT", path: "/a%2Fb", body: "né" });
    const connection = await connect(at);
    const requests = [1, 2, 3].map((n) => `GET /${n} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await send(connection, `${requests.join("")}GET /4 HTTP/1.0\r\n\r\n`);
    const paths = (await readToEnd(connection)).match(/"path":"[^"]*"/g);
    assert.deepEqual(paths, [1, 2, 3, 4].map((n) => `"path":"/${n}"`));
    const old = await connect(at);
    await send(
      old,
      "GET /5 HTTP/1.0\r\nconnection: keep-alive\r\n\r\nGET /6 HTTP/1.0\r\n\r\n",
    );
    assert.match(await readToEnd(old), /"path":"\/5".*"path":"\/6"/s);
    const trace = await ask(at, { method: "TRACE", path: "/" });
    assert.equal(JSON.parse(trace.body).method, "TRACE");
    const chunked =
      "transfer-encoding: chunked\r\nconnection: close\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
    assert.equal(JSON.parse((await answerTo(at, head + chunked)).body).body, "abc");
  });
});

Deno.test("HttpServer tells in the log what it has answered, as Kafka does", async () => {
  const log = keptLog();
  const named: Answer = (request, exchange) => {
    exchange.user = "ada\n";
    return echo(request, exchange);
  };
  await withServer(
    {},
    async (at) => {
      const headers = { "user-agent": 'a "b" c', referer: "http://x/\u00a0" };
      const { body } = await ask(at, { method: "PUT", path: "/a%0a?b=%22", headers });
      const date = String.raw`\[\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d \+0000\]`;
      const line = String.raw`127\.0\.0\.1 - ada\? ${date} "PUT /a%0a\?b=%22 HTTP/1\.1" 200 ` +
        String.raw`${body.length} "http://x/[^"]*" "a \\"b\\" c" \d+`;
      assert.match(log.lines.join("\n"), new RegExp(`${line}$`, "m"));
    },
    named,
    log,
  );
});

const malformed: [what: string, request: string, why?: RegExp][] = [
  ["no HTTP", "hello\r\n\r\n"],
  ["no host", "GET / HTTP/1.1\r\n\r\n"],
  ["a host that is none", "GET / HTTP/1.1\r\nhost: a b\r\n\r\n"],
  ["a path that is none", "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n"],
  ["a relative path", "GET x HTTP/1.1\r\nhost: x\r\n\r\n"],
  ["a user in the URL", "GET http://a:b@x/ HTTP/1.1\r\nhost: x\r\n\r\n"],
  ["two lengths", `${head}content-length: 1\r\ncontent-length: 2\r\n\r\nab`],
  [
    "a length and chunks",
    `${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ["a method that is none", "NONSENSE / HTTP/1.1\r\nhost: x\r\n\r\n"],
  ["who wants a tunnel", "CONNECT y:80 HTTP/1.1\r\nhost: y:80\r\n\r\n"],
  ["two hosts", "GET http://y/ HTTP/1.1\r\nhost: x\r\n\r\n", /^Authority!=Host$/],
];
for (const [what, request, why = /^HTTP 400 Bad Request$/] of malformed) {
  Deno.test(`HttpServer answers 400 to ${what}`, async () => {
    await withServer({}, async (at) => {
      assertRefused(await answerTo(at, request), 400, why);
    });
  });
}

Deno.test("HttpServer answers 413 to a body that is too large, told or not", async () => {
  await withServer({}, async (at) => {
    const why = /more than 1024 bytes \(rest\.request\.max\.bytes\)/;
    const much = "x".repeat(5000);
    assertRefused(await ask(at, { method: "POST", path: "/", body: much }), 413, why);
    const told = await answerTo(at, `${head}content-length: 9999999\r\n\r\n`);
    assertRefused(told, 413, why);
    const waiting = `${head}expect: 100-continue\r\ncontent-length: 9999999\r\n\r\n`;
    assertRefused(await answerTo(at, waiting), 413, why);
    const chunk = `${much.length.toString(16)}\r\n${much}\r\n`;
    assertRefused(
      await answerTo(at, `${head}transfer-encoding: chunked\r\n\r\n${chunk}`),
      413,
      why,
    );
    const fits = await ask(at, { method: "POST", path: "/", body: "x".repeat(1024) });
    assert.equal(fits.status, 200);
  });
});

Deno.test("HttpServer answers 503 when all bodies together are too large", async () => {
  const held = Promise.withResolvers<void>();
  const answer: Answer = async (...request) => {
    if (request[0].method === "PUT") await held.promise;
    return await echo(...request);
  };
  await withServer({}, async (at) => {
    const large = { method: "PUT", path: "/", body: "x".repeat(1000) };
    const held1 = ask(at, large);
    const held2 = ask(at, large);
    await untilAnswered(at, { method: "POST", path: "/", body: "x".repeat(100) }, 503);
    held.resolve();
    assert.deepEqual((await Promise.all([held1, held2])).map(({ status }) => status), [200, 200]);
    await untilAnswered(at, { method: "POST", path: "/", body: "x".repeat(100) }, 200);
  }, answer);
});

async function untilAnswered(
  at: { hostname: string; port: number },
  request: Parameters<typeof ask>[1],
  status: number,
): Promise<void> {
  while ((await ask(at, request)).status !== status) await systemClock.sleep(5);
}

Deno.test("HttpServer answers 431 to headers that are too large, and says so in the log", async () => {
  const log = keptLog();
  await withServer(
    {},
    async (at) => {
      const answer = await ask(at, { method: "GET", path: "/", headers: { x: "y".repeat(3000) } });
      assertRefused(answer, 431, /more than 2048 bytes \(rest\.header\.max\.bytes\)/);
      const path = `/${"y".repeat(3000)}`;
      assertRefused(await ask(at, { method: "GET", path }), 431, /rest\.header\.max\.bytes/);
    },
    echo,
    log,
  );
  const told = log.lines.filter((line) => line.startsWith("info 127.0.0.1 refused with 431: The"));
  assert.equal(told.length, 2);
});

const slow: [what: string, sent: string][] = [
  ["a client that says nothing", ""],
  ["slow headers", "GET / HTTP/1.1\r\nho"],
  ["a slow body", `${head}content-length: 10\r\n\r\nab`],
];
for (const [what, sent] of slow) {
  Deno.test(`HttpServer answers 408 to ${what}, and meanwhile others`, async () => {
    await withServer({ requestMsMax: 300 }, async (at) => {
      const waiting = answerTo(at, sent);
      assert.equal((await ask(at, { method: "GET", path: "/" })).status, 200);
      assertRefused(await waiting, 408, /more than 300 ms \(rest\.request\.timeout\.ms\)/);
    });
  });
}

Deno.test("HttpServer ends a connection that stays without a request", async () => {
  await withServer({ idleMsMax: 100 }, async (at) => {
    const connection = await connect(at);
    await send(connection, "GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    assert.equal(parse(await readToEnd(connection)).status, 200);
  });
});

Deno.test("HttpServer ends a connection whose client does not read", async () => {
  const begun = Promise.withResolvers<void>();
  const large: Answer = () => {
    begun.resolve();
    return new Response("x".repeat(64 << 20));
  };
  await withServer({ requestMsMax: 300 }, async (at, server) => {
    const connection = await connect(at);
    await send(connection, "GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await begun.promise;
    const start = performance.now();
    // It would wait for the answer to be read.
    await server.close(20_000);
    assert.ok(performance.now() - start < 10_000);
    connection.close();
  }, large);
});

Deno.test("HttpServer answers 503 to more connections than it may have while all are answered", async () => {
  const held = Promise.withResolvers<void>();
  const answer: Answer = async (...request) => {
    await held.promise;
    return await echo(...request);
  };
  await withServer({ connectionsMax: 3 }, async (at) => {
    const asked = [1, 2, 3].map((n) => ask(at, { method: "GET", path: `/${n}` }));
    const why = /too many connections \(rest\.connections\.max\)/;
    // Those before it are there, for connections are taken in their order.
    assertRefused(parse(await readToEnd(await connect(at))), 503, why);
    held.resolve();
    assert.deepEqual((await Promise.all(asked)).map(({ status }) => status), [200, 200, 200]);
    await untilAnswered(at, { method: "GET", path: "/" }, 200);
  }, answer);
});

Deno.test("HttpServer lets a connection without a request give way to another", async () => {
  await withServer({ connectionsMax: 2 }, async (at) => {
    const idle = [await connect(at), await connect(at)];
    await untilAnswered(at, { method: "GET", path: "/" }, 200);
    const ends = await Promise.race(idle.map((connection) => readToEnd(connection)));
    assert.equal(ends, "");
    idle.forEach(closed);
  });
});

Deno.test("HttpServer ends a connection that asks on and on without waiting for answers", async () => {
  let count = 0;
  const counting: Answer = (...request) => {
    count += 1;
    return echo(...request);
  };
  await withServer({}, async (at) => {
    const connection = await connect(at);
    const reading = readToEnd(connection);
    await send(connection, "GET / HTTP/1.1\r\nhost: x\r\n\r\n".repeat(10_000)).catch(gone);
    await reading;
    assert.ok(count < 100, `${count}`);
  }, counting);
});

Deno.test("HttpServer throws away what a client sends that was refused, and not for ever", async () => {
  await withServer({}, async (at) => {
    const connection = await connect(at);
    const reading = readToEnd(connection);
    await send(connection, `${head}content-length: 999999999\r\n\r\n`);
    const sending = (async () => {
      for (;;) await send(connection, "x".repeat(1 << 20));
    })();
    await assert.rejects(sending, (error: Error) => gone(error) ?? true);
    await reading;
  });
});

Deno.test("HttpServer lets answers be read when it closes, and takes no more requests", async () => {
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const answer: Answer = async (...request) => {
    begun.resolve();
    await held.promise;
    return await echo(...request);
  };
  await withServer({}, async (at, server) => {
    const idle = await connect(at);
    const asked = ask(at, { method: "GET", path: "/", headers: { connection: "keep-alive" } });
    await begun.promise;
    const closed = server.close(10_000);
    assert.equal(await readToEnd(idle), "");
    await assert.rejects(connect(at), Deno.errors.ConnectionRefused);
    held.resolve();
    const { status, headers } = await asked;
    assert.deepEqual([status, headers.connection], [200, ["close"]]);
    await closed;
  }, answer);
});

Deno.test("HttpServer closes after its time though an answer is missing", async () => {
  const begun = Promise.withResolvers<void>();
  const answer: Answer = () => {
    begun.resolve();
    return new Promise<Response>(() => {});
  };
  await withServer({}, async (at, server) => {
    const connection = await connect(at);
    await send(connection, "GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    await begun.promise;
    await server.close(50);
    assert.equal(await readToEnd(connection), "");
  }, answer);
});

Deno.test("HttpServer names a port in use", async () => {
  await withServer({}, async ({ port }) => {
    const [taken] = parseListeners([`http://127.0.0.1:${port}`]);
    const opening = HttpServer.open({
      listener: taken,
      key: "listeners",
      tls: null,
      limits: generous,
      bodies: new BodyBudget(1),
      answer: echo,
      clock: systemClock,
      log: keptLog(),
    });
    const message = `Cannot listen on listeners=http://127.0.0.1:${port}: Address already in use`;
    await assert.rejects(opening, (error: Error) => error.message.startsWith(message));
  });
});
