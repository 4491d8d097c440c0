/** Connectors without plugins from files, for tests that ask them. */

import assert from "node:assert/strict";
import { Connectors } from "../../src/herder/mod.ts";

/** Runs a test with them, which must neither complain nor fail. */
export async function withConnectors(
  test: (connectors: Connectors) => Promise<void>,
): Promise<void> {
  const connectors = new Connectors({ debug() {}, info() {}, warn() {}, error: assert.fail }, [], {
    onReconfigure: assert.fail,
    onRaised: assert.fail,
  });
  try {
    await test(connectors);
  } finally {
    connectors.close();
  }
}
