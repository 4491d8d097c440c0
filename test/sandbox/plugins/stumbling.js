// A transform that does what a record's value says.
class Stumbling {
  configure(props) {
    if (props.mood === "refuses") throw new Error("not with these keys");
  }

  apply(record) {
    if (record.value === "loop") {
      console.info("it loops");
      for (;;);
    }
    if (record.value === "close") self.close();
    if (record.value === "throw") throw new TypeError("not this one");
    return record.value === "drop" ? null : record;
  }
}

export default {
  type: "transformation",
  name: "Stumbling",
  version: "1",
  config: { keys: {}, validate: () => [] },
  create: Stumbling,
};
