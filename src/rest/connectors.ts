/**
 * Connectors: which there are, their configurations, making and deleting them. Kafka: `ConnectorsResource`.
 *
 * @module
 */

import * as v from "valibot";
import { NotFoundError } from "../base/mod.ts";
import type { Herder, Props, TargetState } from "../herder/mod.ts";
import * as answers from "./answers.ts";
import { configMap, CreateConnectorRequest } from "./bodies.ts";
import { statusOf } from "./connector_states.ts";
import { HttpError, nullValues } from "./errors.ts";
import { encodedName } from "./request_path.ts";
import { type Answer, forward, type Route, route } from "./route.ts";

const nameBytesMax = 255;
const targetStates: Readonly<Record<string, TargetState>> = {
  RUNNING: "STARTED",
  PAUSED: "PAUSED",
  STOPPED: "STOPPED",
};

/** The routes of connectors. */
export function connectorRoutes(herder: () => Herder): Route[] {
  return [
    route({
      method: "GET",
      path: "/connectors",
      tag: "connectors",
      summary: "Names all connectors, or tells of each what `expand` asks for",
      query: {
        expand: {
          description: "What to tell of each connector",
          schema: v.picklist(["status", "info"]),
          isList: true,
        },
      },
      answers: { 200: { description: "The connectors", schema: answers.Connectors } },
      answer: ({ queries }) => list(herder(), queries("expand")),
    }),
    route({
      method: "POST",
      path: "/connectors",
      tag: "connectors",
      summary: "Makes a connector",
      query: { forward },
      body: CreateConnectorRequest,
      answers: { 201: { description: "It was made", schema: answers.ConnectorInfo } },
      errors: [400, 409],
      answer: ({ body: { name, config, initial_state }, origin }) =>
        put(herder(), {
          name: trimmed(name ?? ""),
          config,
          origin,
          isNew: true,
          initialState: initial_state ? targetStates[initial_state] : undefined,
        }),
    }),
    route({
      method: "GET",
      path: "/connectors/{connector}",
      tag: "connectors",
      summary: "Tells the configuration and the tasks of a connector",
      answers: { 200: { description: "The connector", schema: answers.ConnectorInfo } },
      errors: [404],
      answer: async ({ path }) => ({
        status: 200,
        body: await herder().connectorInfo(path("connector")),
      }),
    }),
    route({
      method: "DELETE",
      path: "/connectors/{connector}",
      tag: "connectors",
      summary: "Stops a connector and forgets it; its offsets stay",
      query: { forward },
      answers: { 204: { description: "It is gone" } },
      errors: [404],
      answer: async ({ path }) => {
        await herder().deleteConnector(path("connector"));
        return { status: 204 };
      },
    }),
    route({
      method: "GET",
      path: "/connectors/{connector}/config",
      tag: "connectors",
      summary: "Tells the configuration of a connector",
      answers: { 200: { description: "The configuration", schema: answers.ConnectorConfig } },
      errors: [404],
      answer: async ({ path }) => ({
        status: 200,
        body: (await herder().connectorInfo(path("connector"))).config,
      }),
    }),
    route({
      method: "PUT",
      path: "/connectors/{connector}/config",
      tag: "connectors",
      summary: "Gives a connector another configuration, or makes it",
      query: { forward },
      body: configMap,
      answers: {
        200: { description: "It has that configuration now", schema: answers.ConnectorInfo },
        201: { description: "It was made", schema: answers.ConnectorInfo },
      },
      errors: [400],
      answer: ({ path, body: config, origin }) =>
        put(herder(), { name: path("connector"), config, origin, isNew: false }),
    }),
    route({
      method: "PATCH",
      path: "/connectors/{connector}/config",
      tag: "connectors",
      summary: "Changes some keys of a configuration; null takes one away",
      query: { forward },
      body: configMap,
      answers: { 200: { description: "The connector", schema: answers.ConnectorInfo } },
      errors: [400, 404],
      answer: ({ path, body }) => patch(herder(), path("connector"), body),
    }),
  ];
}

async function list(herder: Herder, expansions: string[]): Promise<Answer> {
  const names = await herder.connectors();
  if (expansions.length === 0) return { status: 200, body: names };
  const told = await Promise.all(names.map(async (name) => {
    try {
      const connector: Record<string, unknown> = {};
      if (expansions.includes("status")) {
        connector.status = statusOf(await herder.connectorStatus(name));
      }
      if (expansions.includes("info")) connector.info = await herder.connectorInfo(name);
      return [name, connector] as const;
    } catch (error) {
      // It has been deleted meanwhile.
      if (error instanceof NotFoundError) return null;
      throw error;
    }
  }));
  return { status: 200, body: Object.fromEntries(told.filter((one) => one !== null)) };
}

interface ConnectorToPut {
  name: string;
  config: Record<string, string | null>;
  origin: string;
  isNew: boolean;
  initialState?: TargetState;
}

async function put(
  herder: Herder,
  { name, config, origin, isNew, initialState }: ConnectorToPut,
): Promise<Answer> {
  const props = named(name, config);
  const { created, info } = await herder.putConnectorConfig(name, props, !isNew, initialState);
  if (!created) return { status: 200, body: info };
  return { status: 201, body: info, location: `${origin}/connectors/${encodedName(name)}` };
}

async function patch(
  herder: Herder,
  name: string,
  changes: Record<string, string | null>,
): Promise<Answer> {
  const told = changes.name ?? name;
  if (told !== name) {
    // Kafka: stores the other name, and then has a connector whose configuration names another.
    await herder.connectorInfo(name);
    throw mismatch(name, told);
  }
  return { status: 200, body: await herder.patchConnectorConfig(name, changes) };
}

/** A configuration with its name. Kafka: `checkAndPutConnectorConfigName`. */
function named(name: string, config: Record<string, string | null>): Props {
  const told = config.name ?? name;
  if (told !== name) throw mismatch(name, told);
  if (new TextEncoder().encode(name).length > nameBytesMax) {
    throw new HttpError(400, `A connector's name has at most ${nameBytesMax} bytes in UTF-8`);
  }
  if (!name.isWellFormed()) {
    throw new HttpError(400, "A connector's name cannot have half a character (a lone surrogate)");
  }
  const props = { ...config, name };
  const nulls = Object.values(props).filter((value) => value === null).length;
  if (nulls > 0) throw nullValues(nulls);
  return props as Props;
}

function mismatch(name: string, told: string): HttpError {
  return new HttpError(
    400,
    `Connector name configuration (${told}) doesn't match connector name in the URL (${name})`,
  );
}

/** Java: `String.trim`, which knows ASCII alone. */
function trimmed(name: string): string {
  // deno-lint-ignore no-control-regex -- what Java trims
  return name.replace(/^[\u0000- ]+|[\u0000- ]+$/g, "");
}
