/** What `connect topics read` is told. */

import { ConfigError } from "../base/mod.ts";
import type { parse } from "./arguments.ts";
import { recordFields, type RecordFormat } from "./record_format.ts";
import type { ReadOptions } from "./topics.ts";

/** The options of the command. */
type Values = ReturnType<typeof parse<"topics">>["values"];

/** What is read, and how it is printed. @throws {ConfigError} naming the option that makes no sense */
export function readOptions(values: Values): ReadOptions {
  const partition = countOf(values, "partition", 0);
  return {
    from: beginningOf(values, partition),
    partition,
    recordsMax: countOf(values, "max-messages", 1) ?? Infinity,
    format: formatOf(values),
  };
}

function countOf(
  values: Values,
  option: "partition" | "max-messages",
  least: number,
): number | null {
  const text = values[option];
  if (text === undefined) return null;
  if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text);
  throw new ConfigError(
    `topics read: --${option} ${text}: it must be a number of at least ${least}`,
  );
}

/** Kafka: `ConsoleConsumerOptions`. */
function beginningOf(values: Values, partition: number | null): ReadOptions["from"] {
  const { offset, "from-beginning": fromBeginning } = values;
  if (offset === undefined) return fromBeginning ? "earliest" : "latest";
  if (fromBeginning) {
    throw new ConfigError("topics read: --from-beginning does not go with --offset");
  }
  if (offset === "earliest" || offset === "latest") return offset;
  if (!/^\d{1,18}$/.test(offset)) {
    const what = `topics read: --offset ${offset}`;
    throw new ConfigError(`${what}: it must be earliest, latest or a number of at least 0`);
  }
  if (partition !== null) return BigInt(offset);
  throw new ConfigError(
    `topics read: --offset ${offset}: --partition N must say of which partition`,
  );
}

function formatOf({ json, property = [] }: Values): RecordFormat {
  const fields = new Set<typeof recordFields[number]>(["value"]);
  for (const one of property) {
    const [, name, isPrinted] = /^print\.(\w+)=(true|false)$/.exec(one) ?? [];
    const field = recordFields.find((field) => field === name);
    if (field === undefined) {
      const what = `topics read: --property ${one}: only print.FIELD=true|false is known`;
      throw new ConfigError(`${what}, of ${recordFields.join(", ")}`);
    }
    if (isPrinted === "true") fields.add(field);
    else fields.delete(field);
  }
  return json ? "json" : fields;
}
