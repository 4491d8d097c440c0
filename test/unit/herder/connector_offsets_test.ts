/** The offsets of connectors, beyond what the recorded answers show: what goes wrong, and what is exact. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { canonicalText, parseJson } from "../../../mod.ts";
import { ConnectError, systemClock } from "../../../src/base/mod.ts";
import {
  ConfigVariables,
  type ConnectorOffset,
  ConnectorOffsets,
  type ConnectorOffsetsOptions,
} from "../../../src/herder/mod.ts";
import { RemoteError } from "../../../src/sandbox/mod.ts";
import { FileOffsetStore } from "../../../src/store/mod.ts";
import { EmbeddedTopics } from "../../../src/topics/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog, MemoryDisk } from "../../faults/memory_disk.ts";

type Asked = Parameters<ConnectorOffsetsOptions["connectors"]["alterOffsets"]>;
type Owner = Parameters<ConnectorOffsets["read"]>[0];
type Description = NonNullable<Owner["definition"]["description"]>;
type Describe = (className: string) => Promise<Description>;

/** A worker with one connector, which answers as it is told and remembers what it was asked. */
class Worker {
  readonly log = keptLog();
  readonly disk = new MemoryDisk();
  readonly clock = new HeldClock();
  readonly asked: Asked[] = [];
  answer: () => Promise<boolean> = () => Promise.resolve(true);
  wait: Owner["whileUnchanged"] = (action) => action((call) => call);
  describe: Describe = () => Promise.reject(new ConnectError("nobody should ask"));
  target: Owner["target"] = "STOPPED";
  tasks: Owner["tasks"] = [];
  topics!: EmbeddedTopics;
  store!: FileOffsetStore;
  #offsets!: ConnectorOffsets;

  static async open(): Promise<Worker> {
    const worker = new Worker();
    const { disk, log, clock } = worker;
    worker.topics = await EmbeddedTopics.open({ disk, folder: "log", clock: systemClock, log });
    worker.store = await FileOffsetStore.open(disk, "offsets");
    worker.#offsets = new ConnectorOffsets({
      workerProps: {},
      variables: ConfigVariables.none(),
      connectors: {
        alterOffsets: (...asked) => {
          worker.asked.push(asked);
          return worker.answer();
        },
        describe: (props) => worker.describe(props["connector.class"]!),
      },
      topics: worker.topics,
      clients: null,
      offsets: worker.store,
      clock,
      log,
    });
    return worker;
  }

  owner(type: "source" | "sink"): Owner {
    const { target, tasks, wait } = this;
    const props = { name: "it", "connector.class": "Some" };
    const permissions = { read: [], write: [], net: [], env: [] };
    const description = { type, name: "Some", version: "1", taskClass: "Task", permissions };
    return { name: "it", definition: { props, description }, target, tasks, whileUnchanged: wait };
  }

  read(type: "source" | "sink") {
    return this.#offsets.read(this.owner(type));
  }

  /** Changes offsets, given as the JSON text of `[[partition, offset], ...]`. */
  alter(type: "source" | "sink", text: string) {
    const pairs = parseJson(text) as unknown as [Part, Part][];
    return this.#offsets.alter(
      this.owner(type),
      pairs.map(([partition, offset]) => ({ partition, offset })),
    );
  }

  reset(type: "source" | "sink") {
    return this.#offsets.reset(this.owner(type));
  }
}

type Part = ConnectorOffset["partition"];

function workerTest(name: string, body: (worker: Worker) => Promise<void>): void {
  Deno.test(name, async () => {
    const worker = await Worker.open();
    try {
      await body(worker);
    } finally {
      await worker.topics.close();
    }
  });
}

function thrown(message: string, javaClass: string): () => Promise<never> {
  return () => Promise.reject(new RemoteError(message, `${javaClass}: ${message}\n\tat x\n`));
}

const connectException = "org.apache.kafka.connect.errors.ConnectException";

workerTest(
  "a source's offsets are kept exactly, whatever their names and numbers",
  async (worker) => {
    const text =
      String.raw`[[{"\u000a":1,"\u00e9":2},{"a":9223372036854775807,"b":-9223372036854775808}],` +
      String
        .raw`[{"\u000a":1,"\u00e9":3},{"x":1.5,"y":1e400,"z":null,"t":true,"s":"\ud83d\ude00"}]]`;
    assert.equal(
      await worker.alter("source", text),
      "The offsets for this connector have been altered successfully",
    );
    const expected = [
      {
        partition: { "\n": 1, "é": 2 },
        offset: { a: 9223372036854775807n, b: -9223372036854775808n },
      },
      {
        partition: { "\n": 1, "é": 3 },
        offset: { x: 1.5, y: "Infinity", z: null, t: true, s: "😀" },
      },
    ];
    assert.deepEqual(await worker.read("source"), expected);
    assert.deepEqual(worker.asked, [[
      { name: "it", "connector.class": "Some" },
      { type: "source", offsets: expected },
    ]]);
    const again = await FileOffsetStore.open(worker.disk, "offsets");
    assert.deepEqual(again.list("it")[0], [
      '{"\\n":1,"é":2}',
      '{"a":9223372036854775807,"b":-9223372036854775808}',
    ]);
  },
);

workerTest("of a partition that is named again counts what is said last", async (worker) => {
  await worker.alter("source", '[[{"a":1,"b":2},{"p":1}],[null,{"p":9}],[{"b":2,"a":1},{"p":2}]]');
  assert.deepEqual(await worker.read("source"), [
    { partition: { b: 2, a: 1 }, offset: { p: 2 } },
  ]);
  await worker.topics.createTopics([{ name: "t" }]);
  const one = '{"kafka_topic":"t","kafka_partition":0}';
  const same = '{"kafka_partition":"+0","kafka_topic":"t"}';
  await worker.alter("sink", `[[${one},{"kafka_offset":1}],[${same},{"kafka_offset":"0002"}]]`);
  assert.deepEqual(await worker.read("sink"), [
    { partition: { kafka_partition: 0, kafka_topic: "t" }, offset: { kafka_offset: 2 } },
  ]);
  assert.deepEqual(worker.asked[1][1], {
    type: "sink",
    offsets: [{ topic: "t", partition: 0, offset: 2n }],
  });
});

workerTest("what is no primitive is no part of an offset", async (worker) => {
  const only = "Offsets may only contain primitive types as values, but field";
  for (
    const [text, message] of [
      ['[[{"a":[1]},null]]', `${only} a contains ARRAY`],
      ['[[{"a":1},{"p":{"b":1}}]]', `${only} p contains MAP`],
      [
        '[[{"a":1},{"p":9223372036854775808}]]',
        `${only} p contains class java.math.BigInteger`,
      ],
    ]
  ) {
    await assert.rejects(worker.alter("source", text), { name: "ConnectError", message }, text);
  }
  assert.deepEqual(worker.asked, []);
  assert.deepEqual(await worker.read("source"), []);
});

workerTest("a reset asks the connector with all its partitions, or with none", async (worker) => {
  await worker.alter("source", '[[{"f":"a"},{"p":1}],[{"f":"b"},{"p":2}]]');
  const done = "The offsets for this connector have been reset successfully";
  assert.equal(await worker.reset("source"), done);
  assert.equal(await worker.reset("source"), done);
  assert.deepEqual(worker.asked.slice(1).map(([_, { offsets }]) => offsets), [
    [{ partition: { f: "a" }, offset: null }, { partition: { f: "b" }, offset: null }],
    [],
  ]);
  assert.deepEqual(await worker.read("source"), []);
  assert.deepEqual((await FileOffsetStore.open(worker.disk, "offsets")).list("it"), []);

  await worker.topics.createTopics([{ name: "t", partitions: 11 }]);
  const at = (partition: number) => `[{"kafka_topic":"t","kafka_partition":${partition}},`;
  await worker.alter("sink", `[${at(10)}{"kafka_offset":7}],${at(9)}{"kafka_offset":8}]]`);
  const places = (await worker.read("sink")).map(({ partition }) => partition!.kafka_partition);
  assert.deepEqual(places, [9, 10]);
  assert.equal(await worker.reset("sink"), done);
  assert.equal(await worker.reset("sink"), done);
  const all = new Set(worker.asked.at(-2)![1].offsets.map((one) => JSON.stringify(one)));
  assert.deepEqual(
    all,
    new Set([9, 10].map((partition) => JSON.stringify({ topic: "t", partition, offset: null }))),
  );
  assert.deepEqual(worker.asked.at(-1)![1].offsets, []);
  assert.deepEqual(await worker.read("sink"), []);
});

workerTest(
  "a connector that knows nothing of offsets leaves them to the worker",
  async (worker) => {
    worker.answer = () => Promise.resolve(false);
    const told = (done: string) =>
      `The Connect framework-managed offsets for this connector have been ${done} successfully. ` +
      "However, if this connector manages offsets externally, they will need to be manually " +
      `${done} in the system that the connector uses.`;
    assert.equal(await worker.alter("source", '[[{"f":"a"},{"p":1}]]'), told("altered"));
    assert.equal((await worker.read("source")).length, 1);
    assert.equal(await worker.reset("sink"), told("reset"));
  },
);

workerTest("a connector that refuses offsets has them left as they are", async (worker) => {
  await worker.topics.createTopics([{ name: "t" }]);
  const sink = '[[{"kafka_topic":"t","kafka_partition":0},{"kafka_offset":1}]]';
  for (const [type, text] of [["source", '[[{"f":"a"},{"p":1}]]'], ["sink", sink]] as const) {
    worker.answer = thrown("No such file", connectException);
    await assert.rejects(worker.alter(type, text), {
      name: "ConnectError",
      message: "No such file",
    });
    // Kafka: what is no ConnectException is in the log alone.
    worker.answer = thrown("it is broken", "TypeError");
    const message = `Failed to modify offsets for ${type} connector it`;
    await assert.rejects(worker.alter(type, text), { name: "ConnectError", message });
    await assert.rejects(worker.reset(type), { name: "ConnectError", message });
    assert.ok(worker.log.lines.includes(`error ${message}: it is broken`));
    worker.answer = () => {
      worker.clock.advance(90_000);
      return Promise.resolve(true);
    };
    await assert.rejects(worker.alter(type, text), {
      name: "ConnectError",
      message: `Timed out while calling the 'alterOffsets' method for ${type} connector it`,
    });
    assert.deepEqual(await worker.read(type), []);
  }
});

workerTest("offsets of a connector that is not stopped are left alone", async (worker) => {
  const refused = {
    name: "BadRequestError",
    message:
      "Connectors must be in the STOPPED state before their offsets can be modified. This can " +
      "be done for the specified connector by issuing a 'PUT' request to the " +
      "'/connectors/it/stop' endpoint",
  };
  worker.tasks = [{}];
  await assert.rejects(worker.reset("source"), refused);
  worker.tasks = [];
  for (const target of ["STARTED", "PAUSED"] as const) {
    worker.target = target;
    await assert.rejects(worker.reset("sink"), refused);
  }
  worker.target = "STOPPED";
  // It is resumed before its turn comes.
  worker.wait = (action) => {
    Object.assign(owner, { target: "STARTED" });
    return action((call) => call);
  };
  const owner = worker.owner("source");
  worker.owner = () => owner;
  await assert.rejects(worker.alter("source", '[[{"f":"a"},{"p":1}]]'), refused);
  await assert.rejects(worker.alter("source", "[]"), {
    name: "ConnectError",
    message: "The offsets to be altered may not be null or empty",
  });
  assert.deepEqual(worker.asked, []);
});

workerTest(
  "a connector that is wanted otherwise while it is asked keeps its offsets",
  async (worker) => {
    worker.answer = () => new Promise(() => {});
    worker.wait = (action) =>
      action((call) => Promise.race([call, Promise.reject(new ConnectError("not waited for"))]));
    await assert.rejects(worker.alter("source", '[[{"f":"a"},{"p":1}]]'), {
      message: "Failed to modify offsets for source connector it",
    });
    assert.deepEqual(await worker.read("source"), []);
  },
);

workerTest("a sink's offsets are left alone while its group has members", async (worker) => {
  await worker.topics.createTopics([{ name: "t" }]);
  const zombie = await worker.topics.joinGroup({
    groupId: "connect-it",
    selection: { topics: ["t"] },
    autoOffsetReset: "earliest",
    clientId: "zombie",
  });
  const told = (what: string) =>
    `Failed to ${what} consumer group offsets for connector it either because its tasks haven't ` +
    `stopped completely yet or the connector was resumed before the request to ${what} its offsets ` +
    "could be successfully completed. If the connector is in a stopped state, this operation can be " +
    "safely retried. If it doesn't eventually succeed, the Connect cluster may need to be restarted " +
    "to get rid of the zombie sink tasks.";
  const place = '{"kafka_topic":"t","kafka_partition":0}';
  for (const offset of ['{"kafka_offset":1}', "null"]) {
    const message = told("alter");
    await assert.rejects(worker.alter("sink", `[[${place},${offset}]]`), { message });
  }
  await assert.rejects(worker.reset("sink"), { message: told("reset") });
  await zombie.close();
  await worker.alter("sink", `[[${place},{"kafka_offset":1}]]`);
  assert.equal((await worker.read("sink")).length, 1);
});

workerTest("what a sink cannot have is told, and the rest of it is done", async (worker) => {
  await worker.topics.createTopics([{ name: "t" }]);
  const failed = "Failed to alter consumer group offsets for connector it";
  const place = '{"kafka_topic":"t","kafka_partition":0}';
  // There is no group yet that could forget it.
  await assert.rejects(worker.alter("sink", `[[${place},null]]`), { message: failed });
  const other = '{"kafka_topic":"u","kafka_partition":0}';
  const both = `[[${other},{"kafka_offset":1}],[${place},{"kafka_offset":9007199254740993}]]`;
  await assert.rejects(worker.alter("sink", both), { name: "ConnectError", message: failed });
  assert.deepEqual(await worker.read("sink"), [
    {
      partition: { kafka_partition: 0, kafka_topic: "t" },
      offset: { kafka_offset: 2n ** 53n + 1n },
    },
  ]);
  for (
    const [offset, value] of [
      ["1.0", "1.0"],
      ["1e3", "1000.0"],
      ["9223372036854775808", "9223372036854775808"],
      ['{"a":[1,null]}', "{a=[1, null]}"],
      ["null", "null"],
      ["true", "true"],
    ]
  ) {
    await assert.rejects(worker.alter("sink", `[[${place},{"kafka_offset":${offset}}]]`), {
      name: "BadRequestError",
      message: "Failed to parse the following Kafka offset value in the provided offsets: " +
        `'${value}'. Offset values for sink connectors need to be integers.`,
    });
  }
});

workerTest("offsets that cannot be stored are told of", async (worker) => {
  worker.store.commit = () => Promise.reject(new ConnectError("the disk is full"));
  await assert.rejects(worker.alter("source", '[[{"f":"a"},{"p":1}]]'), {
    name: "ConnectError",
    message: "Failed to modify offsets for source connector it",
  });
  assert.ok(
    worker.log.lines.includes(
      "error Failed to modify offsets for source connector it: the disk is full",
    ),
  );
});

workerTest(
  "a connector whose configuration will not do has offsets all the same",
  async (worker) => {
    await worker.alter("source", '[[{"f":"a"},{"p":1}]]');
    const known = worker.owner("source");
    const { props, description } = known.definition;
    worker.owner = () => ({ ...known, definition: { props, description: null } });
    worker.describe = (name) => {
      assert.equal(name, "Some");
      return Promise.resolve(description!);
    };
    assert.deepEqual(await worker.read("sink"), [{ partition: { f: "a" }, offset: { p: 1 } }]);
    await worker.reset("sink");
    assert.deepEqual(await worker.read("sink"), []);
    const refusal = { name: "ConnectError", message: "there is no Some" };
    worker.describe = () => Promise.reject(new ConnectError("there is no Some"));
    await assert.rejects(worker.read("source"), refusal);
    await assert.rejects(worker.reset("source"), refusal);
  },
);

workerTest(
  "whatever JSON a source's offsets are, they are kept as they are or refused",
  async (worker) => {
    const map = fc.option(
      fc.dictionary(fc.string({ unit: "binary" }), fc.jsonValue({ maxDepth: 1 })),
    );
    const isKept = (part: Record<string, unknown> | null) =>
      Object.values(part ?? {}).every((value) => typeof value !== "object" || value === null);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(map, map), { minLength: 1, maxLength: 5 }),
        async (pairs) => {
          await worker.reset("source");
          const text = JSON.stringify(pairs);
          const altered = await worker.alter("source", text).then(() => null, (error) => error);
          if (!pairs.flat().every(isKept)) return assert.match(altered.message, /primitive types/);
          assert.equal(altered, null);
          // What has a map for its partition, and is not taken away, is there.
          const expected = new Map<string, string>();
          for (const [partition, offset] of JSON.parse(text) as [Part, Part][]) {
            if (partition === null) continue;
            if (offset === null) expected.delete(canonicalText(partition));
            else expected.set(canonicalText(partition), canonicalText(offset));
          }
          const found = (await worker.read("source")).map(({ partition, offset }) =>
            [canonicalText(partition), canonicalText(offset)] as const
          );
          assert.deepEqual(new Map(found), expected);
          assert.equal(found.length, expected.size);
        },
      ),
    );
  },
);

workerTest(
  "whatever JSON a sink's offsets are, they are altered or refused in Kafka's words",
  async (worker) => {
    await worker.topics.createTopics([{ name: "t", partitions: 2 }]);
    const some = (...values: unknown[]) => fc.oneof(fc.constantFrom(...values), fc.jsonValue());
    const part = (name: string, values: fc.Arbitrary<unknown>) => fc.record({ [name]: values });
    const partition = fc.tuple(
      part("kafka_topic", some("t", "u", null)),
      part("kafka_partition", some(0, "1", 2, 1.5)),
    ).map((parts) => Object.assign({}, ...parts));
    const offset = fc.option(part("kafka_offset", some(0, "7", -1, 1e30)));
    await fc.assert(fc.asyncProperty(partition, offset, async (partition, offset) => {
      const text = JSON.stringify([[partition, offset]]);
      try {
        await worker.alter("sink", text);
      } catch (error) {
        assert.ok(error instanceof ConnectError, `${text}: ${error}`);
        assert.match(error.message, /^(Failed to|Kafka (topic names|partitions) must)/, text);
        return;
      }
      assert.equal(partition.kafka_topic, "t");
      const [place, after] = [Number(partition.kafka_partition), await worker.read("sink")];
      const found = after.find(({ partition }) => partition!.kafka_partition === place);
      assert.deepEqual(
        found?.offset ?? null,
        offset && { kafka_offset: Number(offset.kafka_offset) },
        text,
      );
    }));
  },
);
