import type { CohortName, CohortSize, Comparison, Segment } from '../../domain/evidence.ts';
import { countOf, formatShare } from '../../domain/format-number.ts';
import { printableName } from './printable.ts';

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
  return told.length === 0 ? 'no count told' : told.join(', ');
}
