/** JSON with the keys of every map in order, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null || 'toJSON' in value) return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${value.map((each) => (isWritten(each) ? canonicalJson(each) : 'null')).join(',')}]`;
  const members: string[] = [];
  for (const key of orderedKeys(value)) {
    const member: unknown = Reflect.get(value, key);
    if (isWritten(member)) members.push(`${JSON.stringify(key)}:${canonicalJson(member)}`);
  }
  return `{${members.join(',')}}`;
}

/** As an object lists keys that were added in order: those that are whole numbers come first. */
function orderedKeys(value: object): readonly string[] {
  const keys = Object.keys(value).toSorted();
  if (!keys.some((key) => /^\d/u.test(key))) return keys;
  return Object.keys(Object.fromEntries(keys.map((key) => [key, true])));
}

/** JSON leaves out members that it has no words for. */
function isWritten(value: unknown): boolean {
  return value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';
}
