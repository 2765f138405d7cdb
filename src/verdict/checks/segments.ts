import type { CheckResult } from '../../domain/evidence.ts';
import { changeMeasure } from '../../domain/bound.ts';
import { formatCount, formatQuantity } from '../../domain/format-number.ts';
import type { CheckAction } from '../../domain/plan.ts';
import type { ObservedChange, SegmentReversal, UnjudgedSegment } from '../../domain/segments.ts';
import { segmentPhrase } from '../explain.ts';
import { listed } from '../listed.ts';

/**
 * Whether a segment worsens for certain while the whole improves: the average then hides who pays for it.
 * @param segments how many segments the judged requests have.
 * @param reversals the worst first.
 */
export function segmentsCheck(
  action: CheckAction,
  segments: number,
  reversals: readonly SegmentReversal[],
  unjudged: readonly UnjudgedSegment[],
): CheckResult {
  const name = 'segments';
  if (segments === 0) return { name, status: 'not-applicable', detail: 'the plan names no dimension of segments' };
  const worstFirst = unjudged.toSorted((a, b) => harmOf(b) - harmOf(a));
  const rest = unjudged.length === 0 ? '' : `; too small to judge: ${listed(worstFirst.map(unjudgedText))}`;
  if (reversals.length > 0) return { name, status: action, detail: `${listed(reversals.map(reversalText))}${rest}` };
  const detail = `none of ${formatCount(segments)} segments worsens for certain while the whole improves${rest}`;
  // Nobody proved anything of a segment that is left out, so that a reader has to see which it is.
  return { name, status: 'pass', detail, ...(unjudged.length === 0 ? {} : { told: true }) };
}

function reversalText({ metric, unit, whole, segment, change, atBest }: SegmentReversal): string {
  const [wholeText, changeText, bestText] = [whole, change, atBest].map((value) =>
    formatQuantity(value, changeMeasure(unit)),
  );
  return `${metric} improves by ${wholeText} on the whole but worsens${segmentPhrase(segment)} by ${changeText}, at best ${bestText}`;
}

function unjudgedText({ segment, reason, observed = [] }: UnjudgedSegment): string {
  const found = observed.length === 0 ? '' : `, observed ${observed.map(observedText).join(', ')}`;
  return `${segmentPhrase(segment).replace(/^ for /u, '')} (${reason})${found}`;
}

function observedText({ metric, unit, change }: ObservedChange): string {
  return `${metric} ${formatQuantity(change, changeMeasure(unit))}`;
}

/** The largest observed harm, relative to the baseline; the least of all where nothing was observed. */
function harmOf({ observed = [] }: UnjudgedSegment): number {
  return Math.max(-Number.MAX_VALUE, ...observed.map(({ harm }) => harm));
}
