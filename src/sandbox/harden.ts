/**
 * Takes away what Deno's permissions leave to a Worker but a plugin must not have: ending the process,
 * making Workers, reaching ops directly, and importing modules from elsewhere. Must run before any
 * plugin is loaded. What it guards against was measured on Deno 2.9.5.
 *
 * `Deno.kill(Deno.pid)`, `process.kill(process.pid)` and `process.abort()` end the whole process with
 * every permission denied; `Deno[Deno.internal]` reaches every op; a nested Worker starts with a realm
 * that nobody hardened.
 *
 * @module
 */

/** The node modules that a plugin may use; none of them reaches the process or other modules' loading. */
const nodeModules = new Set([
  "assert",
  "assert/strict",
  "buffer",
  "crypto",
  "dns",
  "dns/promises",
  "events",
  "fs",
  "fs/promises",
  "http",
  "https",
  "net",
  "path",
  "path/posix",
  "querystring",
  "stream",
  "stream/promises",
  "stream/web",
  "string_decoder",
  "timers",
  "timers/promises",
  "tls",
  "url",
  "util",
  "zlib",
]);

/** Whether a plugin may import this node module, named with or without `node:`. */
function isNodeModuleAllowed(specifier: string): boolean {
  return nodeModules.has(specifier.replace(/^node:/, ""));
}

interface NodeModule {
  isBuiltin(specifier: string): boolean;
  syncBuiltinESMExports(): void;
  registerHooks(hooks: {
    resolve(specifier: string, context: unknown, next: ResolveNext): unknown;
  }): void;
}
type ResolveNext = (specifier: string, context: unknown) => unknown;

interface Realm {
  process: {
    getBuiltinModule(name: "node:module"): NodeModule;
    getBuiltinModule(name: string): unknown;
  };
  Deno: Record<PropertyKey, unknown>;
}

/** Hardens this Worker's realm, for good. `close` is what takes the place of `self.close`. */
export function hardenRealm(close: () => void): void {
  const { process, Deno } = globalThis as unknown as Realm;
  const module = process.getBuiltinModule("node:module");
  const removedFromProcess = [
    "_kill",
    "abort",
    "binding",
    "chdir",
    "dlopen",
    "exit",
    "kill",
    "reallyExit",
    "setgid",
    "setuid",
  ];
  for (const name of removedFromProcess) replace(process, name, refuse(`process.${name}`));
  const removedFromDeno = [
    "addSignalListener",
    "chdir",
    "Command",
    "dlopen",
    "exit",
    "kill",
    "run",
  ];
  for (const name of removedFromDeno) replace(Deno, name, refuse(`Deno.${name}`));
  const { getBuiltinModule } = process;
  replace(process, "getBuiltinModule", (specifier: unknown) => {
    const name = String(specifier);
    checkSpecifier(module, name);
    return getBuiltinModule(name);
  });
  replace(process, "mainModule", undefined);
  module.syncBuiltinESMExports();
  module.registerHooks({
    resolve(specifier, context, next) {
      checkSpecifier(module, specifier);
      return next(specifier, context);
    },
  });
  const internal = Deno.internal as PropertyKey;
  delete Deno[internal];
  delete Deno.internal;
  for (const name of ["Worker", "SharedWorker"]) replace(globalThis, name, undefined);
  for (
    let realm: object | null = globalThis;
    realm !== null;
    realm = Object.getPrototypeOf(realm)
  ) {
    if (Object.hasOwn(realm, "close")) replace(realm, "close", close);
  }
}

function checkSpecifier(module: NodeModule, specifier: string): void {
  const isForeign = /^(npm|jsr|https?|data|blob):/i.test(specifier);
  const isBuiltin = specifier.startsWith("node:") || module.isBuiltin(specifier);
  if (isForeign || (isBuiltin && !isNodeModuleAllowed(specifier))) {
    throw new Deno.errors.NotCapable(`A plugin may not import "${specifier}"`);
  }
}

function refuse(name: string): () => never {
  return () => {
    throw new Deno.errors.NotCapable(`${name} is not available to plugins`);
  };
}

function replace(owner: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(owner, name, { value, configurable: false, writable: false });
}
