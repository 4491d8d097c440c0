/** What this was built from. */

/** `compile.sh` writes the commit in here. */
const built = "@COMMIT@";

/** The commit that this was built from, as far as it is known. */
export const commit: string = /^[0-9a-f]{16}$/.test(built) ? built : "unknown";
