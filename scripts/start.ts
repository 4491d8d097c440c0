/** The main job: a sample file through the embedded log into a sink file, until Ctrl-C. */

const root = new URL("../", import.meta.url).pathname;
Deno.chdir(root);
await run("sh", "compile.sh");
try {
  await Deno.stat("test.txt");
} catch {
  await Deno.writeTextFile("test.txt", "foo\nbar\n");
}
console.log(
  "Reading test.txt, writing test.sink.txt; add lines to test.txt, and stop with Ctrl-C.",
);
const files = ["standalone", "file-source", "file-sink"].map((name) =>
  `config/connect-${name}.properties`
);
await run("./connect", "standalone", ...files);

async function run(command: string, ...args: string[]): Promise<void> {
  const child = new Deno.Command(command, { args }).spawn();
  // Ctrl-C reaches the child by itself, a signal sent to us alone does not.
  const pass = () => child.kill("SIGTERM");
  Deno.addSignalListener("SIGTERM", pass);
  Deno.addSignalListener("SIGINT", () => {});
  const { code } = await child.status;
  Deno.removeSignalListener("SIGTERM", pass);
  if (code !== 0) Deno.exit(code);
}
