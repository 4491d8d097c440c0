/**
 * Which versions of a plugin a configuration asks for (KIP-891): one, or ranges as Maven writes them.
 *
 *     requirement := "latest" | version | range {"," range}
 *     range       := "[" version "]" | ("[" | "(") [version] "," [version] ("]" | ")")
 *
 * @module
 */

/** One range; null is no bound. */
interface Range {
  from: string | null;
  to: string | null;
  includesFrom: boolean;
  includesTo: boolean;
}

/** The ranges that are asked for; null: any version will do. @throws {Error} in Maven's words */
function rangesOf(requirement: string): Range[] | null {
  if (requirement === "latest") return null;
  const trimmed = requirement.trim();
  const text = /^[[(]/.test(trimmed) ? trimmed : `[${trimmed}]`;
  const ranges: Range[] = [];
  let rest = text;
  while (/^[[(]/.test(rest)) {
    const end = rest.search(/[)\]]/);
    if (end < 0) throw new Error(`Unbounded range: ${text}`);
    const range = rangeOf(rest.slice(0, end + 1));
    const { to } = ranges.at(-1) ?? { to: null };
    if (to !== null && (range.from === null || compareVersions(range.from, to) < 0)) {
      throw new Error(`Ranges overlap: ${text}`);
    }
    ranges.push(range);
    rest = rest.slice(end + 1).trim().replace(/^,/, "").trim();
  }
  if (rest !== "") {
    throw new Error(`Only fully-qualified sets allowed in multiple set scenario: ${text}`);
  }
  return ranges;
}

function rangeOf(text: string): Range {
  const [includesFrom, includesTo] = [text.startsWith("["), text.endsWith("]")];
  const inner = text.slice(1, -1).trim();
  const comma = inner.indexOf(",");
  if (comma < 0) {
    if (!includesFrom || !includesTo) {
      throw new Error(`Single version must be surrounded by []: ${text}`);
    }
    return { from: inner, to: inner, includesFrom, includesTo };
  }
  const [from, to] = [inner.slice(0, comma).trim(), inner.slice(comma + 1).trim()];
  if (from === to) throw new Error(`Range cannot have identical boundaries: ${text}`);
  if (from !== "" && to !== "" && compareVersions(to, from) < 0) {
    throw new Error(`Range defies version ordering: ${text}`);
  }
  return { from: from || null, to: to || null, includesFrom, includesTo };
}

function rangeText({ from, to, includesFrom, includesTo }: Range): string {
  return `${includesFrom ? "[" : "("}${from ?? ""},${to ?? ""}${includesTo ? "]" : ")"}`;
}

/** By the numbers between the dots; what is no number comes before what is. */
function compareVersions(one: string, other: string): number {
  const parts = [one, other].map((version) => version.split(/[.-]/));
  for (let at = 0; at < Math.max(parts[0].length, parts[1].length); at++) {
    const [left, right] = parts.map((own) => own[at] ?? "0");
    if (left === right) continue;
    const [isNumber, isOtherNumber] = [left, right].map((part) => /^\d+$/.test(part));
    if (isNumber && isOtherNumber) {
      const difference = Number(left) - Number(right);
      if (difference !== 0) return difference;
    } else if (isNumber !== isOtherNumber) return isNumber ? 1 : -1;
    else return left < right ? -1 : 1;
  }
  return 0;
}

function contains({ from, to, includesFrom, includesTo }: Range, version: string): boolean {
  const above = from === null ? 1 : compareVersions(version, from);
  const below = to === null ? -1 : compareVersions(version, to);
  return (above > 0 || above === 0 && includesFrom) && (below < 0 || below === 0 && includesTo);
}

/** Why a plugin does not have the version that is asked for. */
export interface VersionProblem {
  /** The reason, in Kafka's words. */
  message: string;
  /** Whether nobody could have it: what is asked for is no version. */
  isMalformed: boolean;
}

/** Why a plugin of a version is not what is asked for; null when it is. Kafka: `DelegatingClassLoader`. */
export function versionProblem(
  className: string,
  requirement: string | null | undefined,
  version: string,
): VersionProblem | null {
  if (requirement === null || requirement === undefined) return null;
  let ranges: Range[] | null;
  try {
    ranges = rangesOf(requirement);
  } catch (error) {
    return { message: (error as Error).message, isMalformed: true };
  }
  if (ranges === null || ranges.some((range) => contains(range, version))) return null;
  const message = `Plugin ${className} not found that matches the version range ` +
    `${ranges.map(rangeText).join(",")}, available versions: [${version}]`;
  return { message, isMalformed: false };
}
