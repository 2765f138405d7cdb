import { boundsOwnValue, harmfulEnd, limitOf } from '../domain/bound.ts';
import type { StageDetectability } from '../domain/estimate.ts';
import { guardedMetrics } from '../domain/judged.ts';
import type { Bound, Guardrail, RolloutPlan, Stage, Statistics } from '../domain/plan.ts';
import type { Database } from '../database/database.ts';
import { fewestEffectiveUnits, interval, type IntervalSettings } from '../stats/bounds/confidence-bound.ts';
import { detectableChange } from '../stats/bounds/detectable-change.ts';
import { endOfSeries } from '../stats/bounds/planned-design.ts';
import type { Linearized } from '../stats/estimates/linearized.ts';
import { neededData, standardErrorAhead } from '../stats/bounds/needed-data.ts';
import { onePerReplay } from './memory-measurer.ts';
import { TableMeasurer, type Measurer } from './measurer.ts';
import { readStageScope, type StageScope } from './table/stage-scope.ts';
import type { Subject } from './table/subject.ts';

/** What a stage's data can tell of one guardrail. */
export type GuardrailDetectability = StageDetectability | { readonly uncomputable: string } | undefined;

/** What the tests of a stage are judged at. */
export type StageLevels = (scope: StageScope) => {
  readonly plannedUnits: number;
  readonly tests: number;
  /** How many times the data of now there will be at the stage's end. */
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
  const changes: GuardrailDetectability[] = [];
  for (const guardrail of plan.guardrails) {
    // Nothing is replayed before a stage is evaluated, and a peak has no interval then either.
    const unmeasured = guardrail.metric.family === 'memory' ? { uncomputable: onePerReplay } : undefined;
    changes.push(unmeasured ?? (await detectabilityOf(measurer, plan, stage, scope, guardrail, levels)));
  }
  return changes;
}

async function detectabilityOf(
  measurer: Measurer,
  { statistics }: RolloutPlan,
  stage: Stage,
  scope: StageScope,
  guardrail: Guardrail,
  levels: ReturnType<StageLevels>,
): Promise<GuardrailDetectability> {
  const alpha = 1 - statistics.confidence;
  const settings = settingsOf(statistics, 'pass', alpha, levels);
  // What a planned series tells it tells at its end.
  const growth = statistics.inference === 'planned' ? levels.growth : 1;
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
  const change = detectableChange(measured, harm, settings, growth);
  const found = { stage: stage.name, change, relative };
  const bound = tightest(guardrail, relative);
  if (bound === undefined) return found;
  const breaching = settingsOf(statistics, 'breach', alpha / levels.tests, levels);
  const [least, passing] = [
    ofFewest(measured),
    (method: SettledStatistics) => settingsOf(method, 'pass', alpha, levels),
  ];
  const until = (method: SettledStatistics) => requestsUntilPass(least, bound, passing(method));
  return {
    ...found,
    bound: bound.value,
    caught: bound.value + detectableChange(measured, harm, breaching, growth),
    requestsUntilPass: requestsUntilPass(measured, bound, passing(statistics)),
    requestsByMethod: {
      sequential: until({ inference: 'sequential' }),
      planned: until({ inference: 'planned' }),
      oneLook: until({ inference: 'planned', looks: 1 }),
    },
  };
}

/** The estimate as it would be on as few units as any is judged on, from which less data than there are can be told. */
function ofFewest(measured: Linearized): Linearized {
  const share = Math.min(1, fewestEffectiveUnits / measured.effectiveUnits);
  const { units, requests } = measured.counted;
  return {
    ...measured,
    standardError: standardErrorAhead(measured, share),
    floorVariance: measured.floorVariance / share ** 2,
    skewness: measured.skewness / Math.sqrt(share),
    effectiveUnits: measured.effectiveUnits * share,
    counted: { units: units * share, requests: requests * share },
  };
}

type SettledStatistics = Pick<Statistics, 'inference' | 'looks'>;

/** How often a stage is thought to be looked at until its end, where the plan does not say once: nightly for three weeks. */
const usualLooks = 20;

/** The levels at which both bounds of an estimate would be wanted at the end. */
function settingsOf(
  { inference, looks }: SettledStatistics,
  side: 'pass' | 'breach',
  alpha: number,
  { plannedUnits }: ReturnType<StageLevels>,
): IntervalSettings {
  return inference === 'planned'
    ? endOfSeries({ alpha, side, looks: looks ?? usualLooks })
    : { alphaLower: alpha, alphaUpper: alpha, inference, plannedUnits };
}

/** The data at which a candidate that does not differ probably passes, if it spreads as these outcomes do. */
function requestsUntilPass(measured: Linearized, { kind, value }: Bound, settings: IntervalSettings): number | null {
  return neededData({ ...measured, value: 0 }, limitOf(kind, value), settings)?.requests ?? null;
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
