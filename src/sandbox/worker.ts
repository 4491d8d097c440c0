/**
 * The entry of every Web Worker: hardens the realm for plugins from outside, then hosts connectors or runs
 * one task.
 *
 * It is loaded with the rights of the worker's process; what it imports later, plugins above all, with
 * those of this Web Worker alone.
 *
 * @module
 */

import type { SinkTask, SourceTask } from "../api/mod.ts";
import { ConnectError, systemClock, traceOf } from "../base/mod.ts";
import {
  type ChainStep,
  closeChain,
  type Converters,
  type PluginSpec,
  runTrial,
  SinkLoop,
  SourceLoop,
  TaskCounts,
  type TaskPort,
  type TaskSpec,
  type ToTask,
  type TrialInput,
} from "../task/mod.ts";
import { ConnectorHost } from "./connector_host.ts";
import { hardenRealm } from "./harden.ts";
import { javaClassOfPlugin, loadPlugin } from "./plugin_registry.ts";
import { type LevelsMessage, MessageLog, type WorkerLevels } from "./worker_log.ts";

/** What the worker says first. */
export type WorkerInit = { levels?: WorkerLevels } & WorkerTask;

/** What a Web Worker is for. */
export type WorkerTask =
  | { role: "host"; files: readonly string[] }
  | { role: "task"; files: readonly string[]; spec: TaskSpec }
  | { role: "trial"; files: readonly string[]; spec: TaskSpec; inputs: readonly TrialInput[] };

interface Scope {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(
    type: "unhandledrejection",
    listener: (event: PromiseRejectionEvent) => void,
  ): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
}

const scope = globalThis as unknown as Scope;
const post = scope.postMessage.bind(scope);
let receive: ((message: never) => void) | null = null;

/** Ends this Web Worker's work; the worker terminates it. */
function fail(error: unknown): void {
  post({ type: "failed", trace: traceOf(error) });
}

const log = new MessageLog(systemClock, post);
log.takeConsole();
const counts = new TaskCounts();

scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  fail(event.reason);
});
scope.addEventListener("error", (event) => {
  event.preventDefault();
  fail(event.error ?? new ConnectError(event.message));
});
scope.addEventListener("message", ({ data }) => {
  if (data.type === "logLevels") log.levels = (data as LevelsMessage).levels;
  else if (data.type === "count") post(counts.take());
  else if (receive !== null) receive(data as never);
  else begin(data as WorkerInit);
});

function begin(init: WorkerInit): void {
  if (init.levels !== undefined) log.levels = init.levels;
  // What the executable brings along needs no walls beyond its permissions, and they take a third of the start.
  if (init.files.length > 0) {
    hardenRealm(() => fail(new ConnectError("the plugin has closed its Worker")));
  }
  if (init.role === "host") {
    const host = new ConnectorHost(init.files, post);
    receive = host.receive.bind(host);
    post({ type: "ready" });
    return;
  }
  if (init.role === "trial") {
    return void tryRecords(init).then(() => post({ type: "stopped" }), fail);
  }
  // Messages that come while plugins are being loaded wait for the loop.
  const early: ToTask[] = [];
  receive = (message: ToTask) => void early.push(message);
  runTask(init, (ready) => {
    receive = ready;
    for (const message of early) ready(message);
  }).finally(() => post(counts.take())).then(() => post({ type: "stopped" }), fail);
}

async function runTask(
  { files, spec }: WorkerTask & { role: "task" },
  ready: (receive: (message: ToTask) => void) => void,
): Promise<void> {
  const port: TaskPort = {
    send(message, transfer) {
      if (message.type === "log") log.take(message);
      else post(message, transfer ?? []);
    },
  };
  const plugin = await loadPlugin([spec.kind], spec.className, files);
  const converters = await makeConverters(spec, files);
  const chain = await makeChain(spec, files);
  const task = new plugin.task();
  const { random } = Math;
  const options = { spec, chain, converters, port, clock: systemClock, random, counts };
  const loop = spec.kind === "source"
    ? new SourceLoop({ ...options, task: task as SourceTask })
    : new SinkLoop({ ...options, task: task as SinkTask });
  ready((message) => loop.receive(message));
  try {
    await loop.run();
  } finally {
    closeChain(chain, converters);
  }
}

/** Tries the chain and the converters of a task, without the task. */
async function tryRecords(
  { files, spec, inputs }: WorkerTask & { role: "trial" },
): Promise<void> {
  const converters = await makeConverters(spec, files);
  const chain = await makeChain(spec, files);
  post({ type: "ready" });
  try {
    const options = { spec, chain, converters, clock: systemClock };
    await runTrial(options, inputs, (outcome) => post({ type: "tried", outcome }));
  } finally {
    closeChain(chain, converters);
  }
}

async function makeConverters(spec: TaskSpec, files: readonly string[]): Promise<Converters> {
  async function make({ className, props }: PluginSpec, isKey: boolean) {
    const plugin = await loadPlugin(["converter"], className, files);
    const converter = new plugin.create();
    converter.configure(props, isKey);
    return { converter, className: javaClassOfPlugin(plugin) };
  }
  const { className, props } = spec.headerConverter;
  const plugin = await loadPlugin(["header_converter"], className, files);
  const header = new plugin.create();
  header.configure(props);
  const key = await make(spec.keyConverter, true);
  const value = await make(spec.valueConverter, false);
  return {
    key: key.converter,
    value: value.converter,
    header,
    classNames: {
      key: key.className,
      value: value.className,
      header: javaClassOfPlugin(plugin),
    },
  };
}

async function makeChain(spec: TaskSpec, files: readonly string[]): Promise<ChainStep[]> {
  const chain: ChainStep[] = [];
  for (const { className, props, predicate } of spec.transforms) {
    const plugin = await loadPlugin(["transformation"], className, files);
    const transformation = new plugin.create();
    transformation.configure(props);
    const step = { transformation, predicate: null, className: javaClassOfPlugin(plugin) };
    if (predicate === null) {
      chain.push(step);
      continue;
    }
    const condition = new (await loadPlugin(["predicate"], predicate.className, files)).create();
    condition.configure(predicate.props);
    chain.push({ ...step, predicate: { predicate: condition, negate: predicate.negate } });
  }
  return chain;
}
