/** What is said while a connection authenticates, and which end of it may pass by itself. */

import { Buffer } from "node:buffer";
import { deepStrictEqual, rejects } from "node:assert/strict";
import { type Authenticator, oauthBearer, tellingBreaks } from "../../../src/kafka/sasl.ts";

/** Speaks with a broker that answers so; an error is thrown. @returns what it was sent */
async function talk(authenticator: Authenticator, answers: (string | Error)[]): Promise<string[]> {
  const sent: string[] = [];
  const exchanges: Parameters<Authenticator>[0] = {
    async saslAuthenticate({ request, response }) {
      const message = Buffer.from(await request.encode());
      deepStrictEqual(message.readInt32BE(), message.length - 4);
      sent.push(message.subarray(4).toString());
      const answer = answers.shift()!;
      if (answer instanceof Error) throw answer;
      return response?.parse(response.decode(Buffer.from(`\0\0\0\0${answer}`)));
    },
  };
  await authenticator(exchanges).authenticate();
  return sent;
}

const token = () => Promise.resolve("abc");
const refusal = '{"status":"invalid_token"}';

Deno.test("oauthBearer() sends the token, and nothing more when it is accepted", async () => {
  deepStrictEqual(await talk(oauthBearer(token, "h:1"), [""]), ["n,,\x01auth=Bearer abc\x01\x01"]);
});

Deno.test("oauthBearer() takes an answer that is no error for the refusal that it is", async () => {
  const message = `h:1: SASL OAUTHBEARER authentication failed: ${refusal}`;
  for (const error of [new Error(refusal), ""]) {
    await rejects(talk(oauthBearer(token, "h:1"), [refusal, error]), {
      name: "AuthenticationError",
      message,
    });
  }
});

Deno.test("tellingBreaks() tells what broke the connection, and leaves refusals as they are", async () => {
  const wrapping: Authenticator = ({ saslAuthenticate }) => ({
    authenticate: () =>
      saslAuthenticate({ request: { encode: () => Buffer.from("\0\0\0\0") } }).then(
        () => {},
        ({ message }) => {
          throw new Error(`authentication failed: ${message}`);
        },
      ),
  });
  const authenticator = tellingBreaks(wrapping, (error) => (error as Error).message === "wrong");
  await rejects(talk(authenticator, [new Error("wrong")]), {
    message: "authentication failed: wrong",
  });
  await rejects(talk(authenticator, [new Error("closed")]), { message: "closed" });
  await talk(authenticator, [""]);
});
