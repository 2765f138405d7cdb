import { parsedJson } from '../../files/parsed-json.ts';
import { pathText } from '../../domain/log/record-path.ts';
import type { SurveyedField } from '../../requests/explain/survey-fields.ts';

const mostValues = 50;

/** What JSON texts hold, as fields below a path. Lists count as far as their first element. */
export function fieldsInside(prefix: string, texts: readonly string[]): readonly SurveyedField[] {
  const values = new Map<string, string[]>();
  for (const text of texts)
    for (const [path, value] of leavesOf(parsedJson(text), [])) {
      const key = prefix.includes('.') ? `${prefix}.${path.join('.')}` : pathText([prefix, ...path]);
      values.set(key, [...(values.get(key) ?? []), value]);
    }
  return [...values].map(([path, all]) => {
    const counts = new Map<string, number>();
    for (const value of all) counts.set(value, (counts.get(value) ?? 0) + 1);
    const frequent = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, mostValues);
    return {
      path,
      present: all.length,
      distinct: counts.size,
      times: all.filter((value) => /^\d{4}-\d\d-\d\d[T ]\d\d:/u.test(value)).length,
      numbers: all.filter((value) => value !== '' && Number.isFinite(Number(value))).length,
      values: frequent.map(([value]) => value),
    };
  });
}

function* leavesOf(value: unknown, path: readonly string[]): Generator<readonly [readonly string[], string]> {
  if (Array.isArray(value)) {
    // A header has a list of values; a vector of features is one value.
    if (value.length === 1 && path.length > 0) yield* leavesOf(value[0], path);
    return;
  }
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) yield* leavesOf(inner, [...path, key]);
    return;
  }
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  if (isPlain && path.length > 0) yield [path, String(value)];
}
