/** What a worker's keys say of its REST API, read and checked: Kafka's `RestServerConfig`. */

import { invalid } from "../../api/mod.ts";
import type { Disk, Logger } from "../../base/mod.ts";
import { type CrossOrigin, crossOriginOf } from "./cross_origin.ts";
import { checkHeaderRules, type HeaderRule, headerRulesOf } from "./header_rules.ts";
import type { Props } from "./properties.ts";
import { restAdditions, type RestLimits, restLimits } from "./rest_additions.ts";
import { type Listener, parseListeners } from "./rest_config.ts";
import { type LoginSources, type RestLogin, restLogin } from "./rest_login.ts";
import type { ServerTls, TlsPrefix } from "./server_tls.ts";
import type { StandaloneConfig } from "./worker_config.ts";

/** What clients are told of where this worker is. */
export interface Advertised {
  /** The host; that of a listener unless told. */
  hostName: string | null;
  /** The port; that of a listener unless told. */
  port: number | null;
  /** Which kind of listener it is. */
  protocol: string;
}

/** A worker's REST API. */
export interface RestServerConfig {
  /** Where it listens. */
  listeners: Listener[];
  /** Where its admin resources listen; null with the others; nowhere when there are none. */
  adminListeners: Listener[] | null;
  /** TLS of the listeners; null when none needs it. */
  tls: ServerTls | null;
  /** TLS of those for admin resources. */
  adminTls: ServerTls | null;
  /** What clients are told of where it is. */
  advertised: Advertised;
  /** Who may call it from other origins; null: nobody. */
  crossOrigin: CrossOrigin | null;
  /** What its answers get. */
  headerRules: HeaderRule[];
  /** Who may use it; null: everybody. */
  login: RestLogin | null;
  /** What clients may hold and send. */
  limits: RestLimits;
  /** Whether there is a page for people. */
  hasUi: boolean;
}

/** Where files and the environment are. */
export interface RestSources extends LoginSources {
  /** The content of a file, or null when there is none. */
  readFile: Disk["readFile"];
  /** Where it is told what has no effect. */
  log: Logger;
}

/** Does what may find mistakes in a key, or in several. @returns what it gives, or null when it finds some */
export type Checking = <T>(key: string | null, action: () => T | Promise<T>) => Promise<T | null>;

/**
 * Reads a worker's keys.
 * @param config those of them whose values will do
 * @param check takes each mistake, so that all are found
 * @returns what could be made of them
 */
export async function restServerConfig(
  worker: Props,
  config: Partial<StandaloneConfig>,
  sources: RestSources,
  check: Checking,
): Promise<RestServerConfig> {
  const { "admin.listeners": adminUrls = null } = config;
  const listeners = await listenersOf(config.listeners ?? [], "listeners", check);
  const adminListeners = adminUrls && await listenersOf(adminUrls, "admin.listeners", check);
  const tlsFor = async (some: readonly Listener[] | null, prefix: TlsPrefix) => {
    if (!some?.some(({ protocol }) => protocol === "https")) return null;
    // Loaded when it is needed: it brings the platform's TLS and cryptography.
    const { serverTls } = await import("./server_tls.ts");
    return await check(null, () => serverTls(worker, prefix, sources));
  };
  const additions = await check(null, () => restAdditions(worker));
  const extensions = config["rest.extension.classes"] ?? [];
  const login = additions && await check(
    "rest.extension.classes",
    () => restLogin(extensions, additions, sources),
  );
  return {
    listeners,
    adminListeners,
    tls: await tlsFor(listeners, "listeners.https."),
    adminTls: await tlsFor(adminListeners, "admin.listeners.https."),
    advertised: await check("rest.advertised.port", () => advertisedOf(worker, config)) ?? nowhere,
    crossOrigin: await check("access.control.allow.origin", () => {
      const { "access.control.allow.methods": methods = "" } = config;
      return crossOriginOf(config["access.control.allow.origin"] ?? "", methods);
    }),
    headerRules: await check("response.http.headers.config", () => {
      const rules = headerRulesOf(config["response.http.headers.config"] ?? null);
      checkHeaderRules(rules);
      return rules;
    }) ?? [],
    login,
    limits: restLimits(additions ?? restAdditions({})),
    hasUi: additions?.["rest.ui.enable"] ?? true,
  };
}

const nowhere: Advertised = { hostName: null, port: null, protocol: "http" };

async function listenersOf(
  urls: readonly string[],
  key: "listeners" | "admin.listeners",
  check: Checking,
): Promise<Listener[]> {
  const listeners: Listener[] = [];
  for (const url of urls) {
    listeners.push(...await check(key, () => parseListeners([url], key)) ?? []);
  }
  return listeners;
}

/** Kafka: `RestServer.determineAdvertisedProtocol`, which looks for `http://` anywhere in `listeners`. */
function advertisedOf(worker: Props, config: Partial<StandaloneConfig>): Advertised {
  const {
    "rest.advertised.host.name": hostName = null,
    "rest.advertised.port": port = null,
    "rest.advertised.listener": listener = null,
  } = config;
  if (port !== null && (port < 0 || port > 65_535)) {
    throw invalid("rest.advertised.port", port, "it must be a port");
  }
  const written = (worker.listeners ?? "http://").toLowerCase();
  const isHttps = !written.includes("http://") && written.includes("https://");
  const protocol = listener?.toLowerCase() ?? (isHttps ? "https" : "http");
  return { hostName: hostName || null, port, protocol };
}
