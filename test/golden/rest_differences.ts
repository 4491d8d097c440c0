/** Where a standalone worker of ours answers otherwise than Kafka's, on purpose, and what it answers. */

import { allRoutes } from "../../src/rest/mod.ts";
import { openApiOf } from "../../src/rest/openapi.ts";
import type { Json, Step } from "./rest_steps.ts";

/** A difference. */
export interface Difference {
  /** Why. */
  why: string;
  /** Whether it shows in a step. */
  when(step: Step): boolean;
  /** What is answered instead. */
  answers(step: Step): Step;
  /** What of our answer is compared; all unless told. */
  shown?(body: Json): Json;
}

const json = { "content-type": "application/json" };

function refused(step: Step, status: number, message: string): Step {
  return answering(step, status, { error_code: status, message });
}

function answering(step: Step, status: number, response: Json): Step {
  const { bodyEmpty: _, responseText: __, ...rest } = step;
  return { ...rest, status, headers: json, response };
}

function nothing(step: Step, status: number): Step {
  const { response: _, responseText: __, ...rest } = step;
  return { ...rest, status, headers: {}, bodyEmpty: true };
}

const messageOf = (step: Step) => (step.response as { message: string }).message;

const cannot = "The request's body cannot be used: ";
const noJson = "The request's body is not JSON: ";
const noBody = "The request has no body, where JSON is expected";
const scalar = "expected a string, a number or a boolean";
const endOfObject = `${noJson}Unexpected end-of-input: expected close marker for Object ` +
  "(start marker at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); " +
  "line: 1, column: 1]) (line 1, column 2)";

/** What is wrong with bodies for which Java answers 500, by step. */
const wrongBodies: Readonly<Record<string, string>> = {
  "malformed json":
    `${noJson}Unexpected end-of-input within/between Object entries (line 1, column 15)`,
  "malformed json, bad token": `${noJson}Unexpected character ('n' (code 110)): was expecting ` +
    "double-quote to start field name (line 1, column 2)",
  "not json": `${noJson}Unrecognized token 'hello': was expecting (JSON String, Number, Array, ` +
    "Object or token 'null', 'true' or 'false') (line 1, column 6)",
  "trailing tokens": `${noJson}it is not one value and nothing else`,
  "empty body": noBody,
  "no body, no content-type": noBody,
  "json null": `${cannot}expected an object`,
  "json array": `${cannot}expected an object`,
  "json string": `${cannot}expected an object`,
  "empty object": `${cannot}"config" is missing`,
  "unknown field": `${cannot}there is no field "nope"`,
  "config missing": `${cannot}"config" is missing`,
  "config null": `${cannot}config: expected an object`,
  "config a string": `${cannot}config: expected an object`,
  "config a list": `${cannot}config: expected an object`,
  "config value an object": `${cannot}config.a: ${scalar}`,
  "config value a list": `${cannot}config.a: ${scalar}`,
  "initial_state bad": `${cannot}initial_state: expected one of RUNNING, PAUSED, STOPPED`,
  "initial_state empty": `${cannot}initial_state: expected one of RUNNING, PAUSED, STOPPED`,
  "PUT config: malformed": endOfObject,
  "PUT config: empty body": noBody,
  "PUT config: no body": noBody,
  "PUT config: null": `${cannot}expected an object`,
  "PATCH config, malformed": endOfObject,
  "PATCH config, empty body": noBody,
  "PATCH config, null": `${cannot}expected an object`,
  "PATCH offsets: malformed": endOfObject,
  "PATCH offsets: null body": `${cannot}expected an object`,
  "PATCH offsets: unknown field": `${cannot}there is no field "x"`,
  "malformed": endOfObject,
};

/** Connectors that Java makes and cannot delete, or makes of null values: here they are not there. */
const leftOver = /^gold-x-(nc|a%b|a\\b|a%2Fb|a\/b|x\/\.\.\/y|nnn.*)$/;
const undeletable = /%2F|%5C|%25/;
const refusedPath: Readonly<Record<string, [status: number, message: string]>> = {
  "//connectors": [400, "Ambiguous URI empty segment"],
  "/connectors//gold-x-src": [400, "Ambiguous URI empty segment"],
  "/connectors//config": [400, "Ambiguous URI empty segment"],
  "/connectors/%2e%2e/connectors": [400, "Ambiguous URI path segment"],
  "/connectors/a%zz": [400, "Bad Request"],
  "/connectors/a%00b": [400, "Bad Request"],
  "/connectors/a%ff": [400, "Bad UTF-8 encoding"],
  "/connectors/a%0Ab": [400, "Suspicious Path Character"],
  "/connectors/a%2Fb": [404, "Connector a/b not found"],
  "/connectors/a%25b": [404, "Connector a%b not found"],
  "/connectors/a%5Cb": [404, "Connector a\\b not found"],
};

/** What the status and the list of connectors are without those that are not there. */
function withoutLeftOver(step: Step): Step {
  const { response } = step;
  const isGone = (name: string) => leftOver.test(name);
  if (Array.isArray(response)) {
    return { ...step, response: response.filter((name) => !isGone(String(name))) };
  }
  const left = Object.entries(response as object).filter(([name]) => !isGone(name));
  return { ...step, response: Object.fromEntries(left) };
}

/** What is told of a connector whose name cannot be asked for in Java. */
function toldOf(step: Step): Step {
  const name = decodeURIComponent(step.path.split("/")[2]);
  if (step.method === "DELETE") return nothing(step, 204);
  const worker = { state: "RUNNING", worker_id: "${WORKER}", version: "4.2.0" };
  if (step.path.endsWith("/status")) {
    const tasks = [{ id: 0, ...worker }];
    return answering(step, 200, { name, connector: worker, tasks, type: "source" });
  }
  return answering(step, 200, {
    name,
    config: {
      "connector.class": "FileStreamSource",
      "tasks.max": "1",
      "file": "${DIR}/in.txt",
      "topic": "gold-x-topic",
      name,
    },
    tasks: [{ connector: name, task: 0 }],
    type: "source",
  });
}

/** Loggers that there are in both. */
function sharedLoggers(loggers: Json): Json {
  const shared = Object.entries(loggers as object).filter(([name]) =>
    /^(gold\..*|root|org\.apache\.kafka\.connect\.runtime\.Worker)$/.test(name)
  );
  return Object.fromEntries(shared);
}

/** All differences; the first that shows in a step counts. */
export const differences: readonly Difference[] = [
  {
    why: "There is one, made of the schemas",
    when: ({ path }) => path === "/openapi.json",
    answers: (step) => answering(step, 200, JSON.parse(JSON.stringify(openApiOf(allRoutes())))),
  },
  {
    why: "The commit is that of this worker",
    when: ({ step }) => step === "root",
    answers: (step) => (
      { ...step, response: { ...step.response as { [name: string]: Json }, commit: "unknown" } }
    ),
  },
  {
    why:
      "Kafka answers 500 for what a client sends wrong, with the text of its JSON library or of a " +
      "NullPointerException",
    when: ({ step, status, path, method }) =>
      step in wrongBodies && status === 500 &&
      !(step === "empty body" && path !== "/connectors" && method !== "PUT"),
    answers: (step) => refused(step, 400, wrongBodies[step.step]),
  },
  {
    why: "Kafka's words for a level that is empty are those of its logging library",
    when: ({ step }) => step === "level blank",
    answers: (step) => refused(step, 404, "invalid log level ''."),
  },
  {
    why:
      "A configuration with null for a value is refused at once; Kafka makes a connector that fails",
    when: ({ step }) => step === "config value null",
    answers: (step) =>
      refused(
        step,
        400,
        "Connector configuration is invalid and contains the following 2 error(s):\n" +
          "Null value can not be supplied as the configuration value.\n".repeat(2) +
          "You can also find the above list of errors at the endpoint " +
          "`/connector-plugins/{connectorType}/config/validate`",
      ),
  },
  {
    why: "A connector that is not there is 404, as distributed workers have it",
    when: ({ step, status, path }) =>
      step === "404: no such connector" && status === 500 && /(restart|stop)$/.test(path),
    answers: (step) => {
      const colon = step.path.endsWith("/stop") ? "" : ":";
      return refused(step, 404, `Unknown connector${colon} gold-missing`);
    },
  },
  {
    why: "A class that is not there is 400 here too, as it is where connectors are made",
    when: ({ step }) => step === "plugin validate not found",
    answers: (step) => refused(step, 400, messageOf(step).replace(/^.*?Exception: /, "")),
  },
  {
    why: "Kafka's server refuses such paths in HTML, and names that are encoded",
    when: ({ path }) => path in refusedPath,
    answers: (step) => refused(step, ...refusedPath[step.path]),
  },
  {
    why: "Names with a slash, a percent sign or a backslash can be asked for; in Kafka they cannot",
    when: ({ step, path }) =>
      /^odd name: (get, percent-encoded|status|delete)$/.test(step) && undeletable.test(path),
    answers: toldOf,
  },
  {
    why: "Where such a connector is, is where it can be asked for",
    when: ({ step, headers: { location = "" } }) =>
      step === "odd name: create" && /\/connectors\/.*(\/|%2F)/.test(location.slice(9)),
    answers: (step) => {
      const { name } = step.request as { name: string };
      const location = `http://\${WORKER}/connectors/${encodeURIComponent(name)}`;
      return { ...step, headers: { ...step.headers, location } };
    },
  },
  {
    why: "There are loggers of this program, not of Java's",
    when: ({ step }) => /^(loggers \(a few keys kept\)|get empty)$/.test(step),
    answers: (step) => ({ ...step, response: sharedLoggers(step.response!) }),
    shown: sharedLoggers,
  },
  {
    why: "What was recorded is cut: the loggers whose level changed are those of this program",
    when: ({ step }) => step === "set root",
    answers: (step) => ({ ...step, response: ["gold.l2", "gold.l3", "gold.l4", "gold.l5"] }),
    shown: (names) => (names as string[]).filter((name) => /^gold\.l\d/.test(name)),
  },
  {
    why:
      "A class that is no plugin is not there; Kafka finds it among those of Java, and answers 500",
    when: ({ path }) => path === "/connector-plugins/java.lang.String/config",
    answers: (step) => refused(step, 404, "Unknown plugin java.lang.String."),
  },
  {
    why: "A name has at most 255 bytes; Kafka makes connectors that it cannot tell of",
    when: ({ step }) => step.startsWith("long name ("),
    answers: (step) => refused(step, 400, "A connector's name has at most 255 bytes in UTF-8"),
  },
  {
    why: "Connectors with such names were not made",
    when: ({ step }) => step === "long name: status",
    answers: (step) => refused(step, 404, `Connector ${step.path.split("/")[2]} not found`),
  },
  {
    why: "The patch of a name that is not the connector's is refused; Kafka stores it",
    when: ({ step }) => step === "PATCH config, name mismatch",
    answers: (step) =>
      refused(
        step,
        400,
        "Connector name configuration (other) doesn't match connector name in the URL (gold-x-snk)",
      ),
  },
  {
    why: "The name was not changed before",
    when: ({ step }) => step === "config at end",
    answers: (step) => (
      { ...step, response: { ...step.response as { [name: string]: Json }, name: "gold-x-snk" } }
    ),
  },
  {
    why: "A restart of a task that is not there leaves no status behind",
    when: ({ step }) => step === "status after restart of no such task",
    answers: (step) => {
      const status = step.response as { tasks: Json[] };
      return { ...step, response: { ...status, tasks: status.tasks.slice(0, 1) } };
    },
  },
  {
    why: "A restart of a task that is not there leaves no status behind",
    when: ({ step }) => step === "task 7 status",
    answers: (step) => refused(step, 404, "No status found for task gold-x-nt-7"),
  },
  {
    why: "Connectors that Kafka cannot delete, or made of null values, are not there",
    when: ({ method, path, response }) =>
      method === "GET" && /^\/connectors(\?|$)/.test(path) && response !== undefined &&
      (Array.isArray(response) ? response : Object.keys(response as object))
        .some((name) => leftOver.test(String(name))),
    answers: withoutLeftOver,
  },
];

/** A step with what the record leaves out: names that are very long, and are another's. */
export function completed(step: Step): Step {
  const path = step.path.replace(/gold-[sd]2/, "gold-x").replace("gold-x+", "gold-s2+");
  const length = Number(/^long name \((\d+) chars\)$/.exec(step.step)?.[1]);
  if (!(length > 0)) return { ...step, path };
  const { requestText: _, ...rest } = step;
  const config = { "connector.class": "FileStreamSource", "topic": "gold-x-topic" };
  return { ...rest, request: { name: "n".repeat(length), config } };
}

/** The connectors that were deleted before a step, which is not recorded. */
export function deletedBefore({ step, request }: Step): string[] {
  if (step === "create the source again") return ["gold-x-src", "\u00a0x"];
  const name = step === "odd name: create" ? (request as { name: string }).name : null;
  return name === "trail " ? ["lead"] : name === "a\tb" ? ["trail"] : [];
}
