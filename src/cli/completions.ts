/**
 * What shells offer when a user presses Tab. The scripts of `connect completions bash|zsh|fish` ask
 * `connect completions SHELL -- WORDS` for it each time, the word to complete last; so what is offered is told
 * once for all shells, and names of connectors are those that the worker has now.
 *
 * An answer has one line for each thing offered, with a tab and what it is for, or the line `:files`: then names
 * of files are what is wanted.
 *
 * @module
 */

import { type Command, commands, fileOptions, type Operand } from "./arguments.ts";
import { help } from "./help.ts";
import { plain } from "./plain_text.ts";

/** The shells that there are scripts for. */
export type Shell = "bash" | "zsh" | "fish";

/** Something to offer. */
export interface Offer {
  /** What would be typed. */
  text: string;
  /** What it is for; empty where its name says that. */
  about: string;
}

/** The names of connectors, of the worker that options tell; none when it does not answer soon. */
export type NamesOf = (options: Record<string, string>) => Promise<string[]>;

/** What to offer for the last of some words; "files" when it is the name of a file. */
export async function offers(
  words: readonly string[],
  namesOf: NamesOf,
): Promise<Offer[] | "files"> {
  const last = words.at(-1) ?? "";
  const [name, ...given] = words.slice(0, -1);
  if (name === undefined) {
    const all = [...Object.keys(commands), "--help", "--version"];
    return starting(last, all.map((text) => ({ text, about: aboutCommand(text) })));
  }
  if (!Object.hasOwn(commands, name)) return [];
  const command: Command = commands[name as keyof typeof commands];
  const read = readWords(given, command);
  if (read.open !== null) return fileOptions.has(read.open) ? "files" : [];
  if (last.startsWith("-")) {
    const all = Object.keys(command.options).map((option) => `--${option}`);
    return starting(last, all.map((text) => ({ text, about: aboutOption(name, text) })));
  }
  if (command.actions !== undefined && read.operands.length === 0) {
    const all = Object.keys(command.actions);
    return starting(last, all.map((text) => ({ text, about: aboutAction(name, text) })));
  }
  const operand: Operand | undefined = command.actions?.[read.operands[0]] ?? command.operand;
  if (operand === "file") return "files";
  if (operand !== "connector") return [];
  const names = (await namesOf(read.values)).filter((name) => plain(name) === name);
  return starting(last, names.toSorted().map((text) => ({ text, about: "" })));
}

/** The words after a command: its operands, its options' values, and the option that wants a value next. */
function readWords(words: readonly string[], { options }: Command) {
  const operands: string[] = [];
  const values: Record<string, string> = {};
  let open: string | null = null;
  for (const word of words) {
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (open !== null) {
      values[open] = word;
      open = null;
    } else if (name === undefined) {
      if (!word.startsWith("-")) operands.push(word);
    } else if (value !== undefined) {
      values[name] = value;
    } else if (Object.hasOwn(options, name) && options[name].type === "string") {
      open = name;
    }
  }
  return { operands, values, open };
}

function starting(beginning: string, all: readonly Offer[]): Offer[] {
  return all.filter(({ text }) => text.startsWith(beginning));
}

/** What a command is for, as help tells it. */
function aboutCommand(name: string): string {
  return lineAfter(help[""], name);
}

/** What an option is for, as its command's help tells it. */
function aboutOption(command: string, option: string): string {
  return lineAfter(help[command as keyof typeof help], option);
}

function aboutAction(command: string, action: string): string {
  return lineAfter(help[command as keyof typeof help], action);
}

/** The rest of the line that begins with a word, after at least two spaces. */
function lineAfter(text: string, word: string): string {
  const line = new RegExp(`^ {2}(?:-\\w, )?${RegExp.escape(word)}(?: \\S+)* {2,}(\\S.*)$`, "m");
  return line.exec(text)?.[1] ?? "";
}

/** The lines that a script reads. For bash they complete what it takes for a word, which ends at : and =. */
export async function completionLines(
  shell: Shell,
  words: readonly string[],
  namesOf: NamesOf,
): Promise<string> {
  const typed = shell === "bash" ? bashWords(words) : words;
  const found = await offers(typed, namesOf);
  if (found === "files") return ":files\n";
  const skipped = shell === "bash" ? /^(.*[:=])?/s.exec(typed.at(-1) ?? "")![0].length : 0;
  return found.map(({ text, about }) => `${text.slice(skipped)}\t${about}\n`).join("");
}

/** Words as a user means them, of those of bash: quoted still, and parted at each : and =. */
export function bashWords(words: readonly string[]): string[] {
  const whole: string[] = [];
  let isGlued = false;
  for (const word of words) {
    const isBreak = /^[:=]+$/.test(word);
    if ((isBreak || isGlued) && whole.length > 0) whole.push(whole.pop() + word);
    else whole.push(word);
    isGlued = isBreak;
  }
  return whole.map((word) => {
    return word.replaceAll(
      /\\([^])|'([^']*)'?|"((?:[^"\\]|\\[^])*)"?/g,
      (_, one, single, double) => {
        return one ?? single ?? double.replaceAll(/\\([$`"\\])/g, "$1");
      },
    );
  });
}

/** The script of a shell, to be read by it at its start. */
export const scripts: Record<Shell, string> = {
  bash: `# Completes connect in bash: eval "$(connect completions bash)"
_connect_complete() {
  local answer line text
  answer=$("$1" completions bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
  COMPREPLY=()
  if [[ $answer == ":files" ]]; then
    compopt -o filenames
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$2")
    return
  fi
  while IFS= read -r line; do
    text=\${line%%$'\\t'*}
    [[ -n $text ]] || continue
    if [[ $2 == [\\'\\"]* ]]; then COMPREPLY+=("$text"); else COMPREPLY+=("$(printf %q "$text")"); fi
  done <<<"$answer"
}
complete -F _connect_complete connect
`,
  zsh: `#compdef connect
# Completes connect in zsh: eval "$(connect completions zsh)", after compinit; or as a file _connect in fpath
_connect() {
  local answer line
  local -a texts shown
  answer=$("\${(Q)words[1]}" completions zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null) || return 1
  if [[ $answer == ":files" ]]; then _files; return; fi
  for line in "\${(@f)answer}"; do
    [[ -n $line ]] || continue
    texts+=("\${line%%$'\\t'*}")
    if [[ -n \${line#*$'\\t'} ]]; then shown+=("\${line/$'\\t'/  -- }"); else shown+=("\${line%%$'\\t'*}"); fi
  done
  compadd -l -d shown -a texts
}
if [[ $funcstack[1] == _connect ]]; then _connect "$@"; else compdef _connect connect; fi
`,
  fish: `# Completes connect in fish: connect completions fish | source
function __connect_complete
  set -l words (commandline -opc)
  set -l answer ($words[1] completions fish -- $words[2..-1] (commandline -ct) 2>/dev/null)
  or return
  if test "$answer" = ":files"
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $answer
  end
end
complete -c connect -f -a '(__connect_complete)'
`,
};
