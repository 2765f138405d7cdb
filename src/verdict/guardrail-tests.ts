import { boundsOwnValue } from '../domain/bound.ts';
import { whyNotIn } from '../domain/judged.ts';
import type { Segment } from '../domain/evidence.ts';
import { isPerLabel, metricTraits } from '../domain/metric.ts';
import type { Bound, Guardrail, RolloutPlan, Stage } from '../domain/plan.ts';
import { type NamedSegment, trueLabelDimension } from '../domain/segments.ts';

/** One test that a stage has to pass: a bound of a guardrail, on everyone or on one segment. */
export interface PlannedTest {
  readonly guardrail: Guardrail;
  readonly bound: Bound;
  readonly segment: Segment;
}

/**
 * Every test of a stage, in the plan's order: each bound on the whole first, then on each value of the dimensions that
 * the guardrail names.
 * @param valuesOf the values of a dimension in the judged requests.
 */
export function plannedTests(
  guardrails: readonly Guardrail[],
  valuesOf: (dimension: string) => readonly string[],
): readonly PlannedTest[] {
  return guardrails.flatMap((guardrail) => {
    const segments: Segment[] = [null];
    for (const dimension of guardrail.segments) {
      for (const value of valuesOf(dimension)) segments.push({ [dimension]: value });
    }
    return guardrail.bounds.flatMap((bound) => segments.map((segment) => ({ guardrail, bound, segment })));
  });
}

/** Whether a guardrail is judged on parts that nobody names: the segments of `segments: auto`, or the true labels of `recall(*)`. */
export function hasParts({ autoSegments, metric }: Pick<Guardrail, 'autoSegments' | 'metric'>): boolean {
  return autoSegments === true || isPerLabel(metric);
}

/** What is tested on one segment or true label that nobody named: each bound of each guardrail that has such parts. */
export function testsOfSegment(guardrails: readonly Guardrail[], segment: NamedSegment): readonly PlannedTest[] {
  const isLabel = Object.hasOwn(segment, trueLabelDimension);
  return guardrails
    .filter(({ autoSegments, metric }) => (isLabel ? isPerLabel(metric) : autoSegments === true))
    .flatMap((guardrail) => guardrail.bounds.map((bound) => ({ guardrail, bound, segment })));
}

/** Whether bets on users can say anything of a bound: the metric counts requests as 0 or 1 in pairs, and the bound is on their difference. */
export function canBet({ metric, test }: Pick<Guardrail, 'metric' | 'test'>, { kind, relative }: Bound): boolean {
  const { zeroOne, hasBaseline } = metricTraits(metric);
  // Of a precision each version has requests of its own.
  return (
    test === 'interval' && zeroOne && hasBaseline && metric.family !== 'precision' && !relative && !boundsOwnValue(kind)
  );
}

/**
 * How many tests could roll the stage back by an interval: the K that they share alpha by. Never below 1, so that it
 * can be divided by.
 */
export function rollbackTests(tests: readonly PlannedTest[]): number {
  const rollingBack = tests.filter(
    ({ guardrail }) => guardrail.onBreach === 'rollback' && guardrail.test === 'interval',
  );
  // The segments of `segments: auto` share what one more test of their bound would have, and so do those of a dimension that a guardrail
  // names which appear after the first look.
  const shared = rollingBack.filter(
    ({ guardrail, segment }) => segment === null && (hasParts(guardrail) || guardrail.segments.length > 0),
  );
  // Bets on the users of segments that are too small for an interval have a part of their own, once more.
  const bets = shared.filter(({ guardrail, bound }) => hasParts(guardrail) && canBet(guardrail, bound));
  return Math.max(1, rollingBack.length + shared.length + bets.length);
}

/**
 * The divisor of the alpha that is shared by segments in their order of appearance, for the j-th of them: 1 / (j (j + 1)) sums to
 * 1 over any number of segments, and a segment that appears later takes nothing from the ones before.
 * @param position from 1; 0 for a test that has its alpha to itself.
 */
export function segmentDivisor(position: number): number {
  return position === 0 ? 1 : position * (position + 1);
}

/**
 * By how many the alpha of a source's tests is divided where other sources of the plan have tests too: each source has the part of alpha that its bounds are
 * of all bounds, however many segments it tests them on, so that the tests of one never take from those of another.
 * @param tests of the source itself
 */
export function withOthers(
  tests: number,
  { elsewhere = [], ...plan }: RolloutPlan,
  stage: Pick<Stage, 'name'>,
): number {
  const boundsIn = (guardrails: readonly Guardrail[]) => {
    const judged = guardrails.filter((guardrail) => whyNotIn(plan, guardrail, stage) === undefined);
    return judged
      .filter(({ onBreach, test }) => onBreach === 'rollback' && test === 'interval')
      .reduce((sum, { bounds }) => sum + bounds.length, 0);
  };
  const [own, others] = [boundsIn(plan.guardrails), boundsIn(elsewhere)];
  return own === 0 ? tests + others : Math.ceil((tests * (own + others)) / own);
}
