/**
 * The page, made on the worker: whatever it shows is escaped by Hono's JSX. `page.js` fetches it again and again,
 * and puts the new `main` in the place of the old one.
 *
 * @module
 */

import type { Child } from "hono/jsx";
import { reasonInTrace } from "../../base/mod.ts";
import type { ConnectorStateOf, ConnectorStatus, TaskStateOf } from "../../herder/mod.ts";
import icon from "./icon.svg" with { type: "text" };
import script from "./page.js" with { type: "text" };
import type { View } from "./routes.ts";
import style from "./style.css" with { type: "text" };
import { nothing, type TaskFigures, taskKey } from "./task_figures.ts";

/** The files of the page, by their names. */
export const assets = { "page.js": script, "style.css": style, "icon.svg": icon } as const;

/** The page as HTML. Its links are relative, so that it may stand behind a proxy under another path. */
export function pageOf(view: View): string {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{titleOf(view)}</title>
        <link rel="icon" href="ui/icon.svg" />
        <link rel="stylesheet" href="ui/style.css" />
        <script src="ui/page.js" type="module"></script>
      </head>
      <body>
        <header>
          <h1>Kafka Connect</h1>
          <p id="told" role="status"></p>
          <output id="found" for="filter"></output>
          <input
            id="filter"
            type="search"
            placeholder="Find connectors"
            aria-label="Find connectors by name, kind and state"
            aria-keyshortcuts="/"
            autocomplete="off"
            spellcheck={false}
            hidden
          />
        </header>
        <main>
          <Worker view={view} />
          {view.connectors.length === 0 && view.workerId !== null &&
            <p class="empty">This worker has no connectors.</p>}
          {byTrouble(view.connectors).map((status) => (
            <Connector status={status} figures={view.figures} />
          ))}
        </main>
        <noscript>
          <p class="empty">Without JavaScript the buttons do nothing, and this is how it was.</p>
        </noscript>
      </body>
    </html>
  );
  return `<!doctype html>${page}`;
}

function titleOf({ connectors }: View): string {
  const failed = connectors.filter(hasFailed).length;
  return failed === 0 ? "Kafka Connect" : `(${failed} failed) Kafka Connect`;
}

function hasFailed({ connector, tasks }: ConnectorStatus): boolean {
  return [connector, ...tasks].some(({ state }) => state === "FAILED");
}

/** What has failed comes first. */
function byTrouble(connectors: readonly ConnectorStatus[]): ConnectorStatus[] {
  return connectors.toSorted((a, b) => Number(hasFailed(b)) - Number(hasFailed(a)));
}

function Worker({ view }: { view: View }) {
  const { health, workerId, version, clusterId, connectors } = view;
  const tasks = connectors.flatMap(({ tasks }) => tasks);
  return (
    <dl class="worker" aria-label="Worker">
      <Fact name="Health">
        <span class={`state ${health.status}`} title={health.message}>{health.status}</span>
      </Fact>
      <Fact name="Worker">{workerId ?? "starting"}</Fact>
      <Fact name="Version">{version}</Fact>
      <Fact name="Kafka cluster">{clusterId ?? "not known yet"}</Fact>
      <Fact name="Connectors">
        <Counts of={connectors.map(({ connector }) => connector)} />
      </Fact>
      <Fact name="Tasks">
        <Counts of={tasks} />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children?: Child }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How many there are of each state. */
function Counts({ of: all }: { of: readonly { state: string }[] }) {
  const counts = Map.groupBy(all, ({ state }) => state.toLowerCase());
  if (counts.size === 0) return <>none</>;
  const texts = [...counts].map(([state, { length }], at) => (
    <>
      {at > 0 && ", "}
      <span class="count">{length} {state}</span>
    </>
  ));
  return <>{texts}</>;
}

function Connector(
  { status, figures }: { status: ConnectorStatus; figures: View["figures"] },
) {
  const { name, type, connector, tasks } = status;
  const path = `connectors/${encodeURIComponent(name)}`;
  const isPaused = connector.state === "PAUSED" || connector.state === "STOPPED";
  return (
    <section aria-label={name}>
      <div class="head">
        <h2>{name}</h2>
        <span class="type">{type}</span>
        <State state={connector.state} />
        <div class="buttons">
          {isPaused
            ? <Action name={name} verb="Resume" method="PUT" path={`${path}/resume`} />
            : <Action name={name} verb="Pause" method="PUT" path={`${path}/pause`} />}
          <Action
            name={name}
            verb="Restart"
            method="POST"
            path={`${path}/restart?includeTasks=true`}
          />
        </div>
      </div>
      <AutoRestart status={status} />
      <Trace id={name} of={connector} />
      {tasks.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">State</th>
              {figures !== null && (
                <>
                  <th scope="col" class="number">Records/s</th>
                  <th scope="col" class="number">Lag</th>
                  <th scope="col" class="number">Errors</th>
                </>
              )}
              <th scope="col" class="wide">Worker</th>
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          {tasks.map((task) => (
            <Task
              connector={name}
              path={path}
              task={task}
              figures={figures && (figures.get(taskKey(name, task.id)) ?? nothing)}
            />
          ))}
        </table>
      )}
    </section>
  );
}

/** How it restarts by itself, once that is something to tell. */
function AutoRestart({ status: { auto_restart: told } }: { status: ConnectorStatus }) {
  if (told === undefined || told.count === 0 && told.next_restart_timestamp === null) return null;
  const next = told.next_restart_timestamp;
  const time = next === null ? null : new Date(next).toISOString();
  return (
    <p class="quiet">
      Restarted by itself {told.count} {told.count === 1 ? "time" : "times"}
      {time !== null && (
        <>
          , next at <time datetime={time}>{time.slice(11, 19)} UTC</time>
        </>
      )}
    </p>
  );
}

function Task({ connector, path, task, figures }: {
  connector: string;
  path: string;
  task: TaskStateOf;
  figures: TaskFigures | null;
}) {
  const { id, state, worker_id } = task;
  const key = taskKey(connector, id);
  return (
    <tbody>
      <tr>
        <th scope="row">{id}</th>
        <td>
          <State state={state} />
        </td>
        {figures !== null && (
          <>
            <td class="number" data-rate={key} data-records={figures.records ?? ""}></td>
            <Figure value={figures.lag} />
            <Figure value={figures.errors} />
          </>
        )}
        <td class="wide">{worker_id}</td>
        <td class="buttons">
          <Action
            name={`task ${id} of ${connector}`}
            verb="Restart"
            method="POST"
            path={`${path}/tasks/${id}/restart`}
          />
        </td>
      </tr>
      {task.trace && (
        <tr>
          <td class="trace" colspan={figures === null ? 4 : 7}>
            <Trace id={key} of={task} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** A number, short where it is large: `99,999`, `1.2M`. `page.js` writes rates so. */
function Figure({ value }: { value: number | null }) {
  if (value === null) return <td></td>;
  const short = { notation: "compact", maximumFractionDigits: 1 } as const;
  const text = value.toLocaleString("en-US", value < 100_000 ? {} : short);
  return <td class="number" title={String(value)}>{text}</td>;
}

function State({ state }: { state: string }) {
  return <span class={`state ${state.toLowerCase()}`}>{state.toLowerCase()}</span>;
}

function Trace({ id, of: { trace } }: { id: string; of: ConnectorStateOf }) {
  if (!trace) return null;
  return (
    <details id={`trace ${id}`}>
      <summary id={`why ${id}`}>{reasonInTrace(trace)}</summary>
      <pre id={`text ${id}`} tabindex={0}>{trace.trimEnd()}</pre>
    </details>
  );
}

/** A button that asks the REST API; what it acts on is told to those who cannot see where it stands. */
function Action({ name, verb, method, path }: {
  name: string;
  verb: string;
  method: "PUT" | "POST";
  path: string;
}) {
  return (
    <button
      type="button"
      id={`${verb} ${path}`}
      data-method={method}
      data-path={path}
      aria-label={`${verb} ${name}`}
    >
      <span>{verb}</span>
    </button>
  );
}
