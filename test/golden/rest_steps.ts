/** Recorded calls of the REST API, and what of their answers is compared. */

/** What JSON there may be. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** A call and its answer. */
export interface Step {
  step: string;
  method: string;
  path: string;
  requestHeaders?: Record<string, string>;
  request?: Json;
  requestText?: string;
  status: number;
  headers: Record<string, string>;
  response?: Json;
  responseText?: string;
  bodyEmpty?: boolean;
}

/**
 * An answer as it is compared: names of connectors, offsets and keys of maps have no order (Java's is that of its
 * hashes), all else has; of a trace the first line counts.
 */
export function comparable(body: Json, { path, method }: Step): Json {
  const [resource] = path.split("?");
  if (resource === "/connectors" && method === "GET" || resource.startsWith("/admin/loggers")) {
    return ordered(body, true);
  }
  const whole = ordered(body, false) as { offsets?: Json[] };
  if (resource.endsWith("/offsets") && whole.offsets !== undefined) {
    return { offsets: whole.offsets.map((offset) => JSON.stringify(offset)).sort() };
  }
  return ordered(body, resource.endsWith("/config") && method === "GET");
}

function ordered(json: Json, isMap: boolean): Json {
  if (Array.isArray(json)) {
    const items = json.map((item) => ordered(item, false));
    return isMap ? items.sort() : items;
  }
  if (typeof json !== "object" || json === null) return json;
  const members = Object.entries(json).map(([key, value]): [string, Json] => {
    // What is said of a key is ours.
    if (key === "documentation") return [key, "${DOC}"];
    if (key === "trace" && typeof value === "string") return [key, value.split("\n")[0]];
    return [key, ordered(value, ["config", "partition", "offset"].includes(key))];
  });
  return Object.fromEntries(isMap ? members.sort(([a], [b]) => a < b ? -1 : 1) : members);
}
