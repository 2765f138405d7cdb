import stringWidth from 'string-width';
import type { CohortName, CohortSize, Comparison, Segment } from '../../domain/evidence.ts';
import { countOf, formatShare } from '../../domain/format-number.ts';
import { escaped, unprintable, withoutCommands } from './harmless.ts';

const longestName = 60;
const longestSentence = 600;

/**
 * A name from a log, a plan or a model (label, segment, version, path) that no terminal or build log can mistake for an
 * instruction. Control and format characters (colour and cursor sequences, line ends, right-to-left marks, zero-width
 * characters) are written as escapes such as `\x1b`, so that two different names still read differently, as far as they are shown.
 * @returns at most 60 columns of text on one line; `…` ends a name that was longer.
 */
export function printableName(name: string): string {
  return harmless(name, longestName);
}

/** As `printable`, for sentences that carry such names: at most 600 columns. */
export function printableSentence(sentence: string): string {
  return harmless(sentence, longestSentence);
}

function harmless(text: string, longest: number): string {
  if (text.length <= longest && printableAscii.test(text)) return withoutCommands(text);
  let written = '';
  let columns = 0;
  for (const character of text) {
    const shown = unprintable.test(character) ? escaped(character) : character;
    // A combining mark counts as a column too, so that a pile of ten thousand of them ends like any long text.
    columns += Math.max(1, stringWidth(shown));
    if (columns > longest) return `${withoutCommands(withoutLast(written))}…`;
    written += shown;
  }
  return withoutCommands(written);
}

/** Matches by far the most names, for which nothing needs to be measured. */
const printableAscii = /^[ -~]*$/u;

/** Makes room for the ellipsis. */
function withoutLast(text: string): string {
  return Array.from(text).slice(0, -1).join('');
}

/** `locale=de-DE`, or the empty string for the whole. */
export function segmentName(segment: Segment): string {
  if (segment === null) return '';
  return Object.entries(segment)
    .map(([dimension, value]) => `${printableName(dimension)}=${printableName(value)}`)
    .join(', ');
}

/** `1.4.2 95%, 1.5.0 5%`. */
export function trafficText(traffic: Readonly<Record<string, number>>): string {
  const shares = Object.entries(traffic).map(([version, share]) => `${printableName(version)} ${formatShare(share)}`);
  return shares.length === 0 ? 'none' : shares.join(', ');
}

/** The cohort that the guardrails were judged on: evidence lists its comparisons first. */
export function judgedCohort(comparisons: readonly Comparison[]): CohortName {
  return comparisons[0]?.cohort ?? 'canary';
}

/** `the canary cohort`, `all users`. */
export function cohortPhrase(cohort: CohortName): string {
  return cohort === 'all' ? 'all users' : `the ${cohort} cohort`;
}

/** A command line that a shell reads as it is meant: words with anything special in them are quoted. */
export function commandLine(...words: readonly string[]): string {
  const plain = /^[\w@%+=:,./-]+$/u;
  return words
    .map((word) => (plain.test(word) ? word : `'${printableName(word).replaceAll("'", String.raw`'\''`)}'`))
    .join(' ');
}

/** `50 users, 500 requests`; what numbers without requests do not tell is left out. */
export function toldSize({ units, requests }: Pick<CohortSize, 'units' | 'requests'>): string {
  const told = [
    ...(units === 0 ? [] : [countOf(units, 'user')]),
    ...(requests === 0 ? [] : [countOf(requests, 'request')]),
  ];
  return told.length === 0 ? 'no count given' : told.join(', ');
}

/** `2026-11-01T09:00:00.000Z` is `2026-11-01 09:00`. */
export function minute(time: string): string {
  return printableName(time.slice(0, 16).replace('T', ' '));
}
