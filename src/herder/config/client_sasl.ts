/**
 * How a client authenticates, from `sasl.mechanism` and `sasl.jaas.config`. Kafka: `PlainLoginModule`,
 * `ScramLoginModule`, `OAuthBearerLoginModule` with its handlers for tokens without a signature and for
 * client credentials.
 *
 * @module
 */

import { invalid } from "../../api/mod.ts";
import { AuthenticationError, ConnectionError, type ConnectionSettings } from "../../kafka/mod.ts";
import { type Clock, ConfigError, reasonOf } from "../../base/mod.ts";
import type { ConnectionValues } from "./client_keys.ts";
import type { ClientSources } from "./client_settings.ts";
import { type JaasEntry, parseJaas } from "./jaas.ts";

type Sasl = NonNullable<ConnectionSettings["sasl"]>;

/** What `sasl.*` says. @throws {ConfigError} naming the key, never the secret */
export function saslOf(values: ConnectionValues, sources: ClientSources): Sasl {
  const mechanism = values["sasl.mechanism"];
  switch (mechanism) {
    case "PLAIN":
      return { mechanism: "plain", ...credentials(values) };
    case "SCRAM-SHA-256":
      return { mechanism: "scram-sha-256", ...credentials(values) };
    case "SCRAM-SHA-512":
      return { mechanism: "scram-sha-512", ...credentials(values) };
    case "OAUTHBEARER":
      return { mechanism: "oauthbearer", oauthBearerProvider: tokenProvider(values, sources) };
    case "":
      throw invalid(
        "sasl.mechanism",
        null,
        "When the security.protocol configuration enables SASL, mechanism must be non-null and " +
          "non-empty string.",
      );
    default:
      throw invalid(
        "sasl.mechanism",
        mechanism,
        "String must be one of: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER",
      );
  }
}

function jaasOf(values: ConnectionValues): JaasEntry {
  const config = values["sasl.jaas.config"];
  if (config !== null) return parseJaas(config);
  throw new ConfigError(
    `sasl.mechanism=${values["sasl.mechanism"]} needs sasl.jaas.config, which is not there`,
  );
}

function credentials(values: ConnectionValues): { username: string; password: string } {
  const { options: { username, password } } = jaasOf(values);
  for (const [name, value] of Object.entries({ username, password })) {
    if (value === undefined) {
      throw invalid("sasl.jaas.config", values["sasl.jaas.config"], `there is no ${name} in it`);
    }
  }
  return { username, password };
}

function tokenProvider(values: ConnectionValues, sources: ClientSources) {
  const { options } = jaasOf(values);
  const url = values["sasl.oauthbearer.token.endpoint.url"];
  if (url === null) return () => Promise.resolve({ value: unsecuredToken(options, sources) });
  const endpoint = URL.parse(url);
  if (endpoint === null || !/^(https?|file):$/.test(endpoint.protocol)) {
    throw invalid(
      "sasl.oauthbearer.token.endpoint.url",
      url,
      "it is no URL of https, http or file",
    );
  }
  if (endpoint.protocol === "file:") {
    return async () => ({ value: await tokenIn(endpoint, sources) });
  }
  const id = values["sasl.oauthbearer.client.credentials.client.id"] ?? options.clientId;
  const secret = values["sasl.oauthbearer.client.credentials.client.secret"]?.value ??
    options.clientSecret;
  if (id === undefined || secret === undefined) {
    throw new ConfigError(
      "sasl.oauthbearer.token.endpoint.url needs " +
        "sasl.oauthbearer.client.credentials.client.id and .secret, or clientId and clientSecret in " +
        "sasl.jaas.config",
    );
  }
  const scope = values["sasl.oauthbearer.scope"] ?? options.scope;
  const token = reusing(() => fetchToken({ endpoint, id, secret, scope }, sources), sources.clock);
  return async () => ({ value: await token() });
}

/** A token, and for how long it is good. */
interface Token {
  value: string;
  /** Another one is to be had from then on. */
  freshUntilMs: number;
  endMs: number;
}

/** Asks for a token when there is none that is fresh; one that is not does while there is no other. */
function reusing(ask: () => Promise<Token>, clock: Clock): () => Promise<string> {
  let kept: Token | null = null;
  let asking: Promise<Token> | null = null;
  return async () => {
    if (kept !== null && clock.now() < kept.freshUntilMs) return kept.value;
    try {
      kept = await (asking ??= ask().finally(() => asking = null));
    } catch (error) {
      if (kept === null || clock.now() >= kept.endMs) throw error;
    }
    return kept.value;
  };
}

async function tokenIn(file: URL, { readFile }: ClientSources): Promise<string> {
  const bytes = await readFile(decodeURIComponent(file.pathname));
  if (bytes === null) throw new AuthenticationError(`Cannot read a token: ${file} is not there`);
  return new TextDecoder().decode(bytes).trim();
}

/** @throws {ConnectionError} when the endpoint may yet answer otherwise, {AuthenticationError} when not */
async function fetchToken(
  { endpoint, id, secret, scope }: { endpoint: URL; id: string; secret: string; scope?: string },
  sources: ClientSources,
): Promise<Token> {
  const form = new URLSearchParams({ grant_type: "client_credentials" });
  if (scope !== undefined) form.set("scope", scope);
  const where = `${endpoint.origin}${endpoint.pathname}`;
  let answer: Response;
  let text: string;
  try {
    answer = await sources.fetch(endpoint, {
      method: "POST",
      headers: {
        accept: "application/json",
        authorization: `Basic ${new TextEncoder().encode(`${id}:${secret}`).toBase64()}`,
      },
      body: form,
      signal: AbortSignal.timeout(tokenMsMax),
    });
    text = await answer.text();
    if (answer.status === 429 || answer.status >= 500) throw new Error(`${answer.status}`);
  } catch (cause) {
    throw new ConnectionError(`${where}, asked for a token: ${reasonOf(cause)}`, { cause });
  }
  try {
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return tokenOf(text, sources.clock.now());
  } catch (cause) {
    const reason = `Cannot get a token from ${where}: ${reasonOf(cause)}`;
    throw new AuthenticationError(reason, { cause });
  }
}

/** The token in an endpoint's answer. One that does not say how long it is good is not used again. */
function tokenOf(text: string, nowMs: number): Token {
  const { access_token: value, expires_in: lifeS = 0 } = JSON.parse(text);
  if (typeof value !== "string") throw new Error("there is no access_token in its answer");
  const lifeMs = Number(lifeS) * 1000;
  return { value, freshUntilMs: nowMs + lifeMs * freshFactor, endMs: nowMs + lifeMs };
}

/** Kafka: `sasl.login.refresh.window.factor` */
const freshFactor = 0.8;

/** How long an endpoint may take, in milliseconds. */
const tokenMsMax = 10_000;

/** A token without a signature, for tests of brokers. Kafka: `OAuthBearerUnsecuredLoginCallbackHandler`. */
function unsecuredToken(options: JaasEntry["options"], { clock }: ClientSources): string {
  const nowS = clock.now() / 1000;
  const claims: Record<string, unknown> = {
    iat: nowS,
    exp: nowS + Number(options.unsecuredLoginLifetimeSeconds ?? 3600),
  };
  for (const [name, value] of Object.entries(options)) {
    const [, type, claim] = /^unsecuredLogin(String|Number|List)Claim_(.+)$/.exec(name) ?? [];
    if (type === "String") claims[claim] = value;
    else if (type === "Number") claims[claim] = Number(value);
    else if (type === "List") claims[claim] = value.slice(1).split(value[0] ?? ",");
  }
  const part = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value))
      .toBase64({ alphabet: "base64url", omitPadding: true });
  return `${part({ alg: "none" })}.${part(claims)}.`;
}
