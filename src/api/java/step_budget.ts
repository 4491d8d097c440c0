/**
 * How long a regular expression may be tried on a text.
 *
 * @module
 */

/** So many steps are taken whatever the length of the text: some tenths of a second. */
const stepsMax = 10_000_000;
/** And so many more for each of its characters. */
const stepsPerChar = 64;

/** What remains of the steps that one call may take. */
export class StepBudget {
  /** How many there are left. */
  left: number;

  /** As many as a text may take. */
  constructor(input: string) {
    this.left = stepsMax + stepsPerChar * input.length;
  }
}
