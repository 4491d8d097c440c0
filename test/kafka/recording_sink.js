// A sink whose task prints how it is called, and does nothing else: RecordingSink.java in JavaScript.
class Connector {
  initialize() {}
  start() {}
  taskConfigs() {
    return [{}];
  }
  stop() {}
}

class Task {
  #context = null;

  initialize(context) {
    this.#context = context;
  }
  start() {
    say("start");
  }
  open(partitions) {
    say(`open ${numbers(partitions)} of ${numbers(this.#context.assignment())}`);
  }
  put(records) {
    say(`put ${records.length}`);
  }
  preCommit(offsets) {
    const sorted = offsets.toSorted((a, b) => a.partition - b.partition);
    say(`preCommit ${sorted.map(({ partition, offset }) => `${partition}:${offset}`).join(" ")}`);
    return offsets;
  }
  close(partitions) {
    say(`close ${numbers(partitions)} of ${numbers(this.#context.assignment())}`);
  }
  stop() {
    say("stop");
  }
}

function numbers(partitions) {
  return partitions.map(({ partition }) => partition).sort().join(" ");
}

function say(call) {
  console.info(`CALLED ${call}`);
}

export default {
  type: "sink",
  name: "RecordingSink",
  version: "1",
  config: { validate: () => [] },
  connector: Connector,
  task: Task,
};
