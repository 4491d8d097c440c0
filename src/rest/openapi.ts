/**
 * The table of routes as OpenAPI 3.1 tells it, schemas included.
 *
 * @module
 */

import { toJsonSchema, toJsonSchemaDefs } from "@valibot/to-json-schema";
import type * as v from "valibot";
import * as answers from "./answers.ts";
import { AlterOffsetsRequest, CreateConnectorRequest, jsonSchemas } from "./bodies.ts";
import { KAFKA_VERSION } from "./root.ts";
import type { Route } from "./route.ts";

/** An object of the document. */
type Part = Record<string, unknown>;

const title = "Kafka Connect for the edge";
const description = `The REST API of Kafka Connect ${KAFKA_VERSION}, and what is added to it.`;

/** Schemas that have names. */
const definitions = { ...answers, CreateConnectorRequest, AlterOffsetsRequest };

const errors: Readonly<Record<number | string, string>> = {
  400: "The request makes no sense",
  403: "It is not allowed here",
  404: "There is no such thing",
  409: "There is one already",
  default: "What went wrong",
};

/** What is told of a thing that was made beside itself. */
const made = {
  headers: { Location: { description: "Where it is", schema: { type: "string", format: "uri" } } },
};

/** The document. */
export function openApiOf(routes: readonly Route[]): Part {
  const paths: Record<string, Part> = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  }
  return {
    openapi: "3.1.0",
    info: { title, description, version: KAFKA_VERSION },
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: { schemas: toJsonSchemaDefs(definitions, conversion) },
  };
}

function operation({ method, path, tag, summary, query = {}, body, ...route }: Route): Part {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([_, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: name === "task" ? "integer" : "string" },
  }));
  const inQuery = Object.entries(query).map(([name, { description, schema, isList }]) => ({
    name,
    in: "query",
    description,
    schema: isList ? { type: "array", items: schemaOf(schema) } : schemaOf(schema),
  }));
  const told = Object.entries(route.answers).map((
    [status, { description, schema }],
  ) => [status, { description, ...schema && content(schema), ...status === "201" && made }]);
  const failed = [...route.errors ?? [], "default" as const].map((
    status,
  ) => [status, { description: errors[status], ...content(answers.ErrorMessage) }]);
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...inPath.length + inQuery.length > 0 ? { parameters: [...inPath, ...inQuery] } : {},
    ...body ? { requestBody: { required: true, ...content(body) } } : {},
    responses: Object.fromEntries([...told, ...failed]),
  };
}

/** `GET /connectors/{connector}/status` is `getConnectorsConnectorStatus`. */
function operationId(method: string, path: string): string {
  const words = path.match(/\w+/g) ?? ["root"];
  const capitalized = words.map((word) => word[0].toUpperCase() + word.slice(1));
  return method.toLowerCase() + capitalized.join("");
}

function content(schema: v.GenericSchema): Part {
  return { content: { "application/json": { schema: schemaOf(schema) } } };
}

function schemaOf(schema: v.GenericSchema): object {
  const { $schema: _, $defs: __, ...converted } = toJsonSchema(schema, {
    ...conversion,
    definitions,
  });
  return converted;
}

const conversion = {
  target: "draft-2020-12",
  // What they make of what is sent is of no concern; what cannot be known of them is in jsonSchemas.
  errorMode: "ignore",
  overrideSchema: ({ valibotSchema }: { valibotSchema: unknown }) => jsonSchemas.get(valibotSchema),
  overrideRef: ({ referenceId }: { referenceId: string }) => `#/components/schemas/${referenceId}`,
} as const;
