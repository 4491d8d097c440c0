/** The file of connectors that were changed while a worker ran. */

import assert from "node:assert/strict";
import { FileConnectorStore, type StoredConnector } from "../../../src/store/mod.ts";
import { MemoryDisk } from "../../faults/memory_disk.ts";

const path = "data/connectors.json";
const connector: StoredConnector = {
  config: JSON.parse('{"name": "c", "password": "${file:secrets:p}", "__proto__": "own"}'),
  target_state: "PAUSED",
  file: null,
};

async function diskWith(text: string): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  await disk.makeDirectory("data");
  const file = await disk.open(path, "write");
  await file.write(new TextEncoder().encode(text), 0);
  file.close();
  return disk;
}

Deno.test("FileConnectorStore keeps connectors of any name and key, and forgets them", async () => {
  const disk = new MemoryDisk();
  const store = await FileConnectorStore.open(disk, path);
  const names = ["c", "__proto__", "a/b", ""];
  for (const name of names) await store.put(name, connector);
  const deleted: StoredConnector = { config: null, target_state: "STARTED", file: { name: "d" } };
  await store.put("d", deleted);
  await store.put("c", null);
  await store.put("never there", null);
  const again = await FileConnectorStore.open(disk, path);
  assert.deepEqual([...again.connectors], [
    ...names.slice(1).map((name) => [name, connector]),
    ["d", deleted],
  ]);
  assert.equal(again.connectors.get("a/b")!.config!["__proto__"], "own");
  assert.deepEqual(await disk.list("data"), [{ name: "connectors.json", isDirectory: false }]);
});

const what = `The connectors file "${path}" (config.storage.file.filename) cannot be used: `;
const one = (rest: string) => `{"version": 1, "connectors": [{"name": "c", ${rest}}]}`;
const unusable: [text: string, reason: string][] = [
  ["{", "it is not sound JSON"],
  ["\xff", "it is not sound JSON"],
  ["3", "it: Invalid type: Expected Object but received 3"],
  ['{"version": 2, "connectors": []}', "version: Invalid type: Expected 1 but received 2"],
  [
    one('"config": {"a": 1}, "target_state": "STARTED", "file": null'),
    "connectors.0.config: must be an object of strings",
  ],
  [
    one('"config": {"a": "b"}, "target_state": "ASLEEP", "file": null'),
    'connectors.0.target_state: Invalid type: Expected ("STARTED" | "PAUSED" | "STOPPED") but received "ASLEEP"',
  ],
  [
    `{"version": 1, "connectors": [${
      Array(2).fill('{"name": "c", "config": {}, "target_state": "STARTED", "file": null}')
    }]}`,
    'there are two connectors "c"',
  ],
];
for (const [text, reason] of unusable) {
  Deno.test(`FileConnectorStore refuses ${text.slice(0, 60)}, and leaves it`, async () => {
    const disk = await diskWith(text);
    await assert.rejects(FileConnectorStore.open(disk, path), { message: what + reason });
    assert.equal(new TextDecoder().decode((await disk.readFile(path))!), text);
  });
}

Deno.test("FileConnectorStore takes an empty file for none, as one that a user has made", async () => {
  const store = await FileConnectorStore.open(await diskWith(""), path);
  assert.equal(store.connectors.size, 0);
});
