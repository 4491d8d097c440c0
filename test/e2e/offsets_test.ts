/** The offsets of connectors over REST, in a worker of its own: what is changed holds, and connectors go on there. */

import assert from "node:assert/strict";
import { Connect, type Files, inTemporaryFolder, until } from "./connect.ts";

function filesIn(folder: string, worker: Record<string, string> = {}): Files {
  return {
    worker: {
      "listeners": "http://127.0.0.1:0",
      "key.converter": "org.apache.kafka.connect.storage.StringConverter",
      "value.converter": "org.apache.kafka.connect.storage.StringConverter",
      "offset.storage.file.filename": "connect.offsets",
      "offset.flush.interval.ms": "100",
      "config.storage.file.filename": "connectors.json",
      ...worker,
    },
    source: {
      "name": "source",
      "connector.class": "FileStreamSource",
      "topic": "t",
      "file": `${folder}/in.txt`,
    },
    sink: {
      "name": "sink",
      "connector.class": "FileStreamSink",
      "topics": "t",
      "file": `${folder}/out.txt`,
    },
  };
}

/** A worker that is running, over REST. */
class Client {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url.replace(/\/$/, "");
  }

  async ask(
    method: string,
    path: string,
    body?: string,
  ): Promise<{ status: number; text: string }> {
    const headers = body === undefined ? undefined : { "content-type": "application/json" };
    const answer = await fetch(`${this.#url}${path}`, { method, headers, body });
    return { status: answer.status, text: await answer.text() };
  }

  async stop(connector: string): Promise<void> {
    assert.equal((await this.ask("PUT", `/connectors/${connector}/stop`)).status, 204);
  }

  async resume(connector: string): Promise<void> {
    assert.equal((await this.ask("PUT", `/connectors/${connector}/resume`)).status, 202);
  }

  async offsets(connector: string): Promise<string> {
    return (await this.ask("GET", `/connectors/${connector}/offsets`)).text;
  }

  /** Changes the one offset of a connector. */
  async alter(connector: string, partition: string, offset: string): Promise<void> {
    const body = `{"offsets":[{"partition":${partition},"offset":${offset}}]}`;
    const { status, text } = await this.ask("PATCH", `/connectors/${connector}/offsets`, body);
    const message = "The offsets for this connector have been altered successfully";
    assert.deepEqual([status, JSON.parse(text)], [200, { message }]);
  }
}

Deno.test("connectors go on where their offsets were put over REST, also after the worker was killed", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const out = () => Deno.readTextFileSync(`${folder}/out.txt`);
    const isWritten = (text: string) =>
      until(() => out() === text, () => `${out()} is not ${text}; ${connect.log}`);
    await Deno.writeTextFile(`${folder}/in.txt`, "one\ntwo\nthree\n");
    let client = new Client(await connect.start(filesIn(folder)));
    await isWritten("one\ntwo\nthree\n");

    // A source reads again from a position, which JSON gives as a small integer.
    const file = JSON.stringify({ filename: `${folder}/in.txt` });
    await client.stop("source");
    assert.equal(
      await client.offsets("source"),
      `{"offsets":[{"partition":${file},"offset":{"position":14}}]}`,
    );
    await client.alter("source", file, '{"position":8}');
    await client.resume("source");
    await isWritten("one\ntwo\nthree\nthree\n");

    // One that is beyond the end begins anew, and does not spin.
    await client.stop("source");
    await client.alter("source", file, '{"position":9223372036854775807}');
    assert.match(await client.offsets("source"), /"position":9223372036854775807\}/);
    await client.resume("source");
    await isWritten("one\ntwo\nthree\nthree\none\ntwo\nthree\n");
    await until(
      async () => (await client.offsets("source")).includes('"position":14'),
      () => connect.log,
    );
    assert.match(connect.log, /has 14 bytes, fewer than the \d+ read before/);

    // A sink writes again from an offset.
    await client.stop("sink");
    const place = '{"kafka_partition":0,"kafka_topic":"t"}';
    assert.equal(
      await client.offsets("sink"),
      `{"offsets":[{"partition":${place},"offset":{"kafka_offset":7}}]}`,
    );
    await client.alter("sink", place, '{"kafka_offset":6}');
    await Deno.remove(`${folder}/out.txt`);
    await client.resume("sink");
    await isWritten("three\n");

    // What has been answered holds, as do the states of connectors.
    await client.stop("sink");
    await client.stop("source");
    await client.alter("sink", place, '{"kafka_offset":5}');
    await client.alter("source", file, '{"position":4}');
    await connect.stop("SIGKILL");
    await Deno.remove(`${folder}/out.txt`);
    client = new Client(await connect.start(filesIn(folder)));
    assert.match(await client.offsets("sink"), /"kafka_offset":5\}/);
    assert.match(await client.offsets("source"), /"position":4\}/);
    for (const connector of ["sink", "source"]) await client.resume(connector);
    await isWritten("two\nthree\ntwo\nthree\n");

    for (const connector of ["sink", "source"]) {
      await client.stop(connector);
      const { status, text } = await client.ask("DELETE", `/connectors/${connector}/offsets`);
      const message = "The offsets for this connector have been reset successfully";
      assert.deepEqual([status, JSON.parse(text)], [200, { message }]);
      assert.equal(await client.offsets(connector), '{"offsets":[]}');
    }
    await connect.stop("SIGKILL");
    await Deno.remove(`${folder}/out.txt`);
    client = new Client(await connect.start(filesIn(folder)));
    for (const connector of ["sink", "source"]) await client.resume(connector);
    await until(() => out().split("\n").length === 13, () => `${out()}; ${connect.log}`);
    assert.ok(out().endsWith("two\nthree\none\ntwo\nthree\n"), out());
    assert.equal(await connect.stop(), 0);
  });
});

Deno.test("the topics of connectors are told, and forgotten, as the worker is told to", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    await Deno.writeTextFile(`${folder}/in.txt`, "one\n");
    let client = new Client(await connect.start(filesIn(folder)));
    const isTold = (connector: string, topics: string) =>
      until(
        async () =>
          (await client.ask("GET", `/connectors/${connector}/topics`)).text ===
            `{"${connector}":{"topics":[${topics}]}}`,
        () => connect.log,
      );
    await isTold("source", '"t"');
    await isTold("sink", '"t"');
    for (const change of ["pause", "resume", "stop", "resume"]) {
      await client.ask("PUT", `/connectors/sink/${change}`);
    }
    await client.ask("POST", "/connectors/sink/restart?includeTasks=true");
    await isTold("sink", '"t"');
    assert.equal((await client.ask("PUT", "/connectors/source/topics/reset")).status, 202);
    await isTold("source", "");
    await Deno.writeTextFile(`${folder}/in.txt`, "two\n", { append: true });
    await isTold("source", '"t"');
    assert.equal((await client.ask("DELETE", "/connectors/sink")).status, 204);
    await isTold("sink", "");
    assert.equal(await connect.stop(), 0);

    const refusal = async (method: string, path: string) => {
      const { status, text } = await client.ask(method, `/connectors/source/topics${path}`);
      return `${status} ${JSON.parse(text).message}`;
    };
    client = new Client(
      await connect.start(filesIn(folder, { "topic.tracking.allow.reset": "false" })),
    );
    assert.equal(await refusal("PUT", "/reset"), "403 Topic tracking reset is disabled.");
    // They are those of this process, as in Java.
    await isTold("sink", "");
    assert.equal(await connect.stop(), 0);
    client = new Client(await connect.start(filesIn(folder, { "topic.tracking.enable": "false" })));
    assert.equal(await refusal("GET", ""), "403 Topic tracking is disabled.");
    assert.equal(await refusal("PUT", "/reset"), "403 Topic tracking is disabled.");
    assert.equal(await connect.stop(), 0);
  });
});
