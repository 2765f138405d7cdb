import type { Comparison, ComparisonNumbers, Evidence } from '../../domain/evidence.ts';
import { changeMeasure } from '../../domain/bound.ts';
import { formatCount, formatQuantity, formatTogether } from '../../domain/format-number.ts';
import { isComputed } from './harm.ts';
import { formatEstimate } from '../words/interval.ts';
import { segmentName, printableName, printableSentence, cohortPhrase, judgedCohort } from '../words/printable.ts';

/** One comparison in words: what every table of comparisons shows, whatever it is drawn with. Empty where there is nothing. */
interface ComparisonCells {
  /** The segment, or the metric on the whole. */
  readonly name: string;
  readonly requests: string;
  readonly users: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly change: string;
  readonly interval: string;
  /** Why the numbers or the interval are missing. */
  readonly missing?: string;
  /** What a reader has to know beside the numbers. */
  readonly remark?: string;
}

/** What a comparison found. */
export function comparisonCells(comparison: Comparison): ComparisonCells {
  const name = comparison.segment === null ? printableName(comparison.metric) : segmentName(comparison.segment);
  if (!isComputed(comparison)) {
    const missing = printableSentence(comparison.uncomputable);
    return { name, requests: '', users: '', baseline: '', candidate: '', change: '', interval: '', missing };
  }
  const { unit, delta, low, high } = comparison;
  const sides = formatTogether([comparison.baseline, comparison.candidate], unit);
  const [baseline = '', candidate = ''] = sides.texts.map((text) => `${text}${sides.unit}`);
  const { value, interval } = formatEstimate({ value: delta, low, high }, changeMeasure(unit));
  return {
    name,
    requests: toldCount(comparison.requests),
    users: toldCount(comparison.units),
    baseline,
    candidate,
    change: value,
    interval,
    ...(interval === '' ? { missing: printableSentence(comparison.note ?? 'No interval was computed.') } : {}),
    ...remarksOf(comparison),
  };
}

/** What was computed rests on something; 0 is what numbers without requests have not told. */
function toldCount(count: number): string {
  return count === 0 ? 'unknown' : formatCount(count);
}

/** From here on a mean depends so much on so few that a reader has to know. */
const remarkableShare = 0.1;

function remarksOf(comparison: ComparisonNumbers): Pick<ComparisonCells, 'remark'> {
  const remarks = [...adjustmentRemark(comparison), ...tailRemark(comparison)];
  return remarks.length === 0 ? {} : { remark: remarks.join(' ') };
}

function adjustmentRemark({
  segment,
  adjusted,
}: ComparisonNumbers & Partial<Pick<Comparison, 'segment'>>): readonly string[] {
  if (adjusted === undefined || segment !== null) return [];
  const left = formatQuantity(adjusted.varianceLeft, 'proportion');
  return [
    `The estimate is adjusted for how ${formatCount(adjusted.units)} users behaved before the candidate served any; ${left} of the variance is left.`,
  ];
}

function tailRemark({ topUnitsShare, cappedShare }: ComparisonNumbers): readonly string[] {
  if (cappedShare !== undefined) {
    const above = formatQuantity(cappedShare, 'proportion');
    return [
      `${above} of the candidate's requests are above the cap and count as the cap; a share q of such requests may hide q times what the largest is above it.`,
    ];
  }
  if (topUnitsShare === undefined || topUnitsShare < remarkableShare) return [];
  const share = formatQuantity(topUnitsShare, 'proportion');
  return [`The heaviest 1% of users carry ${share} of the candidate's sum; the interval does not cover heavier ones.`];
}

/** Comparisons of one kind on one cohort, and what they compare. */
export interface ComparisonGroup {
  readonly title: string;
  readonly comparisons: readonly Comparison[];
}

/** The comparisons by kind and cohort: the judged pairs first, then the served, then the pairs of other cohorts. */
export function comparisonGroups({ comparisons, inputs }: Pick<Evidence, 'comparisons' | 'inputs'>): ComparisonGroup[] {
  const judged = judgedCohort(comparisons);
  const rank = (comparison: Comparison) =>
    comparison.comparison === 'served' ? 1 : comparison.cohort === judged ? 0 : 2;
  const kinds = [...new Set(comparisons.toSorted((a, b) => rank(a) - rank(b)).map(kindOf))];
  return kinds.map((kind) => {
    const group = comparisons.filter((comparison) => kindOf(comparison) === kind);
    return { title: titleOf(group, inputs), comparisons: group };
  });
}

function kindOf({ comparison, cohort }: Comparison): string {
  return `${comparison} ${cohort}`;
}

function titleOf(group: readonly Comparison[], inputs: Evidence['inputs']): string {
  const [first] = group;
  if (first === undefined) return '';
  const [baseline, candidate] = [printableName(inputs.baseline.version), printableName(inputs.candidate.version)];
  if (first.comparison === 'served') {
    return `Served: ${candidate} on canary users against ${baseline} on stable users, as in a live split`;
  }
  return `Paired: ${baseline} and ${candidate} on the same requests of ${cohortPhrase(first.cohort)}`;
}
