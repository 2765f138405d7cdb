import { formatBound, limitOf, testedMeasure } from '../../domain/bound.ts';
import type { Comparison, GuardrailResult, Segment } from '../../domain/evidence.ts';
import { formatTogether } from '../../domain/format-number.ts';
import { isComputed } from './harm.ts';
import { formatEstimate } from '../words/interval.ts';
import { judgedCohort, segmentName, printableName } from '../words/printable.ts';

/** One guardrail in words: what every table of guardrails shows, whatever it is drawn with. */
export interface GuardrailCells {
  readonly name: string;
  /** The two versions' own values; empty where they were not compared. */
  readonly baseline: string;
  readonly candidate: string;
  readonly tested: string;
  readonly interval: string;
  readonly allowed: string;
}

/** The two versions' own values as they are written, by metric and segment. */
export type Sides = ReadonlyMap<string, readonly string[]>;

/** What a guardrail found, written with enough decimals that it reads on the side of its limit that it is on. */
export function guardrailCells(result: GuardrailResult, sides: Sides): GuardrailCells {
  const { metric, segment, bound, unit, value, low, high, test } = result;
  const [baseline = '', candidate = ''] = sides.get(subjectKey(metric, segment)) ?? [];
  const tested =
    value === undefined
      ? undefined
      : formatEstimate({ value, low, high, limit: limitOf(bound.kind, bound.value) }, testedMeasure(bound, unit));
  const interval = test === 'point' ? 'point test' : tested?.interval || 'none yet';
  return {
    name: guardrailSubject(result),
    baseline,
    candidate,
    tested: tested?.value ?? 'none',
    interval: tested === undefined ? '' : interval,
    allowed: formatBound(bound, unit),
  };
}

/** `accuracy locale=de-DE`. */
export function guardrailSubject({ metric, segment }: Pick<GuardrailResult, 'metric' | 'segment'>): string {
  return [printableName(metric), segmentName(segment)].filter((part) => part !== '').join(' ');
}

/** The values from the comparison that decides: pairs where there are any. */
export function sidesOf(comparisons: readonly Comparison[]): Sides {
  const cohort = judgedCohort(comparisons);
  const served = comparisons.filter(({ comparison }) => comparison === 'served');
  const paired = comparisons.filter((comparison) => comparison.comparison === 'paired' && comparison.cohort === cohort);
  // The later entry of a key wins.
  return new Map(
    [...served, ...paired].filter(isComputed).map(({ metric, segment, baseline, candidate, unit: kind }) => {
      const { texts, unit } = formatTogether([baseline, candidate], kind);
      return [subjectKey(metric, segment), texts.map((text) => `${text}${unit}`)];
    }),
  );
}

function subjectKey(metric: string, segment: Segment): string {
  return JSON.stringify([metric, Object.entries(segment ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
}
