import type { NamedSegment } from '../../domain/segments.ts';
import type { Inference } from '../../domain/statistics/inference.ts';
import type { Guardrail, Statistics } from '../../domain/plan.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import { type Appearance, latePosition, ofDimensions, segmentKey, withAppeared } from '../../verdict/appearance.ts';
import {
  hasParts,
  type PlannedTest,
  plannedTests,
  rollbackTests,
  segmentDivisor,
  withOthers,
} from '../../verdict/guardrail-tests.ts';
import { shortWindow } from '../../verdict/checks/window.ts';
import { judgedSize } from '../../verdict/judged-size.ts';
import { judgedAtEnd, plannedUnits } from '../../verdict/planned-units.ts';
import { type PlannedSize, stageHorizon, type StageSizes } from '../../verdict/stage-horizon.ts';
import type { Frozen } from '../../domain/registry.ts';
import type { JudgedStage } from './judged-stage.ts';
import { SpendingLedger } from './spending-ledger.ts';

/** The tests of a look, and what its series of looks holds fast. */
export interface LookSeries {
  readonly tests: readonly PlannedTest[];
  readonly level: Frozen;
  /** Every segment that is tested on its own. */
  readonly appearance: Appearance;
  /** How many times the data of now there will be at the stage's end, at least 1. */
  readonly growth: number;
  /** Of `inference: planned`, what the tests spend. */
  readonly ledger: SpendingLedger | undefined;
}

/**
 * What a series freezes at its first look, and the segments that have appeared since.
 * @param size of the judged cohort.
 */
export function seriesOf(
  judged: Pick<JudgedStage, 'plan' | 'stage' | 'scope' | 'sizes' | 'span' | 'now' | 'periods' | 'timing'>,
  frozen: Frozen | undefined,
  size: PlannedSize = judgedSize(judged.scope.cohorts, judged.scope.judgedCohort),
): LookSeries {
  const { plan, stage, scope, span, now } = judged;
  const tests = plannedTests(plan.guardrails, (dimension) => [...(scope.segmentValues.get(dimension)?.keys() ?? [])]);
  const { to } = plan.requests;
  const waits = shortWindow(plan.checks, scope.comparison) === 'hold';
  const minDurationMs = waits ? (stage.minDurationMs ?? plan.checks.window.minDurationMs) : 0;
  const sizes = { log: wholeLog(scope, size), judged: size };
  const horizon = stageHorizon({ statistics: plan.statistics, stage, minDurationMs, to, now }, sizes, span);
  // Where there are several periods, a breach counts in the one in force and in all of them combined.
  const timesTested = (judged.periods?.each.length ?? 1) > 1 ? 2 : 1;
  const fixed: Frozen =
    frozen === undefined
      ? {
          tests: withOthers(rollbackTests(tests) * timesTested, plan, stage),
          plannedUnits: plannedUnits(horizon, sizes),
          horizon,
        }
      : withMovedEnd(frozen, plan.statistics.plannedUnits);
  const level = judged.timing === undefined ? fixed : withTiming(fixed, judged.timing);
  const ledger = ledgerOf(plan.statistics.inference, level, sizes);
  const appearance = withAppeared(earlierIn(frozen), testedSegments(judged));
  const { order, known } = appearance;
  return {
    tests,
    appearance,
    growth: Math.max(1, (level.horizon ?? 0) / Math.max(1, sizes.log.units)),
    ledger,
    level: order.length === 0 ? level : { ...level, segments: order, knownSegments: known },
  };
}

/** What the next look needs to know, once all tests of this one were made. */
export function frozenAfter({ level, ledger }: LookSeries): Frozen {
  return ledger === undefined ? level : { ...level, spending: ledger.entries };
}

/** Everyone; where numbers tell requests alone, each stands for a user. */
function wholeLog({ cohorts }: StageScope, judged: PlannedSize): PlannedSize {
  const { units, requests } = judgedSize(cohorts, 'all');
  return { units: Math.max(units, judged.units), requests: Math.max(requests, judged.requests) };
}

/** A plan that plans another end than the series has moves it; what was tested stays as it was. */
function withMovedEnd(frozen: Frozen, plannedEnd: number | undefined): Frozen {
  const { horizon, movedFrom = [] } = frozen;
  if (plannedEnd === undefined || horizon === undefined || plannedEnd === horizon) return frozen;
  return { ...frozen, horizon: plannedEnd, movedFrom: [...movedFrom, horizon] };
}

/** What was judged again without being timed again is no measurement more. */
function withTiming(frozen: Frozen, last: string): Frozen {
  const { count, last: before } = frozen.timings ?? { count: 0, last: '' };
  return { ...frozen, timings: { count: before === last ? count : count + 1, last } };
}

/** How often the series has timed processes; undefined where the plan says that they are timed once. */
export function timingsOf({ inference, looks }: Statistics, { timings }: Frozen): number | undefined {
  return inference === 'fixed' || looks === 1 ? undefined : timings?.count;
}

function ledgerOf(
  inference: Inference,
  { horizon, plannedUnits: tuned, spending = [] }: Frozen,
  { log }: StageSizes,
): SpendingLedger | undefined {
  if (inference !== 'planned' || horizon === undefined) return undefined;
  return new SpendingLedger({ users: log.units, horizon, judgedAtEnd: judgedAtEnd(tuned) }, spending);
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
