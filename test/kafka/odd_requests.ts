/** Requests that hardly anybody sends, for workers to answer in the same way. */

import { ask, type RawRequest } from "../unit/rest/server/raw_http.ts";

const accepts = [
  "application/json; charset=UTF-8",
  'application/json;a="b;c,d"',
  "application/json;q=0",
  "application/json;q=0.5, text/plain",
  "text/plain;q=0.5, application/json",
  "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
  "text/html,application/xml;q=0.9,*/*;q=0.8",
  "application",
  "application/*;v=1",
  "application/json,",
  "",
  "text/plain",
  "application/xml",
  "application/vnd.api+json",
  ",application/json",
  ";q=1",
  "application/json;q=2",
  "application/json;q=0.1234",
  "application/json;q=x",
  "application/json; charset",
];
const contentTypes = [
  "APPLICATION/JSON;charset=utf-8",
  "application/json ; a=b;",
  "application/*",
  "text/plain",
  "application/vnd.api+json",
  "application/json,text/plain",
  "application/json; charset",
  "json",
  "",
];
const paths = [
  ...["/", "/connectors/", "/connectors;a=b/;c", "/Connectors", "/connectors/x/y"],
  ...["/connectors?expand=status&expand=info&expand=x", "/connectors?expand=STATUS"],
  ...["/connectors?expand", "/connectors?expand=%zz", "/connectors?expand=%73tatus&&=", "/a?#b"],
  ...["/connector-plugins?connectorsOnly=", "/connector-plugins?connectorsOnly=TRUE"],
  ...["//", "/connectors//x", "/connectors/./x", "/connectors/a/../x", "/connectors/../../x"],
  ...["/connectors/%2e", "/connectors/%2E%2e/x", "/connectors/%00", "/connectors/%0a"],
  ...["/connectors/%ff", "/connectors/%4", "/connectors/[x]", "/connectors/a|b", "/connectors/a^b"],
  ...["/connectors/x/tasks/+0/status", "/connectors/x/tasks/%30/status"],
  ...["/connectors/x/tasks/2147483648/status", "http://elsewhere/connectors"],
];

const requests: RawRequest[] = [
  ...accepts.flatMap((accept): RawRequest[] =>
    ["/connectors", "/connectors/none", "/none"].flatMap((path) =>
      ["GET", "HEAD", "OPTIONS", "PUT"].map((method) => ({ method, path, headers: { accept } }))
    )
  ),
  ...contentTypes.flatMap((type): RawRequest[] =>
    ["/connectors/none/pause", "/connectors/none/topics", "/health", "/none"].flatMap((path) =>
      ["GET", "PUT"].map((method) => ({ method, path, headers: { "content-type": type } }))
    )
  ),
  ...paths.flatMap((path) => ["GET", "OPTIONS", "TRACE"].map((method) => ({ method, path }))),
  { method: "CONNECT", path: "/" },
];

/** How a worker answers them. Where it refuses to, only with which status: in what words is up to it. */
export async function answersToOddRequests(url: string): Promise<string[]> {
  const { hostname, port } = new URL(url);
  const answers: string[] = [];
  for (const request of requests) {
    const { status, headers } = await ask({ hostname, port: Number(port) }, request);
    const { allow, "content-type": type } = headers;
    const told = status < 300 ? ` ${allow ?? ""} ${type ?? ""}` : "";
    answers.push(`${JSON.stringify(request)}: ${status}${told}`);
  }
  return answers;
}
