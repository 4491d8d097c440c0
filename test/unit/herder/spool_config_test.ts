/** The keys of store and forward. */

import assert from "node:assert/strict";
import { parseProperties, spoolConfig, unknownWorkerKeys } from "../../../src/herder/mod.ts";

const brokers = ["localhost:9092"];

Deno.test("spoolConfig() is off unless spool.dir is set, and takes 1 GiB", () => {
  assert.equal(spoolConfig({}, brokers), null);
  assert.deepEqual(spoolConfig({ "spool.dir": "s" }, brokers), { folder: "s", bytesMax: 1 << 30 });
});

Deno.test("spoolConfig() reads the sample, which has no unknown keys", async () => {
  const sample = new URL("../../../config/connect-spool.properties", import.meta.url);
  const props = parseProperties(await Deno.readFile(sample));
  const expected = { folder: "data/spool", bytesMax: 1 << 30 };
  assert.deepEqual(spoolConfig(props, [props["bootstrap.servers"]!]), expected);
  assert.deepEqual(unknownWorkerKeys(props), []);
});

const mistakes: [props: Record<string, string>, servers: string[], says: RegExp][] = [
  [{ "spool.dir": "" }, brokers, /for configuration spool\.dir: String may not/],
  [{ "spool.dir": "a\u0000b" }, brokers, /spool\.dir: String may not contain control sequences/],
  [{ "spool.dir": "s", "spool.max.bytes": "1000" }, brokers, /Value must be at least 1048576$/],
  [{ "spool.dir": "s", "spool.max.bytes": "1G" }, brokers, /Not a number of type LONG$/],
  [
    { "spool.max.bytes": "2000000" },
    brokers,
    /^spool\.max\.bytes needs spool\.dir, which is not set$/,
  ],
  [
    { "spool.dir": "s" },
    ["embedded:data"],
    /^spool\.dir=s needs brokers: with bootstrap\.servers=/,
  ],
];

for (const [props, servers, says] of mistakes) {
  Deno.test(`spoolConfig() refuses ${JSON.stringify(props)} with ${servers}`, () => {
    assert.throws(() => spoolConfig(props, servers), (error: Error) => {
      assert.equal(error.name, "ConfigError");
      assert.match(error.message, says);
      return true;
    });
  });
}
