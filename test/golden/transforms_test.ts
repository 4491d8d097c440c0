/** Compares our transforms and predicates with answers recorded from those of Kafka Connect 4.2. */

import { type AnsweredCase, assertAnswer, pluginByJavaName } from "./answered_transforms.ts";
import golden from "./transforms.json" with { type: "json" };

for (const [index, recorded] of (golden.cases as unknown as AnsweredCase[]).entries()) {
  const javaName = recorded.transform ?? recorded.predicate!;
  const what = recorded.predicate === undefined ? "apply" : "test";
  const name = `${javaName.split(".").at(-1)}.${what}()`;
  // Those whose plugin is still to come are run as soon as plugins/mod.ts names it.
  if (!pluginByJavaName.has(javaName)) continue;
  Deno.test(`${name} ${index} ${recorded.case}, ${JSON.stringify(recorded.config)}`, () => {
    assertAnswer(recorded);
  });
}
