/** FNV-1a of 32 bits, a whole number below 2^32. Source: draft-eastlake-fnv. @param codes bytes, or UTF-16 units as GrowthBook's JavaScript takes them */
export function fnv1aHash(codes: Iterable<number>): number {
  let hash = 0x811c9dc5;
  for (const code of codes) hash = Math.imul(hash ^ code, 0x01000193);
  return hash >>> 0;
}

/** The units of UTF-16 that a text is made of. */
export function* utf16Units(text: string): Iterable<number> {
  for (let at = 0; at < text.length; at += 1) yield text.charCodeAt(at);
}
