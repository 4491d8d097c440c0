/** Classes that may be meant where there is none of the name that is given. */

const distanceMax = 2;

/** Of known classes those whose name, without what stands before the last dot, is nearly that of `name`. */
export function suggestions(name: string, known: readonly string[]): string[] {
  const wanted = simpleName(name);
  const near = (simple: string) => distance(wanted.toLowerCase(), simple.toLowerCase());
  const scored = [...new Set(known)].map((one) => {
    const simple = simpleName(one);
    // Whoever leaves off $Key or $Value may want either.
    return { one, score: Math.min(near(simple), near(simple.split("$")[0])) };
  });
  const best = Math.min(distanceMax, ...scored.map(({ score }) => score));
  return scored.filter(({ score }) => score === best).map(({ one }) => one);
}

function simpleName(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** How many characters have to be put in, taken out or changed to make one of the other (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
