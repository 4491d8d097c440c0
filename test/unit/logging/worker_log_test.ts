import assert from "node:assert/strict";
import { loggers, Secrets, systemClock } from "../../../src/base/mod.ts";
import {
  type Level,
  LineWriter,
  textLine,
  waitingCharsMax,
  WorkerLog,
  type WorkerLogOptions,
} from "../../../src/logging/mod.ts";
import { patientClock } from "../../faults/memory_disk.ts";

const timeMs = 1795820281123;

/** A log, and what it has written. */
function written(options: Partial<WorkerLogOptions> = {}) {
  const lines: string[] = [];
  const log = new WorkerLog({
    clock: { ...systemClock, now: () => timeMs },
    mask: (text) => text,
    write(bytes) {
      lines.push(...new TextDecoder().decode(bytes).trimEnd().split("\n"));
      return Promise.resolve(bytes.length);
    },
    ...options,
  });
  return { log, lines };
}

const settings = { format: "text", level: "INFO", levels: new Map() } as const;

/** The time that lines begin with, wherever the test runs. */
const stamp = textLine({ timeMs, level: "", logger: "", message: "" }).slice(0, 25);

Deno.test("textLine() is a line as Kafka Connect's own, in local time", async () => {
  assert.match(stamp, /^\[2026-11-\d\d \d\d:\d\d:01,123\]$/);
  const { log, lines } = written();
  const task = log.log.named({ name: loggers.sourceTask, connector: "my-source", task: 0 });
  task.info("it has {braces} and %s");
  task.named({ task: undefined }).warn("two\nlines");
  log.log.error("no connector");
  log.log.info("\x1b]0;title\x07 \ttab\r\nline\r\u009b2J \u202eturned é");
  await log.close();
  assert.deepEqual(lines, [
    `${stamp} INFO [my-source|task-0] it has {braces} and %s (${loggers.sourceTask})`,
    `${stamp} WARN [my-source|worker] two`,
    `lines (${loggers.sourceTask})`,
    `${stamp} ERROR no connector (${loggers.connect})`,
    `${stamp} INFO �]0;title� \ttab`,
    `line��2J �turned é (${loggers.connect})`,
  ]);
});

Deno.test("jsonLine() is one object a line, whatever the message", async () => {
  const { log, lines } = written();
  log.configure({ ...settings, format: "json" });
  const message = 'two\nlines, "quotes", \u2028, \x1b, \u009b, \u202e and \ud800';
  log.log.named({ name: "a.b", connector: "c", task: 7 }).error(message);
  log.log.info("alone");
  await log.close();
  const timestamp = new Date(timeMs).toISOString();
  assert.doesNotMatch(lines.join(""), /[\p{Cc}\u202e]/u);
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    { timestamp, level: "ERROR", logger: "a.b", message, connector: "c", task: 7 },
    { timestamp, level: "INFO", logger: loggers.connect, message: "alone" },
  ]);
});

Deno.test("a logger has its own level, or its nearest parent's, from one moment to the next", async () => {
  const { log, lines } = written();
  const [parent, child, other] = ["a.b", "a.b.C", "a.bc"].map((name) => log.log.named({ name }));
  const say = (what: string) => {
    for (const [i, logger] of [parent, child, other].entries()) logger.debug(`${what} ${i}`);
  };
  say("INFO");
  log.levels.set("a.b", "debug");
  say("a.b");
  log.levels.set("a.b.C", "DEBUG");
  log.levels.set("root", "ERROR");
  say("root");
  log.levels.set("a.b.C", "TRACE");
  say("child");
  parent.warn("not");
  parent.error("but errors");
  log.levels.set("root", "OFF");
  parent.error("nothing");
  await log.close();
  const said = lines.filter((line) => line.includes("(a.")).map((line) => line.slice(26));
  assert.deepEqual(said, [
    "DEBUG a.b 0 (a.b)",
    "DEBUG a.b 1 (a.b.C)",
    "DEBUG child 1 (a.b.C)",
    "ERROR but errors (a.b)",
  ]);
});

Deno.test("level is the least that a logger shows, and watchers hear of changes until they end", () => {
  const { log } = written();
  const logger = log.log.named({ name: "x.y" });
  const end = new AbortController();
  const seen: unknown[] = [];
  logger.watchLevel(end.signal, () => seen.push(logger.level));
  const levels: [Level, string | null][] = [
    ["ALL", "debug"],
    ["TRACE", "debug"],
    ["DEBUG", "debug"],
    ["INFO", "info"],
    ["WARN", "warn"],
    ["ERROR", "error"],
    ["FATAL", null],
    ["OFF", null],
  ];
  for (const [level] of levels) log.levels.set("x", level);
  end.abort();
  log.levels.set("x", "DEBUG");
  assert.deepEqual(seen, levels.map(([_, shown]) => shown));
});

Deno.test("loggers may be called like what every object has", async () => {
  const { log, lines } = written();
  for (const name of ["constructor", "a.__proto__.toString", "__proto__", "..", "logtape.meta"]) {
    log.levels.set(name, "WARN");
    log.log.named({ name }).warn("here");
    assert.equal(log.levels.level(name)?.level, "WARN");
    assert.ok(Object.hasOwn(log.levels.all(), name));
  }
  log.levels.set(".".repeat(100_000), "DEBUG");
  await log.close();
  assert.equal(lines.filter((line) => line.includes(" here (")).length, 5);
});

Deno.test("what is held waits for the format and the levels", async () => {
  const { log, lines } = written({ isHeld: true });
  log.log.named({ name: "a" }).debug("kept");
  log.log.named({ name: "b" }).debug("left out");
  assert.deepEqual(lines, []);
  log.configure({ ...settings, format: "json", levels: new Map([["a", "DEBUG"]]) });
  await log.close();
  assert.deepEqual(lines.map((line) => JSON.parse(line).message), ["kept"]);
});

Deno.test("close() writes what is held when nobody said how", async () => {
  const { log, lines } = written({ isHeld: true });
  log.log.warn("early");
  await log.close();
  assert.deepEqual(lines, [`${stamp} WARN early (${loggers.connect})`]);
});

Deno.test("no secret is shown, in whatever format and on whatever level", async () => {
  const variable = '${file:/a"b:pass}';
  const secrets = new Secrets([["hunter2", variable]]);
  for (const format of ["text", "json"] as const) {
    const { log, lines } = written({ mask: (text) => secrets.mask(text), isHeld: true });
    log.log.debug("early hunter2");
    log.configure({ ...settings, format, level: "DEBUG" });
    for (const level of ["debug", "info", "warn", "error"] as const) {
      log.log.named({ name: "a", connector: "c" })[level](`it is hunter2\nhunter2`);
    }
    await log.close();
    assert.ok(lines.length >= 5);
    assert.doesNotMatch(lines.join("\n"), /hunter2/);
    if (format === "text") continue;
    assert.ok(lines.every((line) => JSON.parse(line).message.includes(variable)));
  }
});

Deno.test("whoever logs does not wait for a pipe that nobody reads, and memory is bounded", async () => {
  const free = Promise.withResolvers<void>();
  const told = Promise.withResolvers<void>();
  const lines: string[] = [];
  const { log } = written({
    async write(bytes) {
      await free.promise;
      lines.push(...new TextDecoder().decode(bytes).trimEnd().split("\n"));
      if (lines.at(-1)!.includes("lost")) told.resolve();
      return bytes.length;
    },
    clock: { ...systemClock, now: () => timeMs, sleep: () => Promise.resolve() },
  });
  const long = "x".repeat(1024);
  const count = 2 * waitingCharsMax / long.length;
  for (let i = 0; i < count; i++) log.log.info(`${i} ${long}`);
  await log.close();
  assert.deepEqual(lines, []);
  free.resolve();
  await told.promise;
  assert.match(lines[0], / 0 x/);
  const [_, lost] = /WARN (\d+) line\(s\) of the log could not be written/.exec(lines.at(-1)!)!;
  assert.ok(Number(lost) > count / 3);
  assert.equal(lines.length - 1 + Number(lost), count);
});

Deno.test("a disk that is full loses lines, and says how many when there is room again", async () => {
  let room = 10;
  let text = "";
  const writer = new LineWriter({
    write(bytes) {
      if (room === 0) return Promise.reject(new Error("No space left on device"));
      const taken = bytes.subarray(0, room);
      room -= taken.length;
      text += new TextDecoder().decode(taken);
      return Promise.resolve(taken.length);
    },
    lossLine: (lines) => `${lines} lost`,
    clock: patientClock,
  });
  for (const line of ["one", "a line that is cut", "lost"]) {
    writer.write(line);
    await writer.flush(Infinity);
  }
  room = Infinity;
  writer.write("two");
  await writer.flush(Infinity);
  assert.equal(text, "one\na line\ntwo\n2 lost\n");
});
