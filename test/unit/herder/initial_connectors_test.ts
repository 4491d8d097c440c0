/** Whether a connector's file or what REST has changed counts when a worker starts. */

import assert from "node:assert/strict";
import { type InitialConnector, initialConnectors } from "../../../src/herder/mod.ts";
import type { StoredConnector } from "../../../src/store/mod.ts";
import { keptLog } from "../../faults/memory_disk.ts";

const said = { name: "c", a: "1" };
const says: InitialConnector = {
  props: said,
  description: { type: "source", name: "X", version: "1", taskClass: "T", permissions: {} },
  target: "STARTED",
  file: said,
};
const changed = { name: "c", a: "2" };
const stored = (more: Partial<StoredConnector>): StoredConnector => (
  { config: changed, target_state: "PAUSED", file: said, ...more }
);

const cases: [
  what: string,
  files: InitialConnector[],
  stored: StoredConnector | null,
  initial: [config: unknown, target: string][],
  outdated: string[],
  told: RegExp | null,
][] = [
  ["a file alone", [says], null, [[said, "STARTED"]], [], null],
  ["a change alone", [], stored({ file: null }), [[changed, "PAUSED"]], [], null],
  ["a change of what the file says still", [says], stored({}), [[changed, "PAUSED"]], [], null],
  [
    "a change of what the file says in another order",
    [says],
    stored({ file: { a: "1", name: "c" } }),
    [[changed, "PAUSED"]],
    [],
    null,
  ],
  [
    "a change of what the file does not say any longer",
    [says],
    stored({ file: { name: "c", a: "0" } }),
    [[said, "STARTED"]],
    ["c"],
    /^info Connector c is what its file says/,
  ],
  [
    "a connector of REST that has a file now",
    [says],
    stored({ file: null }),
    [[said, "STARTED"]],
    ["c"],
    /^info Connector c is what its file says/,
  ],
  [
    "a deletion",
    [says],
    stored({ config: null }),
    [],
    [],
    /^warn Connector c was deleted over REST/,
  ],
  [
    "a change of a file that is not there",
    [],
    stored({}),
    [],
    [],
    /^warn .* its file is not among/,
  ],
  ["a deletion of a file that is not there", [], stored({ config: null }), [], [], null],
];
for (const [what, files, kept, initial, outdated, told] of cases) {
  Deno.test(`initialConnectors() sees to ${what}`, () => {
    const log = keptLog();
    const all = initialConnectors(files, new Map(kept === null ? [] : [["c", kept]]), log);
    assert.deepEqual(all.initial.map(({ props, target }) => [props, target]), initial);
    assert.deepEqual(all.outdated, outdated);
    assert.equal(log.lines.length, told === null ? 0 : 1);
    if (told !== null) assert.match(log.lines[0], told);
  });
}
