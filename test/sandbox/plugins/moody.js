// A connector that does what the key `mood` says; its tasks do nothing.
class Connector {
  #context = null;
  #calls = 0;

  initialize(context) {
    this.#context = context;
  }

  start({ mood }) {
    this.mood = mood;
    if (mood === "fails to start") throw new TypeError("not today");
    if (mood === "raises an error") setTimeout(() => this.#context.raiseError(new Error("enough")));
    if (mood === "closes its Worker") setTimeout(() => self.close());
    if (mood === "hangs") { for (;;); }
    if (mood === "waits for ever") return new Promise(() => {});
    if (mood === "wants more tasks" || mood === "wants the same tasks") {
      this.#context.requestTaskReconfiguration();
    }
  }

  taskConfigs(tasksMax) {
    this.#calls++;
    if (this.mood === "makes too many tasks") {
      return Array.from({ length: tasksMax + 1 }, () => ({}));
    }
    if (this.mood !== "wants more tasks") return [{ part: "all" }];
    return Array.from({ length: this.#calls }, (_, i) => ({ part: `${i} of ${this.#calls}` }));
  }

  alterOffsets({ mood }, offsets) {
    if (this.#context !== null) throw new Error("it is started");
    if (mood === "ponders offsets") return new Promise(() => {});
    if (mood === "loops over offsets") { for (;;); }
    if (mood === "refuses offsets") throw new RangeError(`not ${offsets[0].offset?.at}`);
    return mood !== "leaves offsets alone" || "neither";
  }

  stop() {
    if (this.mood === "loops when it stops") { for (;;); }
    if (this.mood === "complains when it stops") this.#context.raiseError(new Error("too late"));
  }
}

class Task {
  initialize() {}
  start({ part }) {
    console.info(`STARTED ${part}`);
  }
  async poll() {
    await new Promise((resolve) => setTimeout(resolve, 5));
    return null;
  }
  commit() {}
  commitRecord() {}
  stop() {
    console.info("STOPPED");
  }
}

function validate({ mood }) {
  if (mood === "loops when it is checked") { for (;;); }
  return [];
}

export default {
  type: "source",
  name: "Moody",
  version: "1",
  config: { keys: {}, validate },
  connector: Connector,
  task: Task,
};
