import { boundsOwnValue, harmfulEnd, limitOf } from '../domain/bound.ts';
import type { StageDetectability } from '../domain/estimate.ts';
import { guardedMetrics } from '../domain/judged.ts';
import { isPerLabel } from '../domain/metric.ts';
import { type SizedSegment, trueLabelDimension } from '../domain/segments.ts';
import type { Bound, Guardrail, RolloutPlan, Stage } from '../domain/plan.ts';
import type { Database } from '../database/database.ts';
import { boundary } from '../stats/bounds/boundary.ts';
import { interval, type IntervalSettings } from '../stats/bounds/confidence-bound.ts';
import { detectableChange } from '../stats/bounds/detectable-change.ts';
import type { Linearized } from '../stats/estimates/linearized.ts';
import { neededData } from '../stats/bounds/needed-data.ts';
import { meanMetricOf } from './families/definitions.ts';
import { mostWaiting, showsNoChange } from '../stats/bounds/no-change.ts';
import { onePerReplay } from './memory-measurer.ts';
import { TableMeasurer, type Measurer } from './measurer.ts';
import { segmentSizes } from './table/segment-sizes.ts';
import { readStageScope, type StageScope } from './table/stage-scope.ts';
import type { Subject } from './table/subject.ts';

/** What a stage's data can tell of one guardrail. */
export type GuardrailDetectability = StageDetectability | { readonly uncomputable: string } | undefined;

/** What the tests of a stage are judged at. */
export type StageLevels = (scope: StageScope) => {
  readonly plannedUnits: number;
  readonly tests: number;
  /** How many times the units of now the stage will have at its end, at least 1. */
  readonly growth: number;
};

/**
 * For each guardrail of the plan, the smallest harmful change that this stage would tell with a chance of 80%, from the
 * spread of the outcomes in the table `judged`; undefined where no interval can be put on them, and why where there is no number at all.
 */
export async function detectableChanges(
  db: Database,
  plan: RolloutPlan,
  stage: Stage,
  levelsOf: StageLevels,
): Promise<readonly GuardrailDetectability[]> {
  const scope = await readStageScope(db, plan, stage);
  const measurer = await TableMeasurer.over({ db, name: 'judged' }, guardedMetrics(plan));
  const levels = levelsOf(scope);
  const sizes = await segmentSizes(db, scope);
  const changes: GuardrailDetectability[] = [];
  for (const guardrail of plan.guardrails) {
    // Nothing is replayed before a stage is evaluated, and a peak has no interval then either.
    const unmeasured = guardrail.metric.family === 'memory' ? { uncomputable: onePerReplay } : undefined;
    changes.push(unmeasured ?? (await detectabilityOf(measurer, plan, stage, { scope, sizes }, guardrail, levels)));
  }
  return changes;
}

async function detectabilityOf(
  measurer: Measurer,
  { statistics }: RolloutPlan,
  stage: Stage,
  { scope, sizes }: { readonly scope: StageScope; readonly sizes: readonly SizedSegment[] },
  guardrail: Guardrail,
  { plannedUnits, tests, growth }: ReturnType<StageLevels>,
): Promise<GuardrailDetectability> {
  const alpha = 1 - statistics.confidence;
  const settings = { alphaLower: alpha, alphaUpper: alpha, inference: statistics.inference, plannedUnits };
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
  const change = detectableChange(measured, harm, settings);
  const found = { stage: stage.name, change, relative };
  const bound = tightest(guardrail, relative);
  if (bound === undefined) return found;
  const breaching = { ...settings, alphaLower: alpha / tests, alphaUpper: alpha / tests };
  return {
    ...found,
    bound: bound.value,
    caught: bound.value + detectableChange(measured, harm, breaching),
    requestsUntilPass: requestsUntilPass(measured, bound, settings),
    ...unmetExtremes(guardrail, measured, bound, settings),
    ...(await segmentsThatMustPass(measurer, subject, { guardrail, bound, sizes, growth, settings })),
  };
}

/** How many segments or true labels will have to pass on their own, as judging them decides at the stage's end. */
async function segmentsThatMustPass(
  measurer: Measurer,
  whole: Subject,
  {
    guardrail,
    bound,
    sizes,
    growth,
    settings,
  }: {
    readonly guardrail: Guardrail;
    readonly bound: Bound;
    readonly sizes: readonly SizedSegment[];
    readonly growth: number;
    readonly settings: IntervalSettings;
  },
): Promise<Pick<StageDetectability, 'segments'>> {
  const perLabel = isPerLabel(guardrail.metric);
  if (!perLabel && guardrail.autoSegments !== true) return {};
  const parts = sizes.filter(({ segment }) => Object.hasOwn(segment, trueLabelDimension) === perLabel);
  const chance = 1 - mostWaiting / Math.max(1, parts.length);
  let mustPass = 0;
  for (const { segment } of parts) {
    const subject = { ...whole, slice: { ...whole.slice, segment } };
    const measured = await measurer.measure(subject, bound.relative ? 'relative' : 'difference');
    const limit = limitOf(bound.kind, bound.value);
    if (measured.kind === 'linearized' && showsNoChange(measured, limit, settings, { growth, chance })) mustPass += 1;
  }
  return { segments: { mustPass, all: parts.length } };
}

/** The data at which a candidate that does not differ probably passes, if it spreads as these outcomes do. */
function requestsUntilPass(measured: Linearized, { kind, value }: Bound, settings: IntervalSettings): number | null {
  return neededData({ ...measured, value: 0 }, limitOf(kind, value), settings)?.requests ?? null;
}

/**
 * How many requests a bound M needs for a mean's floor alone: the floor is 2 m_w R / n, and M has to be z times that, so 2 z m_w R / M of them;
 * at the sequential bound's tightest 5.6 m_w R / M. A relative bound is one of the baseline's mean.
 */
function unmetExtremes(
  { metric }: Guardrail,
  { clusterSize, baseline = 0 }: Linearized,
  bound: Bound,
  { inference, alphaUpper, plannedUnits }: IntervalSettings,
): Pick<StageDetectability, 'unmet'> {
  const largest = meanMetricOf(metric)?.range;
  const margin = bound.value * (bound.relative ? baseline : 1);
  if (largest === undefined || !(margin > 0)) return {};
  const requests = Math.ceil(
    (2 * boundary(inference, alphaUpper, plannedUnits, plannedUnits) * clusterSize * largest) / margin,
  );
  return { unmet: { largest, requests, capped: 'cap' in metric } };
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
