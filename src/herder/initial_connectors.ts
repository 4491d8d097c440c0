/** Which connectors a standalone worker starts with: those of files, and those that were changed while it ran. */

import type { Logger } from "../base/mod.ts";
import type { ConnectorDescription } from "../sandbox/mod.ts";
import type { StoredConnector } from "../store/mod.ts";
import type { Props } from "./config/mod.ts";
import type { TargetState } from "./herder.ts";
import { areSameConfigs } from "./task_configs.ts";

/** A connector to begin with. */
export interface InitialConnector {
  /** Its configuration, with variables. */
  props: Props;
  /** What its class is; null: that has not been looked at yet. */
  description: ConnectorDescription | null;
  /** What it is meant to do. */
  target: TargetState;
  /** What its file says; null: it has none. */
  file: Props | null;
}

/**
 * The connectors to begin with. What was changed while the worker ran goes on to count as long as the
 * connector's file says what it said then.
 * @returns them, and the names of those whose changes do not count any longer
 * @param files what the files say
 * @param stored what was changed, by names
 */
export function initialConnectors(
  files: readonly InitialConnector[],
  stored: ReadonlyMap<string, StoredConnector>,
  log: Logger,
): { initial: InitialConnector[]; outdated: string[] } {
  const outdated: string[] = [];
  const named = new Set(files.map(({ props }) => props.name));
  const initial = files.flatMap((connector) => {
    const { props: { name }, file } = connector;
    const changed = stored.get(name);
    if (changed === undefined) return [connector];
    if (changed.file === null || file === null || !areSameConfigs([changed.file], [file])) {
      outdated.push(name);
      log.info(
        `Connector ${name} is what its file says, not what it was changed to over REST before`,
      );
      return [connector];
    }
    if (changed.config === null) {
      log.warn(
        `Connector ${name} was deleted over REST, and is not started until its file is changed`,
      );
      return [];
    }
    return [{ ...initialOf(changed.config, changed), file }];
  });
  for (const [name, changed] of stored) {
    if (named.has(name) || changed.config === null) continue;
    if (changed.file === null) initial.push(initialOf(changed.config, changed));
    else log.warn(`Connector ${name} is not started: its file is not among those of the worker`);
  }
  return { initial, outdated };
}

function initialOf(props: Props, { target_state: target }: StoredConnector): InitialConnector {
  return { props, description: null, target, file: null };
}
