import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { localDisk } from "../../../src/base/mod.ts";
import { decodeJavaMap, encodeJavaMap } from "../../../src/store/java_map.ts";
import { FileOffsetStore } from "../../../src/store/mod.ts";
import golden from "../../golden/offset-files.json" with { type: "json" };

const text = (bytes: Uint8Array | null) => bytes === null ? null : new TextDecoder().decode(bytes);

for (const { file, hex, entries } of golden.standaloneOffsetFiles) {
  Deno.test(`decodeJavaMap() reads ${file} of Kafka Connect, and encodeJavaMap() writes the same bytes`, () => {
    const map = decodeJavaMap(Uint8Array.fromHex(hex));
    deepStrictEqual(
      new Map(map.map(([key, value]) => [text(key), text(value)])),
      new Map(entries.map(({ key, value }) => [key, value])),
    );
    strictEqual(encodeJavaMap(map).toHex(), hex);
  });
}

Deno.test("decodeJavaMap() reads back every map that encodeJavaMap() writes", () => {
  const item = fc.option(fc.uint8Array({ maxLength: 40 }));
  fc.assert(fc.property(fc.array(fc.tuple(item, item), { maxLength: 60 }), (entries) => {
    deepStrictEqual(decodeJavaMap(encodeJavaMap(entries)), entries);
  }));
});

Deno.test("decodeJavaMap() refuses every truncation of a map, and never hangs on a flipped bit", () => {
  const bytes = Uint8Array.fromHex(golden.standaloneOffsetFiles[1].hex);
  for (let end = 0; end < bytes.length; end++) {
    throws(() => decodeJavaMap(bytes.subarray(0, end)), { name: "CorruptError" });
  }
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = bytes.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    try {
      decodeJavaMap(flipped);
    } catch (error) {
      strictEqual((error as Error).name, "CorruptError");
    }
  }
});

Deno.test("FileOffsetStore reads what it committed, also after it is opened again", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/deep/offsets`;
    const store = await FileOffsetStore.open(localDisk, path);
    deepStrictEqual(store.read("c", ['{"filename":"a"}']), [null]);
    await Promise.all([
      store.commit("c", [['{"filename":"a"}', '{"position":1}']]),
      store.commit("c", [['{"filename":"a"}', '{"position":9007199254740993}']]),
      store.commit("d", [['{"filename":"a"}', '{"position":3}']]),
    ]);
    const again = await FileOffsetStore.open(localDisk, path);
    deepStrictEqual(again.read("c", ['{"filename":"a"}', '{"filename":"b"}']), [
      '{"position":9007199254740993}',
      null,
    ]);
    deepStrictEqual(again.read("d", ['{"filename":"a"}']), ['{"position":3}']);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FileOffsetStore finds a source partition whatever the order of its fields", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = await FileOffsetStore.open(localDisk, `${folder}/offsets`);
    await store.commit("c", [['{"b":1,"a":2}', '{"position":1}']]);
    deepStrictEqual(store.read("c", ['{"a":2,"b":1}']), ['{"position":1}']);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FileOffsetStore.open() names a file that it cannot read, and leaves it alone", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "no offsets");
    await rejects(FileOffsetStore.open(localDisk, path), {
      name: "ConfigError",
      message: new RegExp(`${path}.*is not a Kafka Connect offsets file`),
    });
    strictEqual(await Deno.readTextFile(path), "no offsets");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("FileOffsetStore.list() tells a connector's offsets, none that was removed, and no one else's", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/offsets`;
    const store = await FileOffsetStore.open(localDisk, path);
    deepStrictEqual(store.list("c"), []);
    const odd = String.raw`{"\u000a":1,"\u00e9":2,"__proto__":null}`;
    await store.commit("c", [
      ['{"filename":"a"}', '{"position":9223372036854775807}'],
      ['{"filename":"b"}', '{"position":2}'],
      [odd, '{"position":3}'],
    ]);
    await store.commit('c",{"x', [['{"filename":"a"}', '{"position":4}']]);
    await store.commit("c", [['{"filename":"b"}', null]]);
    const expected = [
      ['{"filename":"a"}', '{"position":9223372036854775807}'],
      ['{"\\n":1,"é":2,"__proto__":null}', '{"position":3}'],
    ];
    deepStrictEqual(store.list("c"), expected);
    const again = await FileOffsetStore.open(localDisk, path);
    // What was removed takes no room either.
    strictEqual(decodeJavaMap(await Deno.readFile(path)).length, 3);
    deepStrictEqual(again.list("c"), expected);
    deepStrictEqual(again.list('c",{"x'), [['{"filename":"a"}', '{"position":4}']]);
    deepStrictEqual(again.read("c", [odd, '{"é":2,"__proto__":null,"\\n":1}']), [
      '{"position":3}',
      '{"position":3}',
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("FileOffsetStore.list() passes over what is no key of Kafka Connect", async () => {
  const path = await Deno.makeTempFile();
  try {
    const keys = [
      "no JSON",
      "5",
      '["c"]',
      '["c",5]',
      '["c",null]',
      '["c",{"a":1},2]',
      '[1,{"a":1}]',
    ];
    const bytes = (value: string) => new TextEncoder().encode(value);
    await Deno.writeFile(
      path,
      encodeJavaMap([
        [null, bytes('{"position":0}')],
        ...keys.map((key): [Uint8Array, Uint8Array] => [bytes(key), bytes('{"position":1}')]),
        [bytes('["c", {"a":1}]'), bytes('{"position":2}')],
      ]),
    );
    const store = await FileOffsetStore.open(localDisk, path);
    deepStrictEqual(store.list("c"), [['{"a":1}', '{"position":2}']]);
  } finally {
    await Deno.remove(path);
  }
});
