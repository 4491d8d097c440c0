// A plugin that tries to get out of its sandbox: each key of `attacks` is one way, run by the key `attack`.
const attacks = {
  "read a file": () => Deno.readTextFileSync("/etc/passwd"),
  "read a file through node:fs": async () =>
    (await import("node:fs")).readFileSync("/etc/passwd", "utf8"),
  "read beside what is granted": (props) => Deno.readTextFileSync(`${props.file}.secret`),
  "read its own memory by /proc": () => Deno.readTextFileSync("/proc/self/environ"),
  "write a file": (props) => Deno.writeTextFileSync(`${props.file}.new`, "x"),
  "write what it may read": (props) => Deno.writeTextFileSync(props.file, "x"),
  "make a link": (props) => Deno.symlinkSync("/etc/passwd", `${props.file}.link`),
  "connect": () => Deno.connect({ hostname: "127.0.0.1", port: 9 }),
  "fetch": () => fetch("http://127.0.0.1:9/"),
  "listen": () => Deno.listen({ port: 0 }),
  "see an environment variable": () => Deno.env.get("PATH"),
  "see the environment through node": async () => (await import("node:process")).env.PATH,
  "see it through the global process": () => {
    const { PATH } = globalThis.process.env;
    if (PATH === undefined) throw new Error("there is none");
  },
  "run a command": () => new Deno.Command("true").outputSync(),
  "run a command through node": () => import("node:child_process"),
  "load a library": () => Deno.dlopen("libc.so.6", {}),
  "make a Worker": () => new Worker("data:text/javascript,"),
  "make a Worker through node": () => import("node:worker_threads"),
  // In pieces, or the tools that read this file would fetch what it names.
  "import data": () => import(["data", "text/javascript,export default 1"].join(":")),
  "import from the network": () => import(["https", "//example.com/x.js"].join(":")),
  "import a package": () => import(["npm", "left-pad"].join(":")),
  "import another file": (props) => import(`file://${props.file}.secret`),
  "import a node module by its plain name": () => import("vm"),
  "kill the process": () => Deno.kill(Deno.pid, "SIGKILL"),
  "kill the process through node": () => process.kill(process.pid, "SIGKILL"),
  "abort the process": () => process.abort(),
  "exit": () => Deno.exit(3),
  "exit through node": () => process.exit(3),
  "get a built-in module": () => process.getBuiltinModule("node:child_process").execSync("true"),
  "reach the ops": () => {
    const internal = Deno[Deno.internal];
    if (internal === undefined) throw new Error("there are none");
  },
  "ask for a permission": async () => {
    const { state } = await Deno.permissions.request({ name: "read" });
    if (state !== "granted") throw new Error(state);
  },
  "ask for the name of the machine": () => Deno.hostname(),
  "read what it is granted": (props) => Deno.readTextFileSync(props.file),
};

const ends = {
  "throw in start": () => {
    throw new Error("start has failed");
  },
  "throw in poll": null,
  "reject out of turn": () => void Promise.reject(new Error("nobody waited for this")),
  "throw out of turn": () =>
    void setTimeout(() => {
      throw new Error("nobody caught this");
    }),
  "close itself": () => self.close(),
  "send what is no message": () => self.postMessage({ type: "batch", id: "one" }),
  "send a batch that is none": () =>
    self.postMessage({ type: "batch", id: 0, topic: "t", partition: 0, batch: new Uint8Array(70) }),
  "write to an internal topic": null,
  "loop when it stops": null,
};

class Connector {
  initialize() {}
  start() {}
  taskConfigs() {
    return [];
  }
  stop() {}
}

class Task {
  initialize() {}
  async start(props) {
    this.props = props;
    if (Object.hasOwn(ends, props.attack)) return ends[props.attack]?.();
    try {
      await attacks[props.attack](props);
      console.info("RESULT succeeded");
    } catch (error) {
      console.info(`RESULT ${error.name}: ${error.message}`);
    }
  }
  async poll() {
    if (this.props.attack === "throw in poll") throw new TypeError("poll has failed");
    await new Promise((resolve) => setTimeout(resolve, 10));
    return null;
  }
  commit() {}
  commitRecord() {}
  stop() {
    if (this.props.attack === "loop when it stops") { for (;;); }
  }
}

export const attackNames = Object.keys(attacks);

export default {
  type: "source",
  name: "Attacker",
  version: "1",
  config: { keys: {}, validate: () => [] },
  connector: Connector,
  task: Task,
};
