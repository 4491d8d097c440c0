// A sink that takes records but for those with the value "not yet", which it wants again and again.
import { RetriableError } from "connect";

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

  start() {}
  open() {}

  put(records) {
    for (const { value } of records) {
      console.info(`is given ${value}`);
      if (value !== "not yet") continue;
      this.#context.timeout(5);
      throw new RetriableError("later");
    }
  }

  preCommit(offsets) {
    return offsets;
  }

  close() {}
  stop() {}
}

export default {
  type: "sink",
  name: "Reluctant",
  version: "1",
  config: { keys: {}, validate: () => [] },
  connector: Connector,
  task: Task,
};
