/** HTTP as bytes on a socket, for what no client would send, and to see what really comes back. */

/** An answer, as it came. */
export interface RawAnswer {
  status: number;
  /** By their names in small letters; a header that stands twice has its values in one list. */
  headers: Record<string, string[]>;
  body: string;
}

/** A request for a whole connection. */
export interface RawRequest {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends a request over a connection of its own, and reads until that ends. */
export async function ask(
  { hostname, port }: { hostname: string; port: number },
  { method, path, headers = {}, body = "" }: RawRequest,
): Promise<RawAnswer> {
  const connection = await Deno.connect({ hostname, port });
  const length = body === "" ? {} : { "content-length": String(body.length) };
  const all = { host: `${hostname}:${port}`, connection: "close", ...length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  await send(connection, `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`);
  return parse(await readToEnd(connection));
}

/** Writes all of a text. */
export async function send(connection: Deno.Conn, text: string): Promise<void> {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length;) start += await connection.write(bytes.subarray(start));
}

/** What comes until the other side ends the connection. */
export async function readToEnd(connection: Deno.Conn): Promise<string> {
  let text = "";
  try {
    for await (const part of connection.readable.pipeThrough(new TextDecoderStream())) text += part;
  } catch (error) {
    // Whoever refuses what was sent may end a connection with what it has not read.
    if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
  }
  return text;
}

/** An answer of text, whose body may be in chunks. */
export function parse(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) throw new Error(`No answer: ${JSON.stringify(text)}`);
  const [first, ...lines] = text.slice(0, end).split("\r\n");
  const headers: Record<string, string[]> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    (headers[line.slice(0, colon).toLowerCase()] ??= []).push(line.slice(colon + 1).trim());
  }
  const rest = text.slice(end + 4);
  const isChunked = headers["transfer-encoding"]?.[0] === "chunked";
  return { status: Number(first.split(" ")[1]), headers, body: isChunked ? unchunked(rest) : rest };
}

function unchunked(text: string): string {
  const end = text.indexOf("\r\n");
  const size = parseInt(text.slice(0, end), 16);
  if (!(size > 0)) return "";
  const start = end + 2;
  return text.slice(start, start + size) + unchunked(text.slice(start + size + 2));
}
