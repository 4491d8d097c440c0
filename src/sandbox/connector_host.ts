/** Hosts connectors inside a Web Worker: makes them, calls them, and answers for them. */

import type { SinkConnector, SourceConnector } from "../api/mod.ts";
import { ConnectError, reasonOf, traceOf } from "../base/mod.ts";
import { keyInfo, valueInfo } from "./config_info.ts";
import {
  type FromHost,
  type HostCall,
  type PluginCheck,
  type PluginInspection,
  pluginTypes,
} from "./connector_messages.ts";
import {
  findPlugin,
  javaClassOfPlugin,
  javaClassOfTask,
  listPlugins,
  loadPlugin,
  nestedNames,
} from "./plugin_registry.ts";

/** A connector that was started. */
interface Hosted {
  /** Null until its class is there. */
  connector: SourceConnector | SinkConnector | null;
  /** It is called once at a time. */
  turn: Promise<unknown>;
}

/** Connectors by their names, and how to call them: none waits for another. */
export class ConnectorHost {
  readonly #files: readonly string[];
  readonly #send: (message: FromHost) => void;
  readonly #connectors = new Map<string, Hosted>();

  /** `files` are plugin files that the worker has named; `send` reaches the worker. */
  constructor(files: readonly string[], send: (message: FromHost) => void) {
    this.#files = files;
    this.#send = send;
  }

  /** Takes a call. */
  async receive({ id, call }: { id: number; call: HostCall }): Promise<void> {
    try {
      this.#send({ type: "answer", id, value: await this.#call(call) });
    } catch (error) {
      this.#send({ type: "error", id, message: reasonOf(error), trace: traceOf(error) });
    }
  }

  async #call(call: HostCall): Promise<unknown> {
    switch (call.method) {
      case "describe": {
        const plugin = await this.#load(call.className);
        const { type, version, permissions = {} } = plugin;
        const taskClass = javaClassOfTask(plugin);
        return { type, name: call.className, version, taskClass, permissions };
      }
      case "inspect":
        return await this.#inspect(call);
      case "plugins":
        return await listPlugins(this.#files);
      case "start":
        return await this.#start(call);
      case "taskConfigs": {
        const hosted = this.#connectors.get(call.connector);
        if (hosted === undefined) {
          throw new ConnectError(`There is no connector "${call.connector}"`);
        }
        return await inTurn(hosted, () => hosted.connector?.taskConfigs(call.tasksMax));
      }
      case "stop": {
        const hosted = this.#connectors.get(call.connector);
        if (hosted === undefined) return null;
        this.#connectors.delete(call.connector);
        await inTurn(hosted, () => hosted.connector?.stop());
        return null;
      }
      case "alterOffsets": {
        const { className, props, changes } = call;
        // Kafka: Worker.modifySourceConnectorOffsets asks one that is neither initialized nor started.
        if (changes.type === "source") {
          const { connector: Connector } = await loadPlugin(["source"], className, this.#files);
          return await new Connector().alterOffsets(props, changes.offsets);
        }
        const { connector: Connector } = await loadPlugin(["sink"], className, this.#files);
        return await new Connector().alterOffsets(props, changes.offsets);
      }
    }
  }

  async #inspect({ types, className, props, prefix }: PluginCheck): Promise<PluginInspection> {
    const plugin = await findPlugin(types, className, this.#files);
    if (plugin !== null) {
      const { type, version, config } = plugin;
      const typeOf = (name: string) => config.keys[name.slice(prefix.length)]?.type ?? null;
      return {
        is: "found",
        className: javaClassOfPlugin(plugin),
        type,
        version,
        keys: Object.entries(config.keys).map(([name, key]) => keyInfo(name, key)),
        values: config.validate(props, prefix).map((value) => valueInfo(value, typeOf(value.name))),
      };
    }
    const other = await findPlugin(pluginTypes, className, this.#files);
    if (other !== null) {
      return { is: "otherType", className: other.aliases?.[0] ?? other.name };
    }
    return { is: "missing", similar: nestedNames(className) };
  }

  #load(className: string) {
    return loadPlugin(["source", "sink"], className, this.#files);
  }

  async #start({ connector, className, props }: HostCall & { method: "start" }): Promise<null> {
    const hosted: Hosted = { connector: null, turn: Promise.resolve() };
    this.#connectors.set(connector, hosted);
    // What has been stopped has nothing to say any more.
    const send = (message: FromHost) => {
      if (this.#connectors.get(connector) === hosted) this.#send(message);
    };
    await inTurn(hosted, async () => {
      const { connector: Connector } = await this.#load(className);
      hosted.connector = new Connector();
      hosted.connector.initialize({
        requestTaskReconfiguration: () => send({ type: "reconfigure", connector }),
        raiseError: (error) => send({ type: "raised", connector, trace: traceOf(error) }),
      });
      await hosted.connector.start(props);
    });
    return null;
  }
}

function inTurn<T>(hosted: Hosted, call: () => T | Promise<T>): Promise<T> {
  const called = hosted.turn.then(call);
  hosted.turn = called.then(() => {}, () => {});
  return called;
}
