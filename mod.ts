/**
 * The plugin contract of Connect for the edge. A plugin is one file that imports from here alone and
 * whose default export declares what it holds.
 *
 * @example A source in one file
 * ```ts ignore
 * import { ConfigDef, sourceConnector, SourceConnector, SourceTask } from "connect";
 * ```
 *
 * @module
 */

export * from "./src/api/mod.ts";
