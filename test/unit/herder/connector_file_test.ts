import assert from "node:assert/strict";
import recorded from "../../golden/connector-files.json" with { type: "json" };
import { parseConnectorFile } from "../../../src/herder/config/connector_file.ts";

const encoder = new TextEncoder();
const parse = (file: string) => parseConnectorFile("FILE", encoder.encode(file));

/** Where Java ends in a NullPointerException, keeps what no connector can run with, or reads on. */
const ours: Record<string, RegExp> = {
  '{"name": "c", "config": {"name": null}}': /FILE: name: Null value can not be supplied/,
  '{"name": "c", "a": null}': /FILE: a: Null value can not be supplied/,
  '{"name": "c", "config": {"a": null}}': /FILE: a: Null value can not be supplied/,
  '{"name": "c", "config": null}': /FILE: config: Null value can not be supplied/,
  '{"name": "c", "config": []}': /FILE: the value of config must be text, .* not an array/,
  '{"name": null, "config": {"a": "b"}}': /FILE: name: Null value can not be supplied/,
  '{"name": null, "a": "b"}': /FILE: name: Null value can not be supplied/,
  '{"config": {"a": "b"}}': /at 'FILE' is missing the mandatory 'name' configuration/,
  "null": /at 'FILE' is missing the mandatory 'name' configuration/,
  '{"name": "c", "a": {"b": "c"}}': /FILE: the value of a must be text, .* not an object/,
  '{"name": "c", "a": ["b"]}': /FILE: the value of a must be text, .* not an array/,
  '{"name": "c", "config": {"a": {"b": "c"}}}': /FILE: the value of a must be text, .* object/,
  '{"name": "c", "config": {"a": ["b"]}}': /FILE: the value of a must be text, .* not an array/,
  '{"name": "c", "config": {"a": "b"}, "initial_state": "nope"}':
    /FILE: initial_state "nope" must be one of RUNNING, PAUSED, STOPPED/,
  '{"name": "c", "config": {"a": "b"}, "initial_state": 1}':
    /FILE: initial_state "1" must be one of RUNNING, PAUSED, STOPPED/,
  '{"name": "c", "a": "b"} trailing': /^FILE: it is not sound JSON/,
  '{"name": "c", "a": "b"': /^FILE: it is not sound JSON/,
  '{"name": "c", "a": "b",}': /^FILE: it is not sound JSON/,
  "{'name': 'c'}": /^FILE: it is not sound JSON/,
  '{name: "c"}': /^FILE: it is not sound JSON/,
};

for (const { file, config, initialState, error } of recorded) {
  Deno.test(`parseConnectorFile() reads ${JSON.stringify(file)}`, () => {
    if (Object.hasOwn(ours, file)) {
      assert.throws(() => parse(file), { name: "ConfigError", message: ours[file] });
    } else if (error !== undefined) {
      const message = error.replace("org.apache.kafka.connect.errors.ConnectException: ", "");
      assert.throws(() => parse(file), { name: "ConfigError", message });
    } else {
      const read = parse(file);
      assert.deepEqual(Object.entries(read.props).sort(), Object.entries(config!).sort());
      assert.equal(read.initialState, initialState ?? "RUNNING");
    }
  });
}

Deno.test("parseConnectorFile() names the file and the line of a malformed escape", () => {
  assert.throws(() => parse("name=c\na=\\u1"), {
    message: "FILE: line 2: Malformed \\uxxxx encoding.",
  });
});

Deno.test("parseConnectorFile() quotes nothing of what may be a secret", () => {
  for (const rest of [", x", "}} x", " 1", ", 'y': 1}", "\n"]) {
    assert.throws(
      () => parse(`{"name": "c", "password": "s3cret"${rest}`),
      ({ message }: Error) => /^FILE: it is not sound JSON/.test(message) && !/s3c/.test(message),
    );
  }
});
