/** The order in which Java goes over the keys of a `HashMap`: that of their hash codes, in part. */

/**
 * Distinct texts in the order of Java's `HashMap` or `HashSet`, to which they were added one after another.
 *
 * @param bucketsMin what it was made for; it grows beyond that when it is full to three quarters
 */
export function inHashOrder(texts: Iterable<string>, bucketsMin = 16): string[] {
  const distinct = [...new Set(texts)];
  let buckets = 16;
  while (buckets < bucketsMin || distinct.length > buckets * 0.75) buckets *= 2;
  // Texts in one bucket stay in the order in which they were added.
  return distinct.map((text) => ({ text, bucket: spread(hashCode(text)) & (buckets - 1) }))
    .sort((a, b) => a.bucket - b.bucket)
    .map(({ text }) => text);
}

/** Java's `String.hashCode`. */
function hashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}

/** The upper half counts, too, where there are few buckets. */
function spread(hash: number): number {
  return hash ^ (hash >>> 16);
}
