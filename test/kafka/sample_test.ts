/** The sample of a worker with Kafka works as it is, but for addresses. */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { localDisk, systemClock } from "../../src/base/mod.ts";
import { adminSettings, parseProperties, type Props } from "../../src/herder/mod.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { javaTest } from "./java.ts";

async function sample(name: string): Promise<string> {
  return await Deno.readTextFile(
    new URL(`../../config/connect-${name}.properties`, import.meta.url),
  );
}
const propsOf = (text: string) => parseProperties(new TextEncoder().encode(text));

javaTest("config/connect-kafka.properties runs the sample connectors", async () => {
  const cluster = await anyCluster();
  try {
    await inTemporaryFolder(async (folder) => {
      const topic = crypto.randomUUID();
      await Deno.writeTextFile(`${folder}/test.txt`, "foo\nbar\n");
      const connect = new Connect(folder);
      await connect.start({
        "connect-kafka": {
          ...propsOf(await sample("kafka")),
          "bootstrap.servers": cluster.bootstrapServers,
          "listeners": "http://127.0.0.1:0",
        },
        "source": { ...propsOf(await sample("file-source")), topic },
        "sink": { ...propsOf(await sample("file-sink")), name: topic, topics: topic },
      });
      await until(
        async () => await Deno.readTextFile(`${folder}/test.sink.txt`) === "foo\nbar\n",
        () => connect.log,
      );
      strictEqual(await connect.stop(), 0, connect.log);
    });
  } finally {
    await cluster.stop();
  }
});

Deno.test("config/connect-kafka.properties shows keys of TLS and SASL that there are", async () => {
  const text = (await sample("kafka"))
    .replaceAll(/^#(?=\S*(security|sasl|ssl)\.)/gm, "")
    // A file with certificates, since it is read.
    .replaceAll(/^(\S*ssl\.truststore)\.location=.*$/gm, "$1.certificates=there are none");
  const props = propsOf(text);
  for (const prefix of ["", "producer.", "consumer."]) {
    const configs: Props = { "bootstrap.servers": "h:1", "client.id": "c" };
    for (const [key, value] of Object.entries(props)) {
      const own = key.slice(prefix.length);
      if (key.startsWith(prefix) && /^(security|sasl|ssl)\./.test(own)) configs[own] = value;
    }
    deepStrictEqual(Object.keys(configs).length, 7, prefix);
    const log = { ...keptLog(), warn: (message: string) => strictEqual(message, "") };
    const sources = { readFile: localDisk.readFile, fetch, clock: systemClock, log };
    const message = await adminSettings(configs, sources).then(() => "", (error) => error.message);
    strictEqual(message, "Cannot use ssl.truststore.certificates: there is no certificate in it");
  }
});
