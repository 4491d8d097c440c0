/**
 * Runs all tests and ends with the line `N passed, N failed`. Arguments go to `deno test`.
 *
 * Each file of tests is a process of its own, and the check of all types is one more; there is always one
 * more of them than there are cores, since many mostly wait, for brokers that start, die and come back. What
 * a file says is printed when it has ended, and which tests have failed once more at the end.
 */

/** Folders whose tests take longest: they begin first, so that all end together. */
const longest = ["test/kafka/", "test/e2e/"];
/** How long a file of tests may take, in milliseconds. */
const fileMsMax = 10 * 60_000;

/** A process, and how it went. */
interface Job {
  name: string;
  args: string[];
  passed: number;
  failed: number;
  /** The part of its output that names what has failed. */
  failures: string;
}

function jobOf(name: string, args: string[]): Job {
  return { name, args, passed: 0, failed: 0, failures: "" };
}

/** All files of tests in a folder. */
async function testsIn(folder: string): Promise<string[]> {
  const paths = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) paths.push(...await testsIn(`${folder}/${name}`));
    else if (name.endsWith("_test.ts")) paths.push(`${folder}/${name}`);
  }
  return paths.sort();
}

/** The place of a file in the queue. */
function rankOf(path: string): number {
  const rank = longest.findIndex((folder) => path.startsWith(folder));
  return rank < 0 ? longest.length : rank;
}

async function run(job: Job): Promise<void> {
  const signal = AbortSignal.timeout(fileMsMax);
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: job.args,
    stdin: "null",
    env: { NO_COLOR: "1" },
    signal,
  }).output();
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  const [passed, failed] = /(\d+) passed[^|]*\| (\d+) failed/.exec(said.slice(-4096))?.slice(1)
    .map(Number) ?? [0, 0];
  job.passed = passed;
  // A file that does not even load, or ends before its tests, fails without a failed test of its own.
  job.failed = success ? 0 : Math.max(failed, 1);
  if (!success) {
    const end = signal.aborted ? `it did not end within ${fileMsMax} ms\n` : "";
    const at = said.lastIndexOf("\n FAILURES \n");
    job.failures = `${job.name} failed:\n${said.slice(at < 0 ? -4096 : at)}${end}`;
  }
  console.log(said.trimEnd());
}

const files = (await testsIn("test")).sort((a, b) => rankOf(a) - rankOf(b));
const jobs = [
  jobOf("deno check", ["check", "--quiet"]),
  ...files.map((path) =>
    jobOf(path, ["test", "--no-check", "--allow-all", "--no-prompt", ...Deno.args, path])
  ),
];
const queue = jobs.values();
const lane = async () => {
  for (const job of queue) await run(job);
};
await Promise.all(Array.from({ length: navigator.hardwareConcurrency + 1 }, lane));

const sum = (count: "passed" | "failed") => jobs.reduce((total, job) => total + job[count], 0);
for (const { failures } of jobs) if (failures !== "") console.log(failures);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
Deno.exit(sum("failed") === 0 ? 0 : 1);
