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

/** Connectors by their names, and how to call them. */
export class ConnectorHost {
  readonly #files: readonly string[];
  readonly #send: (message: FromHost) => void;
  readonly #connectors = new Map<string, SourceConnector | SinkConnector>();
  /** Connectors are called one at a time. */
  #turn: Promise<void> = Promise.resolve();

  /** `files` are plugin files that the worker has named; `send` reaches the worker. */
  constructor(files: readonly string[], send: (message: FromHost) => void) {
    this.#files = files;
    this.#send = send;
  }

  /** Takes a call. */
  receive({ id, call }: { id: number; call: HostCall }): void {
    this.#turn = this.#turn.then(async () => {
      try {
        this.#send({ type: "answer", id, value: await this.#call(call) });
      } catch (error) {
        this.#send({ type: "error", id, message: reasonOf(error), trace: traceOf(error) });
      }
    });
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
      case "start": {
        const { connector: Connector } = await this.#load(call.className);
        const connector = new Connector();
        connector.initialize({
          requestTaskReconfiguration: () =>
            this.#send({ type: "reconfigure", connector: call.connector }),
          raiseError: (error) =>
            this.#send({ type: "raised", connector: call.connector, trace: traceOf(error) }),
        });
        this.#connectors.set(call.connector, connector);
        await connector.start(call.props);
        return null;
      }
      case "taskConfigs":
        return await this.#connector(call.connector).taskConfigs(call.tasksMax);
      case "stop": {
        const connector = this.#connectors.get(call.connector);
        this.#connectors.delete(call.connector);
        await connector?.stop();
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

  #connector(name: string): SourceConnector | SinkConnector {
    const connector = this.#connectors.get(name);
    if (connector === undefined) throw new ConnectError(`There is no connector "${name}"`);
    return connector;
  }
}
