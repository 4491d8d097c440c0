/** An end to waiting for an answer. */

import type { Clock } from "../base/mod.ts";
import { HttpError } from "./errors.ts";

/** What `work` comes to, if it does in time. @throws {HttpError} in Kafka's words when it does not */
export async function within<T>(delayMsMax: number, clock: Clock, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = clock.sleep(delayMsMax, done.signal).then(() => {
    if (!done.signal.aborted) throw new HttpError(500, "Request timed out");
    return work;
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => {});
  }
}
