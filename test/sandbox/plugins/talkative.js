// A source that says much: `flood` messages at its start, then one on each level at each poll.
class Connector {
  initialize() {}
  start() {}
  taskConfigs() {
    return [{}];
  }
  stop() {}
}

class Task {
  polls = 0;
  formatted = 0;

  initialize() {}

  start({ flood = "0" }) {
    for (let i = 0; i < Number(flood); i++) console.info(`flood ${i}`);
  }

  async poll() {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { polls } = this;
    // What is not shown is not even put together.
    const costly = { [Symbol.for("Deno.customInspect")]: () => `${++this.formatted}` };
    console.debug("debug", costly);
    console.info(`info ${polls} ${this.formatted}`);
    this.polls++;
    return null;
  }

  commit() {}
  commitRecord() {}
  stop() {}
}

export default {
  type: "source",
  name: "org.example.TalkativeConnector",
  version: "1",
  config: { validate: () => [] },
  connector: Connector,
  task: Task,
};
