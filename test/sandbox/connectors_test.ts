/** What the herder asks of connectors in their Web Workers. */

import assert from "node:assert/strict";
import { Connectors } from "../../src/herder/mod.ts";
import { keptLog } from "../faults/memory_disk.ts";

const moody = new URL("plugins/moody.js", import.meta.url).href;

async function withConnectors(work: (connectors: Connectors) => Promise<void>): Promise<void> {
  const connectors = new Connectors(keptLog(), [moody], { onReconfigure() {}, onRaised() {} });
  try {
    await work(connectors);
  } finally {
    connectors.close();
  }
}

Deno.test("Connectors.alterOffsets() asks sources and sinks that are not started", async () => {
  await withConnectors(async (connectors) => {
    const source = { "connector.class": "FileStreamSource", "file": "/f", "topic": "t" };
    const change = (position: unknown) => ({
      type: "source" as const,
      offsets: [{ partition: { filename: "/f" }, offset: { position } }],
    });
    assert.equal(await connectors.alterOffsets(source, change(4)), true);
    assert.equal(await connectors.alterOffsets(source, change(4n)), true);
    await assert.rejects(connectors.alterOffsets(source, change(-1)), {
      name: "RemoteError",
      message: "The value for the 'position' key in the offset should be a non-negative value",
    });
    const sink = { "connector.class": "FileStreamSink", "topics": "t" };
    const offsets = [{ topic: "t", partition: 0, offset: 5n }, {
      topic: "t",
      partition: 1,
      offset: null,
    }];
    assert.equal(await connectors.alterOffsets(sink, { type: "sink", offsets }), true);
  });
});

Deno.test("Connectors.alterOffsets() says why a plugin refuses, and takes no nonsense", async () => {
  await withConnectors(async (connectors) => {
    const alter = (mood: string) =>
      connectors.alterOffsets({ "connector.class": "Moody", mood }, {
        type: "source",
        offsets: [{ partition: null, offset: { at: 7 } }],
      });
    assert.equal(await alter("takes all"), true);
    await assert.rejects(alter("refuses offsets"), { name: "RemoteError", message: "not 7" });
    await assert.rejects(alter("leaves offsets alone"), {
      name: "RemoteError",
      message: /The answer to alterOffsets is not what it must be/,
    });
  });
});
