/** A Java consumer in a group, beside ours: GroupReader.java. */

import type { Java } from "./java.ts";

/** Starts a Java consumer of a topic with these properties; `folder` is for what it needs. */
export async function startReader(
  java: Java,
  folder: string,
  topic: string,
  props: Record<string, string>,
) {
  const text = Object.entries(props).map(([key, value]) => `${key}=${value}\n`).join("");
  await Deno.writeTextFile(`${folder}/reader.properties`, text);
  const program = await java.withPrograms();
  const child = program.command("GroupReader", [`${folder}/reader.properties`, topic], {
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines: string[] = [];
  const reading = (async () => {
    let rest = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n");
      rest = parts.pop()!;
      lines.push(...parts);
    }
  })();
  return {
    lines,
    values: () => lines.flatMap((line) => /^record: (.*)$/.exec(line)?.[1] ?? []),
    partitionCount: () =>
      Number(/\d+$/.exec(lines.findLast((line) => line.startsWith("assigned"))!)),
    async leave() {
      const writer = child.stdin.getWriter();
      await writer.write(Uint8Array.of(10));
      await writer.close();
      await child.status;
      await reading;
    },
  };
}
