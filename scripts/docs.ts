/**
 * `deno task docs`: writes the pages in docs/ that follow from ConfigDefs: one for each kind of plugin, and
 * one for the keys of workers and connectors; and the REST API in OpenAPI. What a plugin is for comes from
 * the beginning of its file.
 *
 * @module
 */

import type { ConfigDef, ConfigKey, Plugin, PluginPermissions } from "../mod.ts";
import {
  herderAdditionsDef,
  logConfigDef,
  restAdditionsConfigDef,
  sinkConnectorConfigDef,
  sourceConnectorConfigDef,
  spoolConfigDef,
  standaloneConfigDef,
} from "../src/herder/mod.ts";
import { allRoutes } from "../src/rest/mod.ts";
import { openApiOf } from "../src/rest/openapi.ts";
import { root } from "./measure.ts";

/** The folders of plugins, and what their pages say first. */
const kinds: Readonly<Record<string, string>> = {
  connectors:
    "What brings records into topics, and what takes them out. `connector.class` names one. " +
    "Beside its own keys each has those of [all connectors](../configuration.md).",
  transforms:
    "What changes or drops records one at a time: `transforms` lists aliases, in the order they " +
    "are applied, and `transforms.ALIAS.type` names one of these. Its keys stand after " +
    "`transforms.ALIAS.`. `$Key` is for keys of records, `$Value` for values. With " +
    "`transforms.ALIAS.predicate` a [predicate](predicates.md) says which records it is for.",
  predicates: "What tells which records a transform is for: `predicates` lists aliases, and " +
    "`predicates.ALIAS.type` names one of these. Its keys stand after `predicates.ALIAS.`. " +
    "`transforms.ALIAS.predicate` names the alias, and `transforms.ALIAS.negate=true` turns it round.",
  converters:
    "What turns data into the bytes of a topic and back. `key.converter`, `value.converter` " +
    "and `header.converter` name one, for a worker or for a connector of its own. Its keys stand " +
    "after `key.converter.` and so on.",
};

const notice = "<!-- Written by `deno task docs` from the sources; changes go there. -->";

/** The pages by their paths in the project. */
export async function pages(): Promise<Map<string, string>> {
  const written = new Map([["docs/configuration.md", configurationPage()]]);
  for (const kind of Object.keys(kinds)) {
    written.set(`docs/plugins/${kind}.md`, await pluginPage(kind));
  }
  written.set("docs/openapi.json", `${JSON.stringify(openApiOf(allRoutes()), null, 2)}\n`);
  return written;
}

async function pluginPage(kind: string): Promise<string> {
  const files = [...Deno.readDirSync(`${root}plugins/${kind}`)].map(({ name }) => name).sort();
  const sections = await Promise.all(files.map((file) => fileSection(`plugins/${kind}/${file}`)));
  const title = `${kind[0].toUpperCase()}${kind.slice(1)}`;
  return [`# ${title}`, notice, kinds[kind], ...sections.flat()].join("\n\n") + "\n";
}

/** What is said of the plugins in a file, which are one thing in several roles. */
async function fileSection(path: string): Promise<string[]> {
  const declared: Plugin[] = [(await import(root + path)).default].flat();
  const [{ config, version, permissions }] = declared;
  const purpose = purposeOf(await Deno.readTextFile(root + path), path);
  const javaNames = new Set(declared.flatMap(({ aliases }) => aliases ?? []));
  const [title, ...sentences] = purpose.split(": ");
  const does = sentences.join(": ");
  return [
    `## ${title}`,
    `${does[0].toUpperCase()}${does.slice(1)}`,
    `Names: ${code([...new Set(declared.map(({ name }) => name)), ...javaNames])}. Version ` +
    `${version}.${reach(permissions)}`,
    keysTable(config),
  ];
}

/** The first paragraph of a plugin's file. */
function purposeOf(source: string, path: string): string {
  const paragraph = /^\/\*\*(?:\n \*)? (.+?)(?:\n \*\n|\s+\*\/)/s.exec(source)?.[1];
  const text = paragraph?.split("\n").map((line) => line.replace(/^ \* ?/, "")).join(" ");
  if (text === undefined || !text.includes(": ")) {
    throw new Error(`Cannot document ${path}: it does not begin with a comment "NAME: PURPOSE"`);
  }
  return text;
}

function reach(permissions: PluginPermissions | undefined): string {
  const named = Object.entries(permissions ?? {}).filter(([, what]) => what.length > 0);
  if (named.length === 0) return "";
  return ` May ${named.map(([how, what]) => `${how} ${code(what)}`).join(", ")}, and nothing else.`;
}

function code(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function configurationPage(): string {
  return [
    "# Configuration",
    notice,
    "The keys of a worker's file and of connectors. Those of plugins are with the plugins: " +
    Object.keys(kinds).map((kind) => `[${kind}](plugins/${kind}.md)`).join(", ") + ". Keys of " +
    "Kafka's clients stand after `producer.`, `consumer.` and `admin.`. What has no effect here " +
    "is in [differences.md](differences.md).",
    "## Workers",
    keysTable(standaloneConfigDef),
    "### The REST API: what clients may send and hold, and who may only read",
    keysTable(restAdditionsConfigDef),
    "### Connectors between runs, and restarts",
    keysTable(herderAdditionsDef),
    "### Store and forward",
    keysTable(spoolConfigDef),
    "### The log",
    keysTable(logConfigDef),
    "## Source connectors",
    keysTable(sourceConnectorConfigDef),
    "## Sink connectors",
    keysTable(sinkConnectorConfigDef),
  ].join("\n\n") + "\n";
}

function keysTable({ keys }: ConfigDef<unknown>): string {
  const rows = Object.entries(keys).map(([name, key]) => {
    const { type, validator, importance, doc } = key;
    const cells = [
      `\`${name}\``,
      type.toLowerCase(),
      defaultOf(key),
      validator === undefined ? "" : String(validator),
      importance.toLowerCase(),
      doc,
    ];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  if (rows.length === 0) return "It has no keys.";
  return [
    "| key | type | default | valid values | importance | what it is for |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** A key's default as one would write it. */
function defaultOf(key: ConfigKey): string {
  if (key.default === undefined) return "*required*";
  if (key.default === null) return "none";
  const text = Array.isArray(key.default) ? key.default.join(",") : String(key.default);
  return text === "" ? "empty" : `\`${text}\``;
}

if (import.meta.main) {
  await Deno.mkdir(`${root}docs/plugins`, { recursive: true });
  for (const [path, text] of await pages()) await Deno.writeTextFile(root + path, text);
}
