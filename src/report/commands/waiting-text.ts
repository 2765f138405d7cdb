import { changeMeasure } from '../../domain/bound.ts';
import { countOf, exactQuantity, formatCount, formatQuantity, upToTwoDigits } from '../../domain/format-number.ts';
import { printableName, segmentName } from '../words/printable.ts';
import { longestWait, type StageDetectability } from '../../domain/estimate.ts';
import type { MetricUnit } from '../../domain/metric.ts';
import type { Bound, OnBreach, Statistics } from '../../domain/plan.ts';

type Inference = Statistics['inference'];

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
  /** The smallest share of the log's users, in (0, 1], whose requests decide if the candidate changes nothing; null where not even all do. */
  readonly smallestSample?: number | null;
  /** Days until the slowest segment would have passed. */
  readonly slowestDays?: number | null;
}

/**
 * What a stage has to wait for: `canary-5 can see accuracy fall by 2.9 pp; the bound is 1 pp: expect to hold for 11 days`. A planned end that is
 * too early is not waited for: what is tested after it has next to no alpha left.
 */
export function waitingLines(review: GuardrailReview, inference: Inference): string[] {
  return [...wholeLines(review, inference), ...slowestLines(review)];
}

function wholeLines({ metric, unit, bounds, detectable }: GuardrailReview, inference: Inference): readonly string[] {
  const verb = bounds.some(({ kind }) => kind === 'maxDecrease') ? 'fall' : 'rise';
  return byStages(changesOf(detectable), (found) => {
    const { change, relative, bound, requestsUntilPass, daysUntilPass, passableInTime } = found;
    if (bound === undefined || change <= bound) return undefined;
    const measure = relative ? 'relativeChange' : changeMeasure(unit);
    const smallest = formatQuantity(change, measure).replace('+', '');
    const seen = ` can see ${printableName(metric)} ${verb} by ${smallest}${inference === 'planned' ? ' at its planned end' : ''}; the bound is ${exactQuantity(bound, measure)}`;
    const isLong = requestsUntilPass === null || (daysUntilPass ?? 0) > longestWait;
    const passable = passableInTime === undefined ? undefined : exactQuantity(upToTwoDigits(passableInTime), measure);
    const inTime =
      isLong && passable !== undefined ? `; a bound of ${passable} would be passed within ${longestWait} days` : '';
    return `${seen}: ${waiting(requestsUntilPass, daysUntilPass, inference)}${inTime}.`;
  });
}

/** The segment that keeps a guardrail with named segments waiting longer than anybody would. */
function slowestLines({ metric, detectable }: GuardrailReview): readonly string[] {
  return byStages(changesOf(detectable), ({ slowest, slowestDays }) => {
    if (slowest === undefined || slowestDays === undefined || (slowestDays ?? Infinity) <= longestWait)
      return undefined;
    const subject = `: ${printableName(metric)} for ${segmentName(slowest.segment)}`;
    const remedy =
      'judge coarser segments, write a wider bound, or write segments: auto, which does not require a pass of segments that are too small for one';
    return slowestDays === null
      ? `${subject} could not be decided by any number of requests like these: ${remedy}.`
      : `${subject} takes about ${countOf(roundedUp(slowestDays), 'more day')} at this log's pace: ${remedy}.`;
  });
}

/** How many segments will have to pass on their own by a stage's end; what is too small for that can only show harm. */
export function segmentLines({ metric, detectable }: GuardrailReview): readonly string[] {
  return byStages(changesOf(detectable), ({ segments }) =>
    segments === undefined
      ? undefined
      : `: ${formatCount(segments.mustPass)} of ${countOf(segments.all, metric === 'recall(*)' ? 'label' : 'segment')} will have to pass ${printableName(metric)} on their own; the others can only show harm.`,
  );
}

/** What is said of each stage, with the names of all stages of which it is the same before it: `shadow, canary-5 and full: …`. */
function byStages(
  changes: readonly DetectableChange[],
  say: (change: DetectableChange) => string | undefined,
): readonly string[] {
  const stagesOf = new Map<string, string[]>();
  for (const change of changes) {
    const said = say(change);
    if (said !== undefined) stagesOf.set(said, [...(stagesOf.get(said) ?? []), printableName(change.stage)]);
  }
  return [...stagesOf].map(([said, stages]) => `${names.format(stages)}${said}`);
}

const names = new Intl.ListFormat('en-GB', { style: 'long', type: 'conjunction' });

function waiting(requests: number | null | undefined, days: number | null | undefined, inference: Inference): string {
  if (requests === null || requests === undefined)
    return 'no number of requests like these would pass a harmless candidate';
  const amount = `about ${formatCount(roundedUp(requests))} requests in all`;
  if (inference === 'planned') {
    const pace =
      days === null || days === undefined
        ? ''
        : `, ${countOf(Math.max(1, roundedUp(days)), 'more day')} at this log's pace`;
    return `fix a later end before the first look, at ${amount}${pace}`;
  }
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
