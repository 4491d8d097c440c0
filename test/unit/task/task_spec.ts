/** What tasks and their loops are told in tests, beside what a test says. */

import stringConverter from "../../../plugins/converters/string_converter.ts";
import type { Converter, HeaderConverter } from "../../../src/api/mod.ts";
import { type Converters, strictErrors, type TaskSpec } from "../../../src/task/mod.ts";

const string = { className: "StringConverter", props: {} };
const converter = new stringConverter[0].create() as Converter & HeaderConverter;

/** Task 0 of the connector c, which takes text and commits offsets once a minute. */
export function taskSpec(told: Partial<TaskSpec> & Pick<TaskSpec, "kind">): TaskSpec {
  return {
    connector: "c",
    task: 0,
    className: "Scripted",
    props: {},
    transforms: [],
    keyConverter: string,
    valueConverter: string,
    headerConverter: string,
    bytesInFlightMax: 1 << 20,
    batchBytesMax: 1 << 16,
    offsetFlushIntervalMs: 60_000,
    lingerMs: 0,
    compression: "none",
    compressionLevel: null,
    requestBytesMax: null,
    putRecordsMax: 500,
    errors: strictErrors,
    secrets: [],
    ...told,
  };
}

/** Converters of text. */
export const textConverters: Converters = {
  key: converter,
  value: converter,
  header: converter,
  classNames: { key: "K", value: "V", header: "H" },
};
