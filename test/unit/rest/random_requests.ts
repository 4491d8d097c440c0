/** Requests as nobody should send them: a random route with random names, queries, headers and bodies. */

import fc from "fast-check";
import { allRoutes } from "../../../src/rest/mod.ts";

/** A request. */
export interface RandomRequest {
  method: string;
  /** Path and query, as they are sent. */
  target: string;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer> | null;
}

/** What is no name, or looks like none. */
const segments = [
  "x",
  "0",
  "-1",
  "..",
  ".",
  "%2e%2e",
  "..%2F..%2Fetc%2Fpasswd",
  "%00",
  "%0d%0aSet-Cookie:x",
  "%zz",
  "%",
  "%ff",
  "%ed%a0%80",
  "%25",
  "%5C",
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "a;b=c",
  "%3Cscript%3E",
  "%24%7Bfile:x:y%7D",
  "%7B%7D",
  "%E2%80%AE",
  "9".repeat(30),
  "n".repeat(300),
  "FileStreamSource",
  "root",
];
const segment = fc.oneof(
  { arbitrary: fc.constantFrom("x", "0"), weight: 2 },
  fc.constantFrom(...segments),
  fc.string({ unit: "grapheme" }).map((text) => encodeURIComponent(text.toWellFormed()) || "x"),
);

const json = (value: unknown) => JSON.stringify(value) ?? "null";
const value = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e300, "", " ", "x", "FileStreamSource", "__proto__"),
  fc.string({ unit: "grapheme" }),
  fc.anything({ maxDepth: 3 }).map((any) => JSON.parse(json(any))),
);
const key = fc.oneof(
  fc.constantFrom("name", "connector.class", "tasks.max", "topic", "topics", "transforms"),
  fc.constantFrom("constructor", "toString", "config", "key.converter", "errors.tolerance"),
  fc.string(),
);
const sound = { "connector.class": "FileStreamSource", topic: "t", file: "none" };
const config = fc.oneof(
  fc.constant(sound),
  fc.dictionary(key, value),
  // One that is sound but for a value or two.
  fc.dictionary(key, value, { maxKeys: 2 }).map((wrong) => ({ ...sound, ...wrong })),
);
const offset = fc.record({ partition: value, offset: value }, { requiredKeys: [] });

const name = fc.constantFrom("x", "0", "root", "__proto__", "constructor", "..", "%");
const level = fc.constantFrom("INFO", "debug", "", "x");

/** JSON that comes near what a route wants. */
const near = {
  config,
  connector: fc.record({ name: fc.oneof(name, value), config, initial_state: value }, {
    requiredKeys: ["name", "config"],
  }),
  offsets: fc.record({ offsets: fc.oneof(value, fc.array(offset, { maxLength: 3 })) }),
  level: fc.record({ level: fc.oneof(level, value) }),
};

function nearFor(path: string): fc.Arbitrary<unknown> {
  if (path.endsWith("/offsets")) return near.offsets;
  if (path.startsWith("/admin/loggers")) return near.level;
  return path === "/connectors" ? near.connector : near.config;
}

/** Text that is no JSON, or JSON that takes room. */
const malformed = fc.constantFrom(
  "",
  " ",
  "{",
  '{"a"',
  '{"a":}',
  "{'a':1}",
  "nul",
  "NaN",
  "01",
  "1e999",
  "1".repeat(2000),
  '{"a":1}{"b":2}',
  "\ufeff{}",
  '"\\ud800"',
  '{"__proto__":{"isAdmin":true}}',
  '{"config":{"__proto__":"x"},"name":"x"}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"a":12345678901234567890.123e-5}',
  "[".repeat(5000),
  '{"a":'.repeat(2000) + "1" + "}".repeat(2000),
  `{"name":"${"n".repeat(100_000)}","config":{}}`,
  `{${Array.from({ length: 5000 }, (_, n) => `"k${n}":${n}`).join()}}`,
);
const bodyFor = (path: string) =>
  fc.oneof(
    { arbitrary: nearFor(path).map(json), weight: 6 },
    malformed,
    fc.constant(null),
    value.map(json),
    fc.json(),
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Uint8Array.from(bytes)),
  );

const word = fc.oneof(
  fc.constantFrom("", "true", "TRUE", "cluster", "status", "info", "latest", "%zz", "%ff", "%00"),
  fc.string().map(encodeURIComponent),
);
const parameter = fc.constantFrom(
  "expand",
  "includeTasks",
  "onlyFailed",
  "forward",
  "connectorsOnly",
  "scope",
  "version",
  "__proto__",
  "%",
);
const query = fc.array(fc.tuple(parameter, word), { maxLength: 3 }).map((pairs) =>
  pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`
);

const headers = fc.record({
  "content-type": fc.oneof(
    { arbitrary: fc.constant("application/json"), weight: 8 },
    fc.constantFrom(
      "application/json;charset=utf-16",
      "text/plain",
      "application/x-www-form-urlencoded",
      ";",
      "*/*",
    ),
  ),
  accept: fc.oneof(
    { arbitrary: fc.constant("*/*"), weight: 6 },
    fc.constantFrom("application/json", "text/html", ";q=x", "application/json;q=0"),
  ),
});
const method = fc.oneof(
  { arbitrary: fc.constant(null), weight: 5 },
  fc.constantFrom("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"),
);
const ending = fc.oneof(
  { arbitrary: fc.constant(""), weight: 8 },
  fc.constantFrom("/", "//", "/.", "/..", ";x", "/x", "#x"),
);

/** A random request. */
export const randomRequest: fc.Arbitrary<RandomRequest> = fc.constantFrom(...allRoutes()).chain(
  (route) =>
    fc.record({
      path: fc.tuple(segment, segment).map(([first, second]) =>
        route.path.replace(/\{\w+\}/, () => first).replace(/\{\w+\}/, () => second)
      ),
      ending,
      query,
      method: method.map((other) => other ?? route.method),
      headers,
      body: bodyFor(route.path),
    }),
).map(({ path, ending, query, method, headers, body }) => ({
  method,
  target: `${path}${ending}${query}`,
  headers,
  body: ["GET", "HEAD"].includes(method) ? null : body,
}));

/** What an answer must not show: the insides of the program. */
const insides =
  /Internal error|TypeError|RangeError|ReferenceError|undefined|is not a function|Cannot read|\.ts:\d|\n\s+at |\[object/;

/** What is wrong with an answer to whatever was asked; null when nothing is. */
export function wrongAnswer(status: number, type: string | null, text: string): string | null {
  if (status < 400) return text === "" || type !== null ? null : "there is no content type";
  if (insides.test(text)) return "it shows what is inside";
  if (text === "") return null;
  if (type?.split(";")[0] !== "application/json") return `the content type is ${type}`;
  const { error_code, message } = JSON.parse(text);
  if (error_code !== status) return `it says ${error_code}`;
  return typeof message === "string" && message !== "" ? null : "there is no message";
}
