/**
 * `deno task broker [--brokers 3]`: runs Kafka until Ctrl-C, and tells how to reach it: at localhost:9092,
 * where the samples in config/ look for it, unless someone else is there.
 */

import { Cluster, users } from "./cluster.ts";

const three = Deno.args.join(" ") === "--brokers 3";
if (Deno.args.length > 0 && !three) {
  console.error(`broker: ${Deno.args.join(" ")}: only --brokers 3 is known`);
  Deno.exit(1);
}
const usualPort = 9092;
const cluster = await Cluster.start({
  brokers: three ? 3 : 1,
  port: isFree(usualPort) ? usualPort : undefined,
});
const { authority, client, clientKey, clientCertificate } = cluster.certificates;
console.log(`Kafka 4.2 runs; Ctrl-C stops it and removes its data.

  plain text           bootstrap.servers=${cluster.bootstrapServers("PLAINTEXT")}
  TLS                  bootstrap.servers=${cluster.bootstrapServers("SSL")}
    authority          ${authority}
    client             ${client}
      key alone        ${clientKey}
      certificate      ${clientCertificate}
  SASL                 bootstrap.servers=${cluster.bootstrapServers("SASL_PLAINTEXT")}
  SASL over TLS        bootstrap.servers=${cluster.bootstrapServers("SASL_SSL")}
    PLAIN, SCRAM-SHA-256, SCRAM-SHA-512: ${
  Object.entries(users).map(([name, password]) => `${name} / ${password}`).join(", ")
}
`);
const stopped = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => stopped.resolve());
}
await stopped.promise;
await cluster.stop();
Deno.exit(0);

/** Whether nobody listens at a port. */
function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
