import type { NamedSegment } from '../../domain/segments.ts';
import type { Guardrail } from '../../domain/plan.ts';
import { type Appearance, latePosition, ofDimensions, segmentKey, withAppeared } from '../../verdict/appearance.ts';
import {
  hasParts,
  type PlannedTest,
  plannedTests,
  rollbackTests,
  segmentDivisor,
} from '../../verdict/guardrail-tests.ts';
import { judgedSize } from '../../verdict/judged-size.ts';
import { type PlannedSize, plannedUnits } from '../../verdict/planned-units.ts';
import { stageHorizon } from '../../verdict/stage-horizon.ts';
import type { Frozen, JudgedStage } from './judged-stage.ts';

/** The tests of a look, and what its series of looks holds fast. */
export interface LookSeries {
  readonly tests: readonly PlannedTest[];
  readonly level: Frozen;
  /** Every segment that is tested on its own. */
  readonly appearance: Appearance;
}

/**
 * What a series freezes at its first look, and the segments that have appeared since.
 * @param size of the judged cohort.
 */
export function seriesOf(
  judged: Pick<JudgedStage, 'plan' | 'stage' | 'scope' | 'sizes' | 'span'>,
  frozen: Frozen | undefined,
  size: PlannedSize = judgedSize(judged.scope.cohorts, judged.scope.judgedCohort),
): LookSeries {
  const { plan, stage, scope, span } = judged;
  const tests = plannedTests(plan.guardrails, (dimension) => [...(scope.segmentValues.get(dimension)?.keys() ?? [])]);
  const to = stage.to ?? plan.requests.to;
  const minDurationMs = stage.minDurationMs ?? plan.checks.window.minDurationMs;
  const level: Frozen = frozen ?? {
    tests: rollbackTests(tests),
    plannedUnits: plannedUnits(stage, size),
    horizon: stageHorizon({ stage, minDurationMs, to }, size, span),
  };
  const appearance = withAppeared(earlierIn(frozen), testedSegments(judged));
  const { order, known } = appearance;
  return { tests, appearance, level: order.length === 0 ? level : { ...level, segments: order, knownSegments: known } };
}

function earlierIn(frozen: Frozen | undefined): Appearance | undefined {
  if (frozen === undefined) return undefined;
  const { segments: order = [], knownSegments } = frozen;
  return { order, known: knownSegments ?? order.length };
}

/** What is there now of the segments that a guardrail tests on their own, the largest first. */
function testedSegments({
  plan: { guardrails },
  scope,
  sizes,
}: Pick<JudgedStage, 'plan' | 'scope' | 'sizes'>): readonly NamedSegment[] {
  const found = guardrails.some(hasParts) ? sizes.map(({ segment }) => segment) : [];
  const dimensions = [...new Set(guardrails.flatMap(({ segments }) => segments))];
  const named = dimensions.flatMap((dimension) =>
    [...(scope.segmentValues.get(dimension)?.keys() ?? [])].map((value) => ({ [dimension]: value })),
  );
  return [...new Map([...found, ...named].map((segment) => [segmentKey(segment), segment])).values()];
}

/** By what a test's alpha is divided because its segment appeared after the first look; 1 for any other test. */
export function lateDivisor({ appearance }: LookSeries, { guardrail, segment }: PlannedTest): number {
  if (segment === null) return 1;
  return segmentDivisor(latePosition(namedBy(guardrail, appearance), segment));
}

function namedBy({ segments }: Guardrail, appearance: Appearance): Appearance {
  return ofDimensions(appearance, (dimension) => segments.includes(dimension));
}
