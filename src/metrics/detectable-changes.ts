import { boundsOwnValue, harmfulEnd } from '../domain/bound.ts';
import type { StageDetectability } from '../domain/estimate.ts';
import { guardedMetrics } from '../domain/judged.ts';
import { isTriggered, withUntriggered } from '../domain/statistics/bounded-metric.ts';
import type { Metric } from '../domain/metric.ts';
import type { SizedSegment } from '../domain/segments.ts';
import type { Bound, Guardrail, RolloutPlan, Stage } from '../domain/plan.ts';
import type { Database } from '../database/database.ts';
import { interval, type IntervalSettings } from '../stats/bounds/confidence-bound.ts';
import { detectableChange, passableChange } from '../stats/bounds/detectable-change.ts';
import type { Linearized } from '../stats/estimates/linearized.ts';
import { onePerReplay } from './memory-measurer.ts';
import { TableMeasurer, type Measurer } from './measurer.ts';
import { requestsByMethod, requestsUntilPass, settingsAtEnd } from './requests-until-pass.ts';
import { slowestSegment } from './slowest-segment.ts';
import { segmentsThatMustPass } from './segments-that-must-pass.ts';
import { segmentSizes } from './table/segment-sizes.ts';
import { readStageScope, type StageScope } from './table/stage-scope.ts';
import type { Subject } from './table/subject.ts';
import { TriggeredMeasurer, triggeredIn } from './triggered-measurer.ts';
import { unmetExtremes } from './unmet-extremes.ts';

/** What a stage's data can tell of one guardrail. */
export type GuardrailDetectability = StageDetectability | { readonly uncomputable: string } | undefined;

/** What the tests of a stage are judged at. */
export type StageLevels = (scope: StageScope) => {
  readonly plannedUnits: number;
  readonly tests: number;
  /** How many times the data of now the stage will have at its end, at least 1. */
  readonly growth: number;
  /** The same after the longest wait, at the pace of the log; undefined where it has none. */
  readonly inTime: number | undefined;
};

/**
 * For each guardrail of the plan, the smallest harmful change that this stage would tell with a chance of 80%, from the
 * spread of the outcomes in the table `judged`; undefined where no interval can be put on them, and why where there is no number at all.
 * @param differences undefined where a replay that would tell on which requests the versions answer differently is still to come.
 */
export async function detectableChanges(
  db: Database,
  plan: RolloutPlan,
  stage: Stage,
  levelsOf: StageLevels,
  differences: { readonly untold?: string | undefined } | undefined,
): Promise<readonly GuardrailDetectability[]> {
  const scope = await readStageScope(db, plan, stage);
  const judged = { db, name: 'judged' };
  const others = await TableMeasurer.over(judged, withUntriggered(guardedMetrics(plan)));
  const measurer = new TriggeredMeasurer(others, triggeredIn(judged));
  const levels = levelsOf(scope);
  const sizes = await segmentSizes(db, scope);
  const changes: GuardrailDetectability[] = [];
  for (const guardrail of plan.guardrails) {
    const known = unmeasured(guardrail.metric, differences);
    changes.push(
      known === undefined
        ? await detectabilityOf(measurer, plan, stage, { scope, sizes }, guardrail, levels)
        : known === 'to come'
          ? undefined
          : known,
    );
  }
  return changes;
}

/** What keeps a metric from being measured before anybody evaluates; undefined where nothing does. */
function unmeasured(
  metric: Metric,
  differences: { readonly untold?: string | undefined } | undefined,
): { readonly uncomputable: string } | 'to come' | undefined {
  // Nothing is replayed before a stage is evaluated, and a peak has no interval then either.
  if (metric.family === 'memory') return { uncomputable: onePerReplay };
  if (!isTriggered(metric)) return undefined;
  if (differences === undefined) return 'to come';
  return differences.untold === undefined ? undefined : { uncomputable: differences.untold };
}

async function detectabilityOf(
  measurer: Measurer,
  { statistics }: RolloutPlan,
  stage: Stage,
  { scope, sizes }: { readonly scope: StageScope; readonly sizes: readonly SizedSegment[] },
  guardrail: Guardrail,
  { plannedUnits, tests, growth, inTime }: ReturnType<StageLevels>,
): Promise<GuardrailDetectability> {
  const alpha = 1 - statistics.confidence;
  const settings = settingsAtEnd(statistics, 'pass', alpha, plannedUnits);
  // What a planned series tells it tells at its end.
  const ahead = statistics.inference === 'planned' ? growth : 1;
  const relative = isRelative(guardrail);
  const subject: Subject = {
    metric: guardrail.metric,
    comparison: scope.comparison,
    slice: { cohort: scope.judgedCohort, segment: null },
  };
  const measured = await measurer.measure(subject, relative ? 'relative' : 'difference');
  if (measured.kind === 'uncomputable') return { uncomputable: measured.reason };
  const harm = guardrail.bounds.some(({ kind }) => harmfulEnd(kind) === 'high') ? 'increase' : 'decrease';
  if (measured.kind !== 'linearized' || interval(measured, settings).kind !== 'interval') return undefined;
  const change = detectableChange(measured, harm, settings, ahead);
  const found = { stage: stage.name, change, relative };
  const bound = tightest(guardrail, relative);
  if (bound === undefined) return found;
  const breaching = settingsAtEnd(statistics, 'breach', alpha / tests, plannedUnits);
  return {
    ...found,
    bound: bound.value,
    caught: bound.value + detectableChange(measured, harm, breaching, ahead),
    requestsUntilPass: requestsUntilPass(measured, bound, settings),
    requestsByMethod: requestsByMethod(measured, bound, { alpha, plannedUnits }),
    ...unmetExtremes(guardrail, measured, bound, { settings, plannedUnits }),
    ...(inTime === undefined ? {} : passableIn(measured, bound, settings, inTime)),
    ...(await slowestSegment(measurer, subject, scope, guardrail, bound, settings)),
    ...(await segmentsThatMustPass(measurer, subject, { guardrail, bound, sizes, growth, settings })),
  };
}

function passableIn(measured: Linearized, { kind }: Bound, settings: IntervalSettings, growth: number) {
  const change = passableChange(measured, harmfulEnd(kind) === 'high' ? 'upper' : 'lower', settings, growth);
  return Number.isFinite(change) ? { passableInTime: change } : {};
}

function tightest({ bounds }: Guardrail, relative: boolean): Bound | undefined {
  return bounds
    .filter((bound) => !boundsOwnValue(bound.kind) && bound.relative === relative)
    .toSorted((a, b) => a.value - b.value)[0];
}

function isRelative({ bounds }: Guardrail): boolean {
  const compared = bounds.filter(({ kind }) => !boundsOwnValue(kind));
  return compared.length > 0 && compared.every(({ relative }) => relative);
}
