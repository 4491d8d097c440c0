/**
 * Runs all tests and ends with the line `N passed, N failed`. Arguments go to `deno test`.
 *
 * Tests that mostly wait, for brokers that start, die and come back, run beside all others.
 */

const waiting = [
  "broker",
  "broker_faults",
  "client_effects",
  "client_security",
  "config_golden",
  "consumer",
  "dump_log",
  "errors",
  "java_member",
  "kafka_topics",
  "leaders",
  "letters",
  "offsets",
  "remote",
  "rest_listeners",
  "sink_calls",
  "spool",
  "spool_refusal",
  "taken_away",
  "topics_command",
  "unreachable",
  "validate",
].map((name) => `test/kafka/${name}_test.ts`);

function start(...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--no-prompt", ...Deno.args, ...args],
    stdin: "null",
    stdout: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
}

/** How many tests passed and failed, by the last line that counts them. */
function countsIn(output: string, code: number): [passed: number, failed: number] {
  const [passed, failed] = /(\d+) passed[^|]*\| (\d+) failed/.exec(output.slice(-4096))?.slice(1)
    .map(Number) ?? [0, 0];
  // A file that does not even load fails the run without a failed test of its own.
  return [passed, code !== 0 && failed === 0 ? 1 : failed];
}

const encoder = new TextEncoder();
const beside = start(...waiting);
const most = start("test/", `--ignore=${waiting}`);
const saidBeside = new Response(beside.stdout).text();
let said = "";
for await (const text of most.stdout.pipeThrough(new TextDecoderStream())) {
  await Deno.stdout.write(encoder.encode(text));
  said = (said + text).slice(-4096);
}
console.log(await saidBeside);

const codes = [(await most.status).code, (await beside.status).code];
const counts = [countsIn(said, codes[0]), countsIn(await saidBeside, codes[1])];
const [passed, failed] = [0, 1].map((i) => counts[0][i] + counts[1][i]);
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(codes.find((code) => code !== 0) ?? 0);
