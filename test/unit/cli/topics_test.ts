/** What `connect topics read` is told, and what it prints of records. */

import assert from "node:assert/strict";
import { parse } from "../../../src/cli/arguments.ts";
import { recordPrinter } from "../../../src/cli/record_format.ts";
import { readOptions } from "../../../src/cli/topics_arguments.ts";
import type { RecordView } from "../../../src/batch/mod.ts";

const options = (...args: string[]) => readOptions(parse("topics", ["read", "t", ...args]).values);
const bytes = (text: string) => new TextEncoder().encode(text);

const record: RecordView = {
  offset: 9_007_199_254_740_993n,
  timestampMs: 1_700_000_000_000,
  timestampType: "CreateTime",
  key: bytes("k"),
  value: bytes("v"),
  headers: [{ key: "h", value: bytes("1") }, { key: "empty", value: null }],
};

/** What is printed of a record with these options. */
function line(changes: Partial<RecordView>, ...args: string[]): string {
  const parts = recordPrinter("t", options(...args).format)(3, { ...record, ...changes });
  return parts.map((part) => new TextDecoder().decode(part)).join("");
}
const all = ["timestamp", "partition", "offset", "headers", "key"]
  .flatMap((field) => ["--property", `print.${field}=true`]);

Deno.test("topics read prints fields as Kafka's console consumer does", () => {
  assert.equal(line({}), "v\n");
  const most = "CreateTime:1700000000000\tPartition:3\tOffset:9007199254740993";
  assert.equal(line({}, ...all), `${most}\th:1,empty:null\tk\tv\n`);
  const none = { key: null, value: null, headers: [], timestampType: "LogAppendTime" } as const;
  assert.equal(
    line(none, ...all),
    `${most.replace("Create", "LogAppend")}\tNO_HEADERS\tnull\tnull\n`,
  );
  assert.equal(line({}, "--property", "print.value=false", "--property", "print.key=true"), "k\n");
});

Deno.test("topics read --json prints what kcat does, bytes exactly, and nothing that steers a terminal", () => {
  const start = '{"topic":"t","partition":3,"offset":9007199254740993,"tstype":"create",' +
    '"ts":1700000000000,"headers":';
  assert.equal(
    line({}, "--json"),
    `${start}["h","1","empty",null],"key":"k","payload":"v"}\n`,
  );
  const odd = { key: Uint8Array.of(0xff), value: bytes("\u009b\u202e\ufeff\n"), headers: [] };
  assert.equal(
    line(odd, "--json"),
    `${start}[],"key":{"base64":"/w=="},"payload":"\\u009b\\u202e\ufeff\\n"}\n`,
  );
});

Deno.test("topics read begins where it is told", () => {
  const from = (...args: string[]) => {
    const { from, partition, recordsMax } = options(...args);
    return [from, partition, recordsMax];
  };
  assert.deepEqual(from(), ["latest", null, Infinity]);
  assert.deepEqual(from("--from-beginning", "--max-messages", "5"), ["earliest", null, 5]);
  assert.deepEqual(from("--offset", "earliest", "--partition", "2"), ["earliest", 2, Infinity]);
  assert.deepEqual(from("--offset", "123", "--partition", "0"), [123n, 0, Infinity]);
});

const mistakes: [args: string[], says: string][] = [
  [["--offset", "5"], "--offset 5: --partition N must say of which partition"],
  [
    ["--offset", "x", "--partition", "0"],
    "--offset x: it must be earliest, latest or a number of at least 0",
  ],
  [["--offset", "latest", "--from-beginning"], "--from-beginning does not go with --offset"],
  [["--partition", "-"], "--partition -: it must be a number of at least 0"],
  [["--max-messages", "0"], "--max-messages 0: it must be a number of at least 1"],
  [
    ["--property", "print.x=true"],
    "--property print.x=true: only print.FIELD=true|false is known, of timestamp, partition, " +
    "offset, headers, key, value",
  ],
];
for (const [args, says] of mistakes) {
  Deno.test(`topics read refuses ${args.join(" ")}`, () => {
    assert.throws(() => options(...args), { name: "ConfigError", message: `topics read: ${says}` });
  });
}
