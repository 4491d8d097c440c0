/** Runs a scenario again and again, each time with another operation of the disk going wrong. */

import assert from "node:assert/strict";
import { type Fault, hastyClock, MemoryDisk } from "./memory_disk.ts";

/** Something that is done on a disk, and what must hold afterwards. */
export interface Scenario<T> {
  /** Prepares the disk; nothing goes wrong yet. */
  prepare(disk: MemoryDisk): Promise<T>;
  /** What is done while something goes wrong. It may never end when the machine stops. */
  act(state: T, disk: MemoryDisk): Promise<void>;
  /** Lets go of what `prepare` and `act` have opened; the disk may have stopped. */
  close(state: T): Promise<void>;
  /** What must hold on the same disk after a failure, or on the disk that a stop has left. */
  check(state: T, disk: MemoryDisk, where: string): Promise<void>;
}

/** A clock for writers that wait for the disk: waits of up to a minute are over at once, others never. */
export const impatientClock = {
  ...hastyClock,
  now: () => 1_800_000_000_000,
  sleep: (delayMs: number, signal?: AbortSignal) =>
    delayMs < 60_000 ? hastyClock.sleep(delayMs, signal) : new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve();
      signal?.addEventListener("abort", () => resolve());
    }),
};

/** Numbers that are the same for every run with that seed (mulberry32). */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Runs a scenario once for each of its operations, with that one going wrong.
 * @returns how many operations there are
 */
export async function eachOperation<T>(fault: Fault, scenario: Scenario<T>): Promise<number> {
  let count = 0;
  for (let at = 0; at <= count; at++) {
    const disk = new MemoryDisk();
    const state = await scenario.prepare(disk);
    let operation = 0;
    let where = "without a fault";
    disk.fault = (kind, path) => {
      if (operation++ !== at - 1) return "none";
      where = `${fault} at operation ${at}, ${kind} ${path}`;
      return fault;
    };
    await Promise.race([scenario.act(state, disk), disk.stopped]);
    // The first run goes without a fault, and tells how many operations there are.
    if (at === 0) count = operation;
    if (fault === "fail" || at === 0) {
      disk.fault = () => "none";
      assert.ok(!disk.isStopped);
      await scenario.check(state, disk, where);
    }
    await scenario.close(state);
    await scenario.check(state, disk.afterCrash(), where);
    await scenario.check(state, disk.afterKill(), `${where}, killed`);
    for (let seed = at * 4; seed < at * 4 + 4; seed++) {
      await scenario.check(state, disk.afterCrash(seeded(seed)), `${where}, seed ${seed}`);
    }
  }
  return count;
}
