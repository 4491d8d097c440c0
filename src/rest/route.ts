/**
 * What there is to be asked, as a table: it says which paths and methods there are, who answers, and what
 * OpenAPI tells of it all.
 *
 * @module
 */

import * as v from "valibot";
import type { Json } from "../api/mod.ts";
import { numberText } from "./bodies.ts";
import { HttpError } from "./errors.ts";

/** The methods of Kafka Connect's API; HEAD and OPTIONS follow from them. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A request that a route answers. */
export interface Asked<Body = unknown> {
  /** What the path says for a name in braces, decoded. */
  path(name: string): string;
  /** The first value of a query parameter; null when there is none. */
  query(name: string): string | null;
  /** All its values. */
  queries(name: string): string[];
  /** What was sent. */
  body: Body;
  /** Where the API was asked, without a path: `http://host:port`. */
  origin: string;
}

/** An answer. */
export interface Answer {
  /** Its status. */
  status: number;
  /** What it says, as JSON; nothing unless told. */
  body?: unknown;
  /** Where what was made can be found. */
  location?: string;
}

/** A query parameter. */
export interface QueryParameter {
  /** What it does. */
  description: string;
  /** Its values. */
  schema: v.GenericSchema;
  /** Whether it may be there several times. */
  isList?: boolean;
}

/** An answer that there may be. */
export interface Answers {
  /** What it means. */
  description: string;
  /** What it says; nothing when there is none. */
  schema?: v.GenericSchema;
}

/** One method of one path. */
export interface Route<Body = unknown> {
  /** The method. */
  method: Method;
  /** The path, with names in braces: `/connectors/{connector}`. */
  path: string;
  /** What it does, in a line. */
  summary: string;
  /** What it is part of. */
  tag: "worker" | "connectors" | "offsets" | "plugins" | "loggers";
  /** Its query parameters. */
  query?: Readonly<Record<string, QueryParameter>>;
  /** What has to be sent; nothing is read unless told. */
  body?: v.GenericSchema<unknown, Body>;
  /** How numbers in it are read: as they are written, unless told. */
  numberOf?: (text: string) => Json;
  /** Whether it does not matter what content type a client says it sends. */
  ignoresContentType?: boolean;
  /** What it answers, by status, when all goes well. */
  answers: Readonly<Record<number, Answers>>;
  /** Statuses of errors that it may answer. */
  errors?: readonly number[];
  /** Answers. */
  answer(asked: Asked<Body>): Answer | Promise<Answer>;
}

/** A route whose body has the type of its schema. */
export function route<Body>(route: Route<Body>): Route {
  return { numberOf: numberText, ...route } as Route;
}

/** A query parameter that distributed workers tell each other. */
export const forward: QueryParameter = {
  description: "Whether another worker may be asked; between workers",
  schema: v.boolean(),
};

/** The number of a task in a path. Java: `Integer.parseInt`. @throws {HttpError} as for a path that is not there */
export function taskNumber(text: string): number {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : NaN;
  if (number >= -(2 ** 31) && number < 2 ** 31) return number;
  throw new HttpError(404);
}

/** What a query says of a flag. Java: `Boolean.valueOf`; a default is for those that are not there, or empty. */
export function flag(value: string | null, otherwise: boolean): boolean {
  return value === null || value === "" ? otherwise : value.toLowerCase() === "true";
}
