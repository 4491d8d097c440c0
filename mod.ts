/**
 * The plugin contract of Connect for the edge. A plugin is one file that imports from here alone and
 * whose default export declares what it holds.
 *
 * @example A source in one file: it counts, goes on after a restart, and divides its counters among tasks
 * ```ts
 * import {
 *   ConfigDef,
 *   groupPartitions,
 *   nonEmptyString,
 *   type Props,
 *   range,
 *   Schemas,
 *   SourceConnector,
 *   sourceConnector,
 *   SourceRecord,
 *   SourceTask,
 *   validList,
 * } from "connect";
 *
 * const CONFIG = ConfigDef.of({
 *   "topic": {
 *     type: "STRING",
 *     validator: nonEmptyString,
 *     importance: "HIGH",
 *     doc: "The topic to write to.",
 *   },
 *   "counters": {
 *     type: "LIST",
 *     default: ["main"],
 *     validator: validList({ isEmptyAllowed: false }),
 *     importance: "HIGH",
 *     doc: "The names of the counters.",
 *   },
 *   "interval.ms": {
 *     type: "INT",
 *     default: 1000,
 *     validator: range(1),
 *     importance: "LOW",
 *     doc: "How long to wait from one number to the next.",
 *   },
 * });
 *
 * class CounterConnector extends SourceConnector {
 *   #props: Props = {};
 *
 *   start(props: Props): void {
 *     this.#props = props;
 *   }
 *
 *   // Each task gets some of the counters.
 *   taskConfigs(tasksMax: number): Props[] {
 *     const { counters } = CONFIG.parse(this.#props);
 *     return groupPartitions(counters, Math.min(tasksMax, counters.length))
 *       .map((some) => ({ ...this.#props, counters: some.join(",") }));
 *   }
 * }
 *
 * class CounterTask extends SourceTask {
 *   #config = CONFIG.parse({ topic: "unset" });
 *   readonly #next = new Map<string, number>();
 *   readonly #stopped = Promise.withResolvers<void>();
 *
 *   // The offsets committed last say where each counter was.
 *   async start(props: Props): Promise<void> {
 *     this.#config = CONFIG.parse(props);
 *     const { counters } = this.#config;
 *     const partitions = counters.map((counter) => ({ counter }));
 *     const offsets = await this.context.offsetStorageReader.offsets(partitions);
 *     counters.forEach((counter, at) => this.#next.set(counter, Number(offsets[at]?.next ?? 0)));
 *   }
 *
 *   async poll(): Promise<SourceRecord[] | null> {
 *     const { topic, "interval.ms": intervalMs } = this.#config;
 *     const waited = Promise.withResolvers<void>();
 *     const timer = setTimeout(waited.resolve, intervalMs);
 *     await Promise.race([waited.promise, this.#stopped.promise]);
 *     clearTimeout(timer);
 *     return [...this.#next].map(([counter, count]) => {
 *       this.#next.set(counter, count + 1);
 *       return new SourceRecord({
 *         topic,
 *         keySchema: Schemas.string,
 *         key: counter,
 *         valueSchema: Schemas.int64,
 *         value: BigInt(count),
 *         sourcePartition: { counter },
 *         sourceOffset: { next: count + 1 },
 *       });
 *     });
 *   }
 *
 *   stop(): void {
 *     this.#stopped.resolve();
 *   }
 * }
 *
 * export default sourceConnector({
 *   name: "CounterSourceConnector",
 *   aliases: ["com.example.CounterSourceConnector"],
 *   version: "1.0.0",
 *   config: CONFIG,
 *   connector: CounterConnector,
 *   task: CounterTask,
 * });
 * ```
 *
 * @module
 */

export * from "./src/api/mod.ts";
