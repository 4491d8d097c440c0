// A sink that offers to commit what is not its to give: one offset too far, and one of another topic.
class Connector {
  initialize() {}
  start() {}
  taskConfigs() {
    return [{}];
  }
  stop() {}
}

class Task {
  initialize() {}
  start() {}
  open() {}
  put() {}
  preCommit(offsets) {
    const [first, ...others] = offsets.toSorted((a, b) => a.partition - b.partition);
    return [
      { ...first, offset: first.offset + 1n },
      ...others,
      { topic: "other", partition: 0, offset: 1n },
    ];
  }
  close() {}
  stop() {}
}

export default {
  type: "sink",
  name: "Overeager",
  version: "1",
  config: { keys: {}, validate: () => [] },
  connector: Connector,
  task: Task,
};
