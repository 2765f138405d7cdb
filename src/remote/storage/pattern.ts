import { invalidInput } from '../../domain/errors.ts';

/** A source as a prefix to list and what the names below it must be. */
export interface ObjectPattern {
  /** The part before the first wildcard. */
  readonly prefix: string;
  readonly matches: (key: string) => boolean;
  /** Whether the source names one object. */
  readonly isOne: boolean;
}

/** Reads a key with wildcards: `*` and `?` within a name, `**` over names, `{a,b}` and `[0-9]`. */
export function objectPattern(key: string): ObjectPattern {
  const wildcard = key.search(/[*?[{]/u);
  if (wildcard === -1) return { prefix: key, matches: (name) => name === key, isOne: true };
  const expression = expressionFor(key);
  return { prefix: key.slice(0, wildcard), matches: (name) => expression.test(name), isOne: false };
}

/** @throws UserError (exit 2) for brackets that are no range */
function expressionFor(key: string): RegExp {
  try {
    return new RegExp(`^${expressionOf(key.replaceAll(/(?:\*\*\/)+/gu, '**/'))}$`, 'su');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidInput(`requests.source: ${key} is not a pattern of keys`, { hint: 'write ranges as in [0-9]' });
  }
}

function expressionOf(glob: string): string {
  return glob.replaceAll(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|\[[^\]]*\]|[\s\S]/gu, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1 && part.startsWith('{'))
      return `(?:${part.slice(1, -1).split(',').map(expressionOf).join('|')})`;
    if (part.length > 1 && part.startsWith('[')) return part.replace(/^\[!/u, '[^').replaceAll('\\', '\\\\');
    return /[\w-]/u.test(part) ? part : `\\${part}`.replace(/^\\(?![\^$\\.*+?()[\]{}|/])/u, '');
  });
}

const hourMs = 3_600_000;
const mostParts = 10_000;

/**
 * The sources that a template of dates means between two times: `dt={yyyy}-{MM}-{dd}/hour={HH}`. Without both times every part is a wildcard.
 * @param from ISO 8601, included
 * @param to ISO 8601, not included
 */
export function datedSources(source: string, from: string | undefined, to: string | undefined): readonly string[] {
  if (!/\{(?:yyyy|MM|dd|HH)\}/u.test(source)) return [source];
  if (from === undefined || to === undefined) return [source.replaceAll(/\{(?:yyyy|MM|dd|HH)\}/gu, '*')];
  const step = source.includes('{HH}') ? hourMs : 24 * hourMs;
  const found = new Set<string>();
  for (let at = Math.floor(Date.parse(from) / step) * step; at < Date.parse(to); at += step) {
    if (found.size === mostParts)
      throw invalidInput(`requests.source: ${source} names more than 10,000 places between from and to`, {
        hint: 'Move from and to closer together, or write * in place of the hours.',
      });
    const time = new Date(at).toISOString();
    const parts = { yyyy: time.slice(0, 4), MM: time.slice(5, 7), dd: time.slice(8, 10), HH: time.slice(11, 13) };
    found.add(source.replaceAll(/\{(yyyy|MM|dd|HH)\}/gu, (_, name: keyof typeof parts) => parts[name]));
  }
  return [...found];
}
