import assert from "node:assert/strict";
import { Headers, Schemas, SinkRecord, SourceRecord } from "../../../../mod.ts";

const fields = {
  topic: "t",
  kafkaPartition: 3,
  keySchema: Schemas.int32,
  key: 7,
  valueSchema: Schemas.string,
  value: "v",
  timestamp: 1700000000123,
  headers: new Headers().add("h", 1, Schemas.int32),
};
const changes = {
  topic: "u",
  kafkaPartition: 4,
  keySchema: Schemas.int64,
  key: 8n,
  valueSchema: Schemas.bytes,
  value: Uint8Array.of(1),
  timestamp: 5,
  headers: new Headers().add("i", 2, Schemas.int32),
};
const names = Object.keys(changes) as (keyof typeof changes)[];
const source = new SourceRecord({
  ...fields,
  sourcePartition: { file: "f" },
  sourceOffset: { position: 9n },
});
const sink = new SinkRecord({ ...fields, kafkaOffset: 2n ** 62n, timestampType: "CreateTime" });

for (const record of [source, sink]) {
  const kind = record.constructor.name;

  Deno.test(`${kind}.newRecord() changes the one field that it is given`, () => {
    for (const name of names) {
      const changed = record.newRecord({ [name]: changes[name] });
      for (const each of names) {
        const expected = each === name ? changes[each] : record[each];
        if (each === "headers" && each !== name) assert.ok(changed.headers.equals(record.headers));
        else assert.equal(changed[each], expected, `${each} when ${name} is changed`);
      }
    }
  });

  Deno.test(`${kind}.newRecord() takes a field away when it is given null or undefined`, () => {
    for (const name of names.filter((each) => each !== "topic" && each !== "headers")) {
      assert.equal(record.newRecord({ [name]: null })[name], null, name);
      assert.equal(record.newRecord({ [name]: undefined })[name], null, name);
    }
    assert.equal(record.newRecord({ headers: null }).hasHeaders, false);
  });

  Deno.test(`${kind}.newRecord() gives the copy headers of its own`, () => {
    record.newRecord({}).headers.add("more", 1);
    assert.equal(record.headers.size, 1);
  });
}

Deno.test("SourceRecord.newRecord() keeps where in the source the record comes from", () => {
  const { sourcePartition, sourceOffset } = source.newRecord(changes);
  assert.equal(sourcePartition, source.sourcePartition);
  assert.equal(sourceOffset, source.sourceOffset);
});

Deno.test("SinkRecord.newRecord() keeps where in Kafka the record was read", () => {
  const { kafkaOffset, timestampType, originalTopic, originalKafkaPartition } = sink
    .newRecord(changes).newRecord(changes);
  assert.deepEqual([kafkaOffset, timestampType], [2n ** 62n, "CreateTime"]);
  assert.deepEqual([originalTopic, originalKafkaPartition], ["t", 3]);
});
