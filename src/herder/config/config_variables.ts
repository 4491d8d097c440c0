/**
 * Variables in configurations, `${provider:path:key}` or `${provider:key}`, and what stands behind them
 * at the moment. Kafka: `ConfigTransformer`, `WorkerConfigTransformer`, `AbstractConfig`.
 *
 * @module
 */

import { ConfigError, reasonOf, Secrets } from "../../base/mod.ts";
import { type ConfigProvider, makeProvider, type ProviderSources } from "./config_providers.ts";
import { InvalidConfigError, refuse } from "./invalid_config.ts";
import type { Finding } from "./plugin_validation.ts";
import type { Props } from "./properties.ts";
import { withPrefix } from "./worker_config.ts";

/** As Kafka reads them: the path ends at the first colon, and there is no way to write a brace. */
const variablePattern = /\$\{([^}]*?):(?:([^}]*?):)?([^}]*?)\}/g;

/** A configuration without variables. */
export interface ResolvedProps {
  /** The keys, with what stands behind the variables. */
  props: Props;
  /** How long that holds, in milliseconds; null: for ever. */
  ttlMs: number | null;
}

/** The config providers of a worker. */
export class ConfigVariables {
  /** What was looked up so far. */
  readonly secrets: Secrets;
  readonly #providers: ReadonlyMap<string, ConfigProvider>;

  private constructor(providers: ReadonlyMap<string, ConfigProvider>, secrets: Secrets) {
    this.#providers = providers;
    this.secrets = secrets;
  }

  /** No providers: variables stay as they are. */
  static none(): ConfigVariables {
    return new ConfigVariables(new Map(), new Secrets());
  }

  /**
   * Makes the providers of a worker, and resolves its own properties: those of the providers cannot be
   * what makes them, but may hold what others have.
   * @throws {InvalidConfigError} with all that is wrong, by its keys
   */
  static async open(
    worker: Props,
    sources: ProviderSources,
    secrets: Secrets,
  ): Promise<{ variables: ConfigVariables; props: Props }> {
    const first = new ConfigVariables(await providersOf(worker, sources), secrets);
    const { props } = await first.resolve(worker);
    return { variables: new ConfigVariables(await providersOf(props, sources), secrets), props };
  }

  /**
   * Looks up what a configuration's variables stand for. What is not there stays as it is.
   * @throws {InvalidConfigError} for what cannot be looked up, by its keys
   */
  async resolve(props: Props): Promise<ResolvedProps> {
    const found = new Map<string, string>();
    const findings: Finding[] = [];
    let ttlMs: number | null = null;
    for (const { provider, path, keys } of this.#wanted(props)) {
      try {
        const { data, ttlMs: own } = await this.#providers.get(provider)!.get(path, keys);
        for (const [key, value] of data) found.set(placeOf(provider, path, key), value);
        if (own !== null && data.size > 0) ttlMs = Math.min(ttlMs ?? Infinity, own);
      } catch (error) {
        const names = namesWith(props, provider, path);
        findings.push(...names.map((name) => ({ name, errorMessages: [reasonOf(error)] })));
      }
    }
    refuse(findings);
    const resolved = Object.entries(props).map(([name, text]) => [name, this.#fill(text, found)]);
    return { props: Object.fromEntries(resolved), ttlMs };
  }

  /** The same error without what variables stand for. */
  masked(error: ConfigError): ConfigError {
    const mask = (text: string) => this.secrets.mask(text);
    if (!(error instanceof InvalidConfigError)) return new ConfigError(mask(error.message));
    const findings = error.findings.map(({ name, errorMessages }) => (
      { name, errorMessages: errorMessages.map(mask) }
    ));
    return new InvalidConfigError(findings, mask(error.message));
  }

  /** Where to look, and for what: each place once, as providers are asked. */
  #wanted(props: Props): { provider: string; path: string; keys: Set<string> }[] {
    const places = new Map<string, { provider: string; path: string; keys: Set<string> }>();
    for (const text of Object.values(props)) {
      for (const [, provider, path = "", key] of text.matchAll(variablePattern)) {
        if (!this.#providers.has(provider)) continue;
        const place = placeOf(provider, path, "");
        if (!places.has(place)) places.set(place, { provider, path, keys: new Set() });
        places.get(place)!.keys.add(key);
      }
    }
    return [...places.values()];
  }

  #fill(text: string, found: ReadonlyMap<string, string>): string {
    return text.replaceAll(variablePattern, (variable, provider, path = "", key) => {
      const value = found.get(placeOf(provider, path, key));
      if (value === undefined) return variable;
      this.secrets.add(value, variable);
      return value;
    });
  }
}

/**
 * A task's configuration with variables again where its connector's has them, so that it may be kept
 * and shown. Kafka: `AbstractHerder.reverseTransform`
 */
export function withVariables(task: Props, connector: Props): Props {
  const kept = Object.entries(connector)
    .filter(([name, text]) => Object.hasOwn(task, name) && text.search(variablePattern) >= 0);
  return { ...task, ...Object.fromEntries(kept) };
}

/** Kafka: `AbstractConfig.instantiateConfigProviders`; one without a class is none. */
async function providersOf(
  worker: Props,
  sources: ProviderSources,
): Promise<Map<string, ConfigProvider>> {
  const providers = new Map<string, ConfigProvider>();
  const findings: Finding[] = [];
  const names = (worker["config.providers"] ?? "").split(",").map((name) => name.trim());
  for (const name of new Set(names)) {
    const prefix = `config.providers.${name}.`;
    const classKey = `${prefix}class`;
    if (!Object.hasOwn(worker, classKey)) continue;
    try {
      const params = withPrefix(worker, `${prefix}param.`);
      providers.set(name, await makeProvider(classKey, worker[classKey], params, sources));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      findings.push({ name: `config.providers.${name}`, errorMessages: [error.message] });
    }
  }
  refuse(findings);
  return providers;
}

function placeOf(provider: string, path: string, key: string): string {
  return JSON.stringify([provider, path, key]);
}

/** The keys that need what a provider has at a path. */
function namesWith(props: Props, provider: string, path: string): string[] {
  return Object.keys(props).filter((name) =>
    [...props[name].matchAll(variablePattern)].some(([, one, where = ""]) =>
      one === provider && where === path
    )
  );
}
