/**
 * TLS of the REST API's listeners, from `listeners.https.ssl.*`, `admin.listeners.https.ssl.*` or `ssl.*`.
 * Kafka: `SSLUtils`.
 *
 * @module
 */

import type { TlsOptions } from "node:tls";
import { ConfigDef } from "../../api/mod.ts";
import type { Logger } from "../../base/mod.ts";
import { InvalidConfigError, refuse } from "./invalid_config.ts";
import type { Props } from "./properties.ts";
import { restKeys } from "./rest_config.ts";
import { checkProtocol, identity, type TlsSources, trust, versions } from "./tls_stores.ts";
import { sslKeys, withPrefix } from "./worker_config.ts";

/** TLS of a listener. */
export interface ServerTls {
  /** What the platform is told. */
  options: TlsOptions;
  /** Whether a client may show no certificate, but none that is not trusted. */
  refusesUntrusted: boolean;
}

/** Keys before which there may be others of a listener's own. */
export type TlsPrefix = "listeners.https." | "admin.listeners.https.";

const serverConfigDef = ConfigDef.of({
  ...sslKeys,
  "ssl.client.auth": restKeys["ssl.client.auth"],
});

/**
 * What a worker's keys say of its listeners. Kafka: `valuesWithPrefixAllOrNothing`: with one key of their
 * own, the worker's have no say.
 * @throws {ConfigError} naming the key and the file
 */
export async function serverTls(
  worker: Props,
  ownPrefix: TlsPrefix,
  { readFile, log }: Pick<TlsSources, "readFile"> & { log: Logger },
): Promise<ServerTls> {
  const own = withPrefix(worker, ownPrefix);
  const prefix = Object.keys(own).length > 0 ? ownPrefix : "";
  const props = prefix === "" ? worker : own;
  const findings = serverConfigDef.validate(props, prefix);
  refuse(findings.map(({ name, errorMessages }) => {
    // Kafka's validators do not see the prefix; whoever reads the message has written it.
    const short = `configuration ${name.slice(prefix.length)}`;
    const named = errorMessages.map((text) => text.replace(short, `configuration ${name}`));
    return { name, errorMessages: named };
  }));
  const values = serverConfigDef.parse(props);
  checkProtocol(values["ssl.protocol"]);
  const sources = { readFile, prefix };
  const shown = await identity(values, sources);
  if (Object.keys(shown).length === 0) {
    const key = `${prefix}ssl.keystore.location`;
    const why = `https needs a key and a certificate: ${key} is not set`;
    throw new InvalidConfigError([{ name: key, errorMessages: [why] }]);
  }
  for (const key of ["ssl.cipher.suites", "ssl.provider", "ssl.engine.factory.class"]) {
    if (props[key] !== undefined) log.warn(`${prefix}${key} is not supported, and has no effect`);
  }
  const auth = values["ssl.client.auth"];
  const options = {
    ...versions([...new Set(values["ssl.enabled.protocols"])], prefix),
    ...shown,
    ...await trust(values, sources),
    requestCert: auth !== "none",
    rejectUnauthorized: auth === "required",
  };
  return { options: options as TlsOptions, refusesUntrusted: auth === "requested" };
}
