import { countOf } from '../domain/format-number.ts';

/** Texts that a sentence lists before it counts the rest. */
const textsListed = 5;

/** Findings in one sentence, the first ones in words. */
export function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, textsListed);
  const rest = texts.length - shown.length;
  return rest === 0 ? shown.join('; ') : `${shown.join('; ')}; and ${countOf(rest, 'more', 'more')}`;
}
