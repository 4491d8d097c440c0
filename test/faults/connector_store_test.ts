/** The file of connectors keeps what it has acknowledged, whichever operation of the disk goes wrong. */

import assert from "node:assert/strict";
import { FileConnectorStore, type StoredConnector } from "../../src/store/mod.ts";
import { eachOperation } from "./each_fault.ts";
import type { Fault } from "./memory_disk.ts";

const path = "data/connectors.json";

interface Run {
  store: FileConnectorStore;
  /** What was acknowledged last, and what was asked for last. */
  acknowledged: number;
  asked: number;
}

function connector(number: number): StoredConnector {
  return { config: { number: `${number}` }, target_state: "STARTED", file: null };
}

const numberOf = (store: FileConnectorStore) =>
  Number(store.connectors.get("c")?.config?.number ?? 0);

for (const fault of ["fail", "crash", "crashAfter"] satisfies Fault[]) {
  Deno.test(`connectors that were kept survive each operation's ${fault}`, async () => {
    const count = await eachOperation<Run>(fault, {
      async prepare(disk) {
        return { store: await FileConnectorStore.open(disk, path), acknowledged: 0, asked: 0 };
      },
      async act(run) {
        for (let number = 1; number <= 3; number++) {
          run.asked = number;
          await run.store.put("c", connector(number)).then(
            () => run.acknowledged = number,
            () => {},
          );
          // What could not be written is not what counts.
          assert.equal(numberOf(run.store), run.acknowledged);
        }
      },
      close: () => Promise.resolve(),
      async check({ acknowledged, asked }, disk, where) {
        const found = numberOf(await FileConnectorStore.open(disk.afterKill(), path));
        const isKept = found >= acknowledged && found <= asked;
        assert.ok(isKept, `${where}: ${found}, not from ${acknowledged} to ${asked}`);
      },
    });
    assert.ok(count >= 15, `${count} operations`);
  });
}
