import { deepStrictEqual } from "node:assert/strict";
import { compressionNames } from "../../src/batch/mod.ts";

Deno.test("Every codec works in a hardened Worker without any permission", async () => {
  const url = new URL("compression_worker.ts", import.meta.url);
  const worker = new Worker(url, { type: "module", deno: { permissions: "none" } });
  try {
    const answered = Promise.withResolvers<unknown>();
    worker.onmessage = ({ data }) => answered.resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      answered.reject(new Error(event.message));
    };
    worker.postMessage(null);
    deepStrictEqual(await answered.promise, compressionNames.map((name) => `through ${name}`));
  } finally {
    worker.terminate();
  }
});
