/**
 * Plugins, and whether a configuration will do. Kafka: `ConnectorPluginsResource`.
 *
 * @module
 */

import * as v from "valibot";
import type { Herder } from "../herder/mod.ts";
import * as answers from "./answers.ts";
import { configMap } from "./bodies.ts";
import { HttpError } from "./errors.ts";
import { flag, type Route, route } from "./route.ts";

const tag = "plugins" as const;

/** The routes of plugins. */
export function pluginRoutes(herder: () => Herder): Route[] {
  return [
    route({
      method: "GET",
      path: "/connector-plugins",
      tag,
      summary: "Names the plugins of this worker",
      query: {
        connectorsOnly: {
          description: "Whether to name connectors alone, which it does unless told",
          schema: v.boolean(),
        },
      },
      answers: { 200: { description: "The plugins", schema: answers.PluginInfos } },
      answer: async ({ query }) => {
        const plugins = await herder().connectorPlugins();
        const isWanted = flag(query("connectorsOnly"), true)
          ? (type: string) => type === "sink" || type === "source"
          : () => true;
        return { status: 200, body: plugins.filter(({ type }) => isWanted(type)) };
      },
    }),
    route({
      method: "GET",
      path: "/connector-plugins/{plugin}/config",
      tag,
      summary: "Tells the keys of a plugin",
      query: {
        version: {
          description: "Which version it must have, or a range of them; any unless told",
          schema: v.string(),
        },
      },
      answers: { 200: { description: "The keys", schema: answers.ConfigKeyInfos } },
      errors: [400, 404],
      answer: async ({ path, query }) => ({
        status: 200,
        body: await herder().connectorPluginConfig(path("plugin"), query("version") ?? undefined),
      }),
    }),
    route({
      method: "PUT",
      path: "/connector-plugins/{plugin}/config/validate",
      tag,
      summary: "Says all that is to be said of a configuration",
      body: configMap,
      answers: { 200: { description: "What is to be said", schema: answers.ConfigInfos } },
      errors: [400],
      answer: async ({ path, body }) => {
        refuseOtherClass(path("plugin"), body["connector.class"]);
        // A value that is null is one of the things to be said.
        return { status: 200, body: await herder().validateConnectorConfig(body) };
      },
    }),
  ];
}

function refuseOtherClass(plugin: string, className: string | null | undefined): void {
  if (className === null || className === undefined) return;
  if (withoutConnector(className).endsWith(withoutConnector(plugin))) return;
  throw new HttpError(
    400,
    `Included connector type ${className} does not match request type ${plugin}`,
  );
}

/** Kafka: `ConnectorPluginsResource.normalizedPluginName`. */
function withoutConnector(plugin: string): string {
  return plugin.replace(/(?<=.)Connector$/s, "");
}
