import { changeMeasure } from '../../domain/bound.ts';
import { countOf, exactQuantity, formatCount, formatQuantity } from '../../domain/format-number.ts';
import { printableName } from '../words/printable.ts';
import type { StageDetectability } from '../../domain/estimate.ts';
import type { MetricUnit } from '../../domain/metric.ts';
import type { Bound, OnBreach } from '../../domain/plan.ts';

export interface GuardrailReview {
  readonly metric: string;
  readonly unit: MetricUnit;
  readonly bounds: readonly Bound[];
  /** Dimensions whose every value is judged too. */
  readonly segments: readonly string[];
  readonly onBreach: OnBreach;
  /** The smallest change that a stage's data could probably prove, per stage; or why that is not known. */
  readonly detectable: readonly DetectableChange[] | string;
}

/** What the review says of it: also how long the log has to grow on. */
export interface DetectableChange extends StageDetectability {
  /** Days until that many requests are there; null for never, or unknown. */
  readonly daysUntilPass?: number | null;
}

/** What a stage has to wait for: `canary-5 can see accuracy fall by 2.9 pp; the bound is 1 pp: expect to hold for 11 days`. */
export function waitingLines({ metric, unit, bounds, detectable }: GuardrailReview): string[] {
  const verb = bounds.some(({ kind }) => kind === 'maxDecrease') ? 'fall' : 'rise';
  return changesOf(detectable).flatMap(({ stage, change, relative, bound, requestsUntilPass, daysUntilPass }) => {
    if (bound === undefined || change <= bound) return [];
    const measure = relative ? 'relativeChange' : changeMeasure(unit);
    const smallest = formatQuantity(change, measure).replace('+', '');
    const seen = `${printableName(stage)} can see ${printableName(metric)} ${verb} by ${smallest}; the bound is ${exactQuantity(bound, measure)}`;
    return [`${seen}: ${waiting(requestsUntilPass, daysUntilPass)}.`];
  });
}

/** How many segments will have to pass on their own by a stage's end; what is too small for that can only show harm. */
export function segmentLines({ metric, detectable }: GuardrailReview): string[] {
  return changesOf(detectable).flatMap(({ stage, segments }) =>
    segments === undefined
      ? []
      : [
          `${printableName(stage)}: ${formatCount(segments.mustPass)} of ${countOf(segments.all, metric === 'recall(*)' ? 'label' : 'segment')} will have to pass ${printableName(metric)} on their own; the others can only show harm.`,
        ],
  );
}

function waiting(requests: number | null | undefined, days: number | null | undefined): string {
  if (requests === null || requests === undefined)
    return 'no amount of requests like these would pass a harmless candidate';
  const amount = `about ${formatCount(roundedUp(requests))} requests in all`;
  if (days === null || days === undefined) return `a harmless candidate passes at ${amount}`;
  return `expect to hold for ${countOf(Math.max(1, roundedUp(days)), 'more day')} at this log's pace, until ${amount}`;
}

/** Two significant digits are all that such a forecast is worth. */
function roundedUp(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.ceil(count / step) * step;
}

/** What is known of a guardrail by stage; nothing where nobody knows. */
export function changesOf(detectable: GuardrailReview['detectable']): readonly DetectableChange[] {
  return typeof detectable === 'string' ? [] : detectable;
}
