/** What `connect top` shows, as lines: a pure function of what was asked. */

import { reasonInTrace } from "../base/mod.ts";
import { plain, table, widthOf } from "./plain_text.ts";
import { countsOf } from "./remote.ts";
import { type TaskFigures, taskKey } from "./task_figures.ts";
import type { Health, Status } from "./worker_answers.ts";

/** How a worker was at one time. */
export interface Sight {
  /** The worker. */
  url: string;
  /** Its version of Kafka Connect. */
  version: string;
  /** Null when the worker does not tell. */
  health: Health | null;
  /** As it told them. */
  connectors: Status[];
  /** Null when the worker has no metrics. */
  figures: Map<string, TaskFigures> | null;
  /** When, on a clock that never goes back, in milliseconds. */
  atMs: number;
}

/** A connector or a task, as JSON and as a row. */
export interface Row {
  /** The connector's name. */
  connector: string;
  /** Null: the connector itself. */
  task: number | null;
  /** `source` or `sink`; null where it is not known. */
  type: string | null;
  /** As Kafka names states. */
  state: string;
  /** Where it runs. */
  worker: string;
  /** Since it was last looked at; null where it is not known. */
  recordsPerSecond: number | null;
  /** Records that a sink has not read yet; null where that means nothing or is not known. */
  lag: number | null;
  /** Records that failed since the task's start; null where it is not known. */
  errors: number | null;
  /** Why it failed, in one line; null: it has not. */
  reason: string | null;
}

const styles = { bold: "\x1b[1m", red: "\x1b[31m", dim: "\x1b[2m", none: "\x1b[0m" };

/** Each connector and, below it, its tasks; those that have failed come first. */
export function rowsOf(now: Sight, before: Sight | null): Row[] {
  const isFailed = ({ connector, tasks }: Status) =>
    [connector, ...tasks].some(({ state }) => state === "FAILED");
  const order = now.connectors.toSorted((a, b) => Number(isFailed(b)) - Number(isFailed(a)));
  return order.flatMap(({ name, type, connector, tasks }) => {
    const rows: Row[] = tasks.map(({ id, state, worker_id, trace }) => ({
      connector: name,
      task: id,
      type,
      state,
      worker: worker_id,
      ...figuresOf(taskKey(name, id), now, before),
      reason: trace ? plain(reasonInTrace(trace)) : null,
    }));
    const sum = (figure: "recordsPerSecond" | "lag" | "errors") => {
      const known = rows.map((row) => row[figure]).filter((value) => value !== null);
      return known.length === 0 ? null : known.reduce((a, b) => a + b);
    };
    const whole: Row = {
      connector: name,
      task: null,
      type,
      state: connector.state,
      worker: connector.worker_id,
      recordsPerSecond: sum("recordsPerSecond"),
      lag: sum("lag"),
      errors: sum("errors"),
      reason: connector.trace ? plain(reasonInTrace(connector.trace)) : null,
    };
    return [whole, ...rows];
  });
}

function figuresOf(
  key: string,
  now: Sight,
  before: Sight | null,
): Pick<Row, "recordsPerSecond" | "lag" | "errors"> {
  const figures = now.figures?.get(key);
  if (figures === undefined) return { recordsPerSecond: null, lag: null, errors: null };
  const earlier = before?.figures?.get(key);
  // A task that has started again counts from nothing.
  const records = earlier === undefined ? null : Math.max(0, figures.records - earlier.records);
  const seconds = (now.atMs - (before?.atMs ?? 0)) / 1000;
  const rate = records === null || seconds <= 0 ? null : Math.round(records / seconds);
  return { recordsPerSecond: rate, lag: figures.lag, errors: figures.errors };
}

/** All of it as lines, without styles and as long as it takes. */
export function linesOf(now: Sight, rows: readonly Row[]): string[] {
  const connectors = rows.filter(({ task }) => task === null);
  const tasks = rows.filter(({ task }) => task !== null);
  const health = now.health === null ? "" : `, ${plain(now.health.status)}`;
  const cells = rows.map(({ connector, task, type, state, worker, ...figures }) => [
    task === null ? plain(connector) : `  ${task}`,
    task === null ? plain(type ?? "unknown") : "",
    plain(state),
    ...now.figures === null ? [] : [
      numberText(figures.recordsPerSecond),
      numberText(figures.lag),
      numberText(figures.errors),
    ],
    plain(worker),
  ]);
  const figureHeads = now.figures === null ? [] : ["RECORDS/S", "LAG", "ERRORS"];
  const [head, ...body] = table([
    ["CONNECTOR", "TYPE", "STATE", ...figureHeads, "WORKER"],
    ...cells,
  ]);
  return [
    `Kafka Connect ${plain(now.version)} at ${now.url}${health}`,
    `Connectors: ${countsOf(connectors.map(({ state }) => state))}` +
    `   Tasks: ${countsOf(tasks.map(({ state }) => state))}`,
    "",
    head,
    ...body.flatMap((line, i) =>
      rows[i].reason === null ? [line] : [line, `      ${rows[i].reason}`]
    ),
  ];
}

function numberText(value: number | null): string {
  return value === null ? "" : value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/**
 * The lines as a terminal shows them: no wider and no more than it has room for, the head and what has failed
 * made to stand out, below them what a user can do, or what went wrong last.
 */
export function screenOf(
  lines: readonly string[],
  { columns, rows }: { columns: number; rows: number },
  problem: string | null,
  isColored: boolean,
): string {
  const styled = (style: keyof typeof styles, text: string) =>
    isColored ? `${styles[style]}${text}${styles.none}` : text;
  const room = Math.max(1, rows - 2);
  const left = lines.length - room;
  const shown = left > 0 ? [...lines.slice(0, room - 1), `… ${left + 1} more lines`] : lines;
  const body = shown.map((line, i) => {
    const text = cut(line, columns);
    if (i === 0 || i === 3) return styled("bold", text);
    return /^ {6}\S|\bFAILED\b/.test(line) ? styled("red", text) : text;
  });
  const foot = problem === null
    ? styled("dim", cut("q or Ctrl-C: end", columns))
    : styled("red", cut(problem, columns));
  // Each line overwrites the one that was there, and the rest is cleared: nothing flickers.
  return `\x1b[H${[...body, "", foot].map((line) => `${line}\x1b[K`).join("\r\n")}\x1b[J`;
}

function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let kept = "";
  for (const letter of text) {
    width += widthOf(letter);
    if (width >= columns) break;
    kept += letter;
  }
  return `${kept}…`;
}
