/** The parts of prom-client that are used; the whole would bring Node's cluster and http along. */

import type * as prom from "prom-client";
import counter from "prom-client/lib/counter.js";
import gauge from "prom-client/lib/gauge.js";
import registry from "prom-client/lib/registry.js";

/** A metric that only grows. */
export const Counter: typeof prom.Counter = counter;
/** A metric that goes up and down. */
export const Gauge: typeof prom.Gauge = gauge;
/** What holds metrics, and writes them. */
export const Registry: typeof prom.Registry = registry;
