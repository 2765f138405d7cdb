import type { Comparison, ComparisonNumbers } from '../../domain/evidence.ts';
import { changeMeasure } from '../../domain/bound.ts';
import { formatCount, formatQuantity, formatTogether } from '../../domain/format-number.ts';
import { isComputed } from './harm.ts';
import { formatEstimate } from '../words/interval.ts';
import { segmentName } from '../words/names.ts';
import { printableName, printableSentence } from '../words/printable.ts';

/** One comparison in words: what every table of comparisons shows, whatever it is drawn with. Empty where there is nothing. */
export interface ComparisonCells {
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
    ...heavyUsers(comparison),
  };
}

/** What was computed rests on something; 0 is what numbers without requests have not told. */
function toldCount(count: number): string {
  return count === 0 ? 'unknown' : formatCount(count);
}

/** From here on a mean depends so much on so few that a reader has to know. */
const remarkableShare = 0.1;

function heavyUsers({ topUnitsShare }: ComparisonNumbers): Pick<ComparisonCells, 'remark'> {
  if (topUnitsShare === undefined || topUnitsShare < remarkableShare) return {};
  const share = formatQuantity(topUnitsShare, 'proportion');
  return {
    remark: `The heaviest 1% of users carry ${share} of the candidate's sum; no interval knows of heavier ones.`,
  };
}
