// A connector that tells its password wherever it can: in its log, in its tasks' log, and in errors.
class Connector {
  initialize() {}

  start(props) {
    this.props = props;
    console.info(`connector: ${props.password}`);
    if (props.fails === "connector") throw new Error(`no login as ${JSON.stringify(props)}`);
  }

  taskConfigs() {
    return [this.props];
  }

  stop() {
    console.info("connector: STOPPED");
  }
}

class Task {
  initialize() {}

  start({ password, fails }) {
    // What is not the password itself shows that it was there.
    console.info(`task: ${[...password].reverse().join("")}`);
    console.info(`task: ${password} ${btoa(password)} ${encodeURIComponent(password)}`);
    this.message = fails === "task" ? `no login with ${password}, alas` : null;
  }

  async poll() {
    if (this.message !== null) throw new Error(this.message);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return null;
  }

  commit() {}
  commitRecord() {}
  stop() {}
}

export default {
  type: "source",
  name: "Telling",
  version: "1",
  config: {
    keys: { password: { type: "PASSWORD", importance: "HIGH", doc: "What is told." } },
    validate: ({ password }) => [{
      name: "password",
      value: null,
      recommendedValues: [],
      errorMessages: password.length > 20 ? [`Invalid value ${password}`] : [],
      visible: true,
    }],
  },
  connector: Connector,
  task: Task,
};
