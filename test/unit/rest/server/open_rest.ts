/** A REST server as a worker's properties say, with something else behind it. */

import { localDisk, systemClock } from "../../../../src/base/mod.ts";
import {
  type Props,
  type RestServerConfig,
  restServerConfig,
  standaloneConfigDef,
} from "../../../../src/herder/mod.ts";
import { RestServer, type RestServerOptions } from "../../../../src/rest/mod.ts";
import { keptLog } from "../../../faults/memory_disk.ts";

const required = {
  "key.converter": "StringConverter",
  "value.converter": "StringConverter",
  "offset.storage.file.filename": "offsets",
};

/** What a worker's properties say of REST, and what is wrong with them. */
export async function readRest(
  props: Props,
  env: Readonly<Record<string, string>> = {},
): Promise<{ config: RestServerConfig; wrong: string[]; log: ReturnType<typeof keptLog> }> {
  const log = keptLog();
  const worker = { ...required, ...props };
  const wrong: string[] = [];
  const config = await restServerConfig(
    worker,
    standaloneConfigDef.parse(worker),
    { readFile: localDisk.readFile, env: (name) => env[name], log },
    async (_key, action) => {
      try {
        return await action();
      } catch (error) {
        wrong.push((error as Error).message);
        return null;
      }
    },
  );
  return { config, wrong, log };
}

/** A server with what it has said, and where it listens: first the listeners, then those for admin resources. */
export interface OpenRest {
  server: RestServer;
  log: ReturnType<typeof keptLog>;
  urls: string[];
}

/** Opens a server. @throws when something is wrong */
export async function openRest(
  props: Props,
  answers: Partial<Pick<RestServerOptions, "main" | "admin">> & {
    env?: Readonly<Record<string, string>>;
  } = {},
): Promise<OpenRest> {
  const { config, wrong, log } = await readRest(props, answers.env);
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  const { main = () => new Response("main"), admin = () => new Response("admin") } = answers;
  const server = await RestServer.open({ config, main, admin, clock: systemClock, log });
  const urls = log.lines.flatMap((line) => /REST .* at (\S+)/.exec(line)?.[1] ?? []);
  return { server, log, urls };
}
