/**
 * What a task may reach: the permissions that its plugin declares as templates, resolved against the
 * task's configuration.
 *
 * @module
 */

import { ConnectError } from "../base/mod.ts";
import type { ConnectorDescription } from "./connector_messages.ts";

/** The permissions of a Web Worker; what is not named is denied. */
export interface GrantedPermissions {
  /** Real paths of files and folders to read. */
  read: string[];
  /** Real paths of files and folders to write. */
  write: string[];
  /** `host` or `host:port`. */
  net: string[];
  /** Names of environment variables. */
  env: string[];
}

/** No permission at all. */
export const nothing: GrantedPermissions = { read: [], write: [], net: [], env: [] };

/**
 * Resolves declared permissions; a template whose key is absent or empty grants nothing.
 * @throws {ConnectError} for a folder with a link that leads out of it
 */
export async function resolvePermissions(
  declared: ConnectorDescription["permissions"],
  props: Readonly<Record<string, string>>,
): Promise<GrantedPermissions> {
  const resolved = (templates: readonly string[] = []) =>
    templates.map((template) => fill(template, props)).filter((entry) => entry !== null);
  const paths = async (templates: readonly string[] = []) => {
    const granted = await Promise.all(resolved(templates).map(pathsOf));
    return [...new Set(granted.flat())];
  };
  return {
    read: await paths(declared.read),
    write: await paths(declared.write),
    net: resolved(declared.net),
    env: resolved(declared.env),
  };
}

function fill(template: string, props: Readonly<Record<string, string>>): string | null {
  let isWhole = true;
  const filled = template.replaceAll(/\$\{([^}]+)\}/g, (_, key: string) => {
    const value = (props[key] ?? "").trim();
    if (value === "") isWhole = false;
    return value;
  });
  return isWhole ? filled : null;
}

/**
 * A path as the plugin will name it, and the real path behind it, since Deno checks the name and opens
 * what a link points to.
 */
async function pathsOf(path: string): Promise<string[]> {
  const absolute = path.startsWith("/") ? path : `${Deno.cwd()}/${path}`;
  const real = await realPath(absolute);
  await refuseLinksOut(real, real);
  return real === absolute ? [absolute] : [absolute, real];
}

/**
 * Deno follows a link inside a granted folder to wherever it leads, so a folder with a link that leads
 * out of it is not granted. A plugin cannot make links: that takes permissions that no plugin gets.
 */
async function refuseLinksOut(granted: string, folder: string): Promise<void> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory || error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const { name, isSymlink, isDirectory } of entries) {
    const path = `${folder}/${name}`;
    if (isDirectory) await refuseLinksOut(granted, path);
    if (!isSymlink) continue;
    const target = await realPath(path);
    if (target !== granted && !target.startsWith(`${granted}/`)) {
      throw new ConnectError(
        `"${granted}" cannot be granted to a plugin: the link "${path}" leads out of it, to "${target}"`,
      );
    }
  }
}

/** The real path; of one that is not there yet, by its folder. */
async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) || path === "/") return path;
    const end = path.lastIndexOf("/");
    const folder = await realPath(path.slice(0, end) || "/");
    return `${folder === "/" ? "" : folder}${path.slice(end)}`;
  }
}
