/** `connect top`: in a terminal, and where there is none. */

import assert from "node:assert/strict";
import { RecordedWorker, statuses } from "../unit/cli/recorded_worker.ts";
import { Connect, connectCommand } from "./connect.ts";
import { Terminal } from "./terminal.ts";

const command = [Deno.execPath(), ...connectCommand].map((word) => `'${word}'`).join(" ");
const answers = () => ({
  "GET /connectors?expand=status": { body: statuses as object },
  "GET /metrics": { text: metrics(100) },
});

function metrics(records: number): string {
  return `# TYPE kafka_connect_source_task_source_record_poll_total counter
kafka_connect_source_task_source_record_poll_total{connector="lines",task="0"} ${records}
kafka_connect_task_error_total_record_failures{connector="lines",task="0"} 3
`;
}

Deno.test("connect top shows a worker live in a terminal, and gives the terminal back", async () => {
  let pid = 0;
  const ends: [name: string, end: (terminal: Terminal) => Promise<void>][] = [
    ["q", (terminal) => terminal.type("q")],
    ["Ctrl-C", (terminal) => terminal.type("\x03")],
    ["SIGTERM", () => Promise.resolve(Deno.kill(pid, "SIGTERM"))],
    ["SIGHUP", () => Promise.resolve(Deno.kill(pid, "SIGHUP"))],
  ];
  for (const [name, end] of ends) {
    await using worker = new RecordedWorker(answers());
    const top = `exec ${command} top --interval 0.2 --url ${worker.url}`;
    const shell = `stty rows 30 columns 100; stty -a | grep -o ' -*icanon'; ` +
      `sh -c 'echo pid $$; ${top.replaceAll("'", '"')}'; code=$?; stty -a | grep -o ' -*icanon'; ` +
      `echo code $code`;
    await using terminal = new Terminal(shell, { NO_COLOR: "1" });
    await terminal.until(/FAILED[^]*disk �31m is full[^]*q or Ctrl-C: end/);
    assert.ok(terminal.shown.includes("\x1b[?1049h\x1b[?25l"));
    pid = Number(/pid (\d+)/.exec(terminal.shown)![1]);
    worker.answers["GET /metrics"] = { text: metrics(100_000) };
    await terminal.until(/lines +source +RUNNING +\d+,\d+ +3 /);
    // The worker goes away and comes back.
    worker.answers["GET /"] = { status: 503, body: { error_code: 503, message: "gone\x1b[2J" } };
    await terminal.until(/gone�\[2J/);
    delete worker.answers["GET /"];
    terminal.shown = "";
    await terminal.until(/q or Ctrl-C: end/);
    await end(terminal);
    const shown = await terminal.until(/code \d/);
    assert.match(shown, /\p{Cc}\[\?25h\p{Cc}\[\?1049l icanon\s+code 0/u, name);
    for (const harm of ["\x1b]", "\x07", "\u009b", "\u202e"]) assert.ok(!shown.includes(harm));
    assert.equal(await terminal.end(), 0);
  }
});

Deno.test("connect top is printed once where there is no terminal, with rates if there are metrics", async () => {
  const { "GET /metrics": metrics, ...others } = answers();
  await using worker = new RecordedWorker(others);
  // As a worker has them with admin.listeners.
  await using admin = new RecordedWorker({ "GET /metrics": metrics });
  const args = ["top", "--url", worker.url, "--admin-url", admin.url];
  const { code, stdout } = await new Connect(".").run(...args);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `Kafka Connect 4.2.0 at ${worker.url}, healthy
Connectors: 2 RUNNING   Tasks: 1 FAILED, 1 RUNNING, 1 PAUSED

CONNECTOR        TYPE    STATE    RECORDS/S  LAG  ERRORS  WORKER
evil�]0;title��  sink    RUNNING                          127.0.0.1:8083
  0                      FAILED                           127.0.0.1:8083
      java.io.IOException: disk �31m is full
lines            source  RUNNING          0            3  127.0.0.1:8083
  0                      RUNNING          0            3  127.0.0.1:8083
  1                      PAUSED                           127.0.0.1:8083
`,
  );
});

Deno.test("connect top prints the same as JSON, and needs no metrics", async () => {
  await using worker = new RecordedWorker({
    "GET /connectors?expand=status": { body: { lines: statuses.lines } },
    "GET /health": { status: 503, body: { status: "unhealthy", message: "slow" } },
  });
  const { stdout } = await new Connect(".").run("top", "--json", "--url", worker.url);
  const { worker: { health }, rows } = JSON.parse(stdout);
  assert.equal(health.status, "unhealthy");
  assert.deepEqual(rows.map((row: { task: number | null }) => row.task), [null, 0, 1]);
  assert.deepEqual(rows[1], {
    connector: "lines",
    task: 0,
    type: "source",
    state: "RUNNING",
    worker: "127.0.0.1:8083",
    recordsPerSecond: null,
    lag: null,
    errors: null,
    reason: null,
  });
});
