import type { Segment } from '../domain/evidence.ts';
import type { Bound, Guardrail } from '../domain/plan.ts';

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

/**
 * What `segments: auto` tests on one segment: each bound of each guardrail that says so.
 */
export function testsOfSegment(guardrails: readonly Guardrail[], segment: Segment): readonly PlannedTest[] {
  return guardrails
    .filter(({ autoSegments }) => autoSegments === true)
    .flatMap((guardrail) => guardrail.bounds.map((bound) => ({ guardrail, bound, segment })));
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
    ({ guardrail, segment }) => segment === null && (guardrail.autoSegments === true || guardrail.segments.length > 0),
  );
  return Math.max(1, rollingBack.length + shared.length);
}

/**
 * The divisor of the alpha that is shared by segments in their order of appearance, for the j-th of them: 1 / (j (j + 1)) sums to
 * 1 over any number of segments, and a segment that appears later takes nothing from the ones before.
 * @param position from 1; 0 for a test that has its alpha to itself.
 */
export function segmentDivisor(position: number): number {
  return position === 0 ? 1 : position * (position + 1);
}
