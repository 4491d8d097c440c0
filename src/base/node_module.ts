/** Modules of Node that few need: to load one takes about as long as a tenth of the start. */

interface NodeModules {
  "node:crypto": typeof import("node:crypto");
  "node:dns": typeof import("node:dns");
  "node:http": typeof import("node:http");
  "node:https": typeof import("node:https");
  "node:os": typeof import("node:os");
  "node:zlib": typeof import("node:zlib");
}

/** A module of Node, loaded when it is first asked for. */
export function nodeModule<N extends keyof NodeModules>(name: N): NodeModules[N] {
  const { process } = globalThis as unknown as {
    process: { getBuiltinModule(name: N): NodeModules[N] };
  };
  return process.getBuiltinModule(name);
}
