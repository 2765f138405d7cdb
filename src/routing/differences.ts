import { parse } from 'yaml';

/** One difference between what a route should say and what it says. */
export interface RouteDifference {
  /** Where, as `spec.http[0].route[0].weight`, or a line's number. */
  readonly at: string;
  readonly wanted: string;
  readonly found: string;
}

/**
 * Compares a document with a live one, which may hold more: a status, labels, what a server filled in.
 * @param text JSON or YAML
 * @returns undefined where the text is no document
 */
export function documentDifferences(wanted: object, text: string): readonly RouteDifference[] | undefined {
  try {
    const found: unknown = parse(text);
    return typeof found === 'object' && found !== null ? differencesIn(wanted, found, '') : undefined;
  } catch {
    return undefined;
  }
}

function differencesIn(wanted: unknown, found: unknown, at: string): RouteDifference[] {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found)) return [{ at, wanted: shown(wanted), found: shown(found) }];
    const extra = found.slice(wanted.length).map((value, index) => ({
      at: `${at}[${wanted.length + index}]`,
      wanted: 'nothing',
      found: shown(value),
    }));
    return [...wanted.flatMap((value, index) => differencesIn(value, found[index], `${at}[${index}]`)), ...extra];
  }
  if (typeof wanted === 'object' && wanted !== null) {
    const fields: Readonly<Record<string, unknown>> =
      typeof found === 'object' && found !== null ? Object.fromEntries(Object.entries(found)) : {};
    return Object.entries(wanted).flatMap(([key, value]) =>
      differencesIn(value, fields[key], at === '' ? key : `${at}.${key}`),
    );
  }
  return wanted === found ? [] : [{ at, wanted: shown(wanted), found: shown(found) }];
}

/** Compares a text line by line; comments, empty lines and indentation say nothing. */
export function textDifferences(wanted: string, text: string): readonly RouteDifference[] {
  const [own, other] = [wanted, text].map(linesOf);
  const length = Math.max(own?.length ?? 0, other?.length ?? 0);
  return Array.from({ length }, (_, index) => index).flatMap((index) => {
    const [line, found] = [own?.[index], other?.[index]];
    if (line?.text === found?.text) return [];
    const at = `line ${found?.number ?? line?.number ?? 0}`;
    return [{ at, wanted: line?.text ?? 'nothing', found: found?.text ?? 'nothing' }];
  });
}

function linesOf(text: string): { readonly number: number; readonly text: string }[] {
  return text
    .split('\n')
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter(({ text: line }) => line !== '' && !/^(?:#|\/\/)/u.test(line));
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
