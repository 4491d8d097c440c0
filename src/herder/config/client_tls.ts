/** TLS of a client, from `ssl.*`. */

import type { ConnectionOptions as TlsOptions } from "node:tls";
import { ConfigError } from "../../base/mod.ts";
import type { ConnectionValues } from "./client_keys.ts";
import { checkProtocol, identity, type TlsSources, trust, versions } from "./tls_stores.ts";

/** What `ssl.*` says. @throws {ConfigError} naming the key and the file */
export async function tlsOf(
  values: ConnectionValues,
  readFile: TlsSources["readFile"],
): Promise<TlsOptions> {
  checkProtocol(values["ssl.protocol"]);
  return {
    ...versions([...new Set(values["ssl.enabled.protocols"])]),
    ...hostCheck(values["ssl.endpoint.identification.algorithm"]),
    ...await identity(values, { readFile }),
    ...await trust(values, { readFile }),
  };
}

function hostCheck(algorithm: string): TlsOptions {
  if (algorithm === "") return { checkServerIdentity: () => undefined };
  if (algorithm.toLowerCase() === "https") return {};
  throw new ConfigError(
    `Invalid value ${algorithm} for configuration ssl.endpoint.identification.algorithm: ` +
      "there is https, and nothing for no check of the host",
  );
}
