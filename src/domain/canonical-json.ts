/** JSON with the keys of every map in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return each;
    return Object.fromEntries(
      Object.entries(each).toSorted(([left], [right]) => Number(left > right) - Number(left < right)),
    );
  });
}
