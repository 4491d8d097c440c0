/** The order in which Java's `HashMap` has its keys, where Kafka Connect shows it. */

/** `String.hashCode`. */
function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

/**
 * These keys, each once, as a `HashMap` goes through them.
 * @param isCopy whether it was made of another map, and has not been filled entry by entry
 */
export function javaHashOrder(keys: Iterable<string>, isCopy = false): string[] {
  const unique = [...new Set(keys)];
  const wanted = isCopy ? Math.floor(unique.length / 0.75 + 1) : unique.length / 0.75;
  let buckets = isCopy ? 1 : 16;
  while (buckets < wanted) buckets *= 2;
  const bucketOf = (key: string) => {
    const hash = hashOf(key);
    return (hash ^ (hash >>> 16)) & (buckets - 1);
  };
  return unique.map((key) => ({ key, bucket: bucketOf(key) }))
    .sort((one, other) => one.bucket - other.bucket)
    .map(({ key }) => key);
}
