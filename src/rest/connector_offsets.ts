/**
 * The offsets of connectors. Kafka: `ConnectorsResource`, KIP-875.
 *
 * @module
 */

import type { Herder } from "../herder/mod.ts";
import * as answers from "./answers.ts";
import { AlterOffsetsRequest, exactNumber } from "./bodies.ts";
import { HttpError } from "./errors.ts";
import { forward, type Route, route } from "./route.ts";

const path = "/connectors/{connector}/offsets";
const tag = "offsets" as const;

/** The routes of offsets. */
export function offsetRoutes(herder: () => Herder): Route[] {
  return [
    route({
      method: "GET",
      path,
      tag,
      summary: "Tells the offsets of a connector",
      answers: { 200: { description: "The offsets", schema: answers.ConnectorOffsets } },
      errors: [404],
      answer: async ({ path }) => ({
        status: 200,
        body: { offsets: await herder().connectorOffsets(path("connector")) },
      }),
    }),
    route({
      method: "PATCH",
      path,
      tag,
      summary: "Changes offsets of a stopped connector; null takes one away",
      query: { forward },
      body: AlterOffsetsRequest,
      numberOf: exactNumber,
      answers: { 200: { description: "What became of it", schema: answers.Message } },
      errors: [400, 404],
      answer: async ({ path, body }) => {
        const offsets = body.offsets ?? [];
        if (offsets.length === 0) {
          throw new HttpError(
            400,
            "Partitions / offsets need to be provided for an alter offsets request",
          );
        }
        const given = offsets.map(({ partition = null, offset = null }) => ({ partition, offset }));
        const message = await herder().alterConnectorOffsets(path("connector"), given);
        return { status: 200, body: { message } };
      },
    }),
    route({
      method: "DELETE",
      path,
      tag,
      summary: "Forgets the offsets of a stopped connector",
      query: { forward },
      answers: { 200: { description: "What became of it", schema: answers.Message } },
      errors: [400, 404],
      answer: async ({ path }) => ({
        status: 200,
        body: { message: await herder().resetConnectorOffsets(path("connector")) },
      }),
    }),
  ];
}
