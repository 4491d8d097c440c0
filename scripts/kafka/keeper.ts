/**
 * Ends brokers whose owner has ended without ending them, as a test that was killed does, and removes
 * their folder.
 *
 * It is a shell that reads from a pipe which only its owner can write to: when the owner ends, however it
 * does, the pipe ends too. It never looks for processes by name, and is told of each that has been waited
 * for, so that it kills none that has got the number of a broker since.
 *
 * @module
 */

/** Each line has the numbers of all processes to end. A Ctrl-C is the owner's to act on. */
const script = `
trap "" INT TERM HUP
pids=
while read -r line; do pids=$line; done
for pid in $pids; do kill -9 "$pid"; done 2> /dev/null
# Those that were killed may still write for a moment.
for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$1" && exit; sleep 0.1; done 2> /dev/null
exit 1
`;

/** Keeps an eye on a folder, and on processes that use it. */
export class Keeper {
  readonly #folder: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #pids = new Set<number>();

  /** Begins to watch. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#child = new Deno.Command("sh", {
      args: ["-c", script, "sh", folder],
      stdin: "piped",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
  }

  /** A process that must not outlive its owner. */
  async add(pid: number): Promise<void> {
    this.#pids.add(pid);
    await this.#tell();
  }

  /** A process that has ended, and has been waited for. */
  async remove(pid: number): Promise<void> {
    this.#pids.delete(pid);
    await this.#tell();
  }

  /** Ends what still runs, and removes the folder. */
  async close(): Promise<void> {
    await this.#input.close();
    const { success } = await this.#child.status;
    if (!success) throw new Error(`Cannot remove "${this.#folder}"`);
  }

  async #tell(): Promise<void> {
    await this.#input.write(new TextEncoder().encode(`${[...this.#pids].join(" ")}\n`));
  }
}
