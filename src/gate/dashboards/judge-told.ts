import { fairSample } from '../../verdict/alarm.ts';
import type { Frozen } from '../../domain/registry.ts';
import { unusableFile } from '../../domain/errors.ts';
import type { CheckResult, CohortSize, Comparison, GuardrailResult, Segment } from '../../domain/evidence.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import { besideTests } from '../../domain/statistics/inference.ts';
import type { Guardrail, RolloutPlan, Stage } from '../../domain/plan.ts';
import type { Role } from '../../domain/role.ts';
import type { RoleNumber } from '../../metrics/role-number.ts';
import { ToldMeasurer, sizeOf } from '../../metrics/told-measurer.ts';
import { compareVersions } from '../../metrics/compare.ts';
import { segmentReversals } from '../../metrics/segment-reversals.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import { applicableGuardrails } from '../../verdict/applicable.ts';
import { sampleRatioCheck } from '../../verdict/checks/sample-ratio.ts';
import { segmentMix } from '../../verdict/checks/segment-mix.ts';
import { segmentsCheck } from '../../verdict/checks/segments.ts';
import { type ToldSize, toldNumbersChecks } from '../../verdict/checks/told-numbers.ts';
import type { Judgement } from '../judge/judge-stage.ts';
import { judgeTest, subjectOf } from '../judge/judge-test.ts';
import { frozenAfter, lateDivisor, seriesOf } from '../judge/series.ts';
import { againstParts } from './against-parts.ts';
import type { ToldStage } from './read-told.ts';

/** What numbers tell of whom they are about: the candidate's side is the canary, the baseline's the stable cohort. */
export function scopeOfTold(numbers: readonly RoleNumber[]): StageScope {
  const canary = cohortOf('canary', toldSize(numbers, 'candidate'));
  const stable = cohortOf('stable', toldSize(numbers, 'baseline'));
  const all = cohortOf('all', { units: canary.units + stable.units, requests: canary.requests + stable.requests });
  const segmentValues = new Map<string, Map<string, number>>();
  for (const { segment, count = 0 } of numbers) {
    for (const [dimension, value] of Object.entries(segment ?? {})) {
      const values = segmentValues.get(dimension) ?? new Map<string, number>();
      segmentValues.set(dimension, values.set(value, Math.max(count, values.get(value) ?? 0)));
    }
  }
  const nobody = { requests: 0, errors: {} };
  return {
    judgedCohort: 'canary',
    comparison: 'served',
    cohorts: [canary, stable, all],
    segmentValues,
    hours: new Map(),
    outcomes: { baseline: nobody, candidate: nobody },
  };
}

/** The most that any number of the whole says of a version's requests and users. */
export function toldSize(numbers: readonly RoleNumber[], role: Role): ToldSize {
  const ofWhole = numbers.filter((number) => number.role === role && number.segment === null);
  return { requests: most(ofWhole.map(({ count }) => count)), units: most(ofWhole.map(({ units }) => units)) };
}

function most(sizes: readonly (number | undefined)[]): number | undefined {
  const told = sizes.filter((size) => size !== undefined);
  return told.length === 0 ? undefined : Math.max(...told);
}

function cohortOf(name: CohortSize['name'], { units = 0, requests = 0 }: ToldSize): CohortSize {
  return { name, units, requests };
}

/** Numbers do not tell when they were counted. */
const noSpan = { first: null, last: null };

/**
 * Judges a stage on numbers, as `judgeStage` does on requests.
 * @param weight the share of users that the candidate should have had, in [0, 1].
 */
export async function judgeTold(
  whole: RolloutPlan,
  stage: Stage,
  { numbers, untold, window, checks = [] }: ToldStage,
  scope: StageScope,
  frozen: Frozen | undefined,
  weight: number,
): Promise<Judgement> {
  const { plan, inapplicable } = applicableGuardrails(whole, stage, 'numbers');
  const told = toldSize(numbers, 'candidate');
  const requests = window === undefined ? undefined : (scope.cohorts.find(({ name }) => name === 'all')?.requests ?? 0);
  const size = { units: told.units ?? told.requests ?? 0, requests: told.requests ?? 0 };
  const named = { ...plan, guardrails: namingDimensions(plan.guardrails, scope) };
  const series = seriesOf({ plan: named, stage, scope, sizes: [], span: noSpan }, frozen, size);
  const { level, ledger } = series;
  const measurer = new ToldMeasurer(numbers, untold);
  const dimensions = [...scope.segmentValues.keys()];
  const guardrails: GuardrailResult[] = [];
  for (const test of series.tests) {
    const tests = level.tests * lateDivisor(series, test);
    const { plannedUnits } = level;
    const { result } = await judgeTest({ plan, scope, measurer }, test, { tests, plannedUnits, ledger });
    guardrails.push(await againstParts(measurer, subjectOf(scope, test), test, result, dimensions));
  }
  const alpha = 1 - plan.statistics.confidence;
  const inference = besideTests(plan.statistics.inference);
  const shown = { alphaLower: alpha, alphaUpper: alpha, inference, plannedUnits: level.plannedUnits };
  const comparisons = await compareVersions(measurer, plan, scope, shown);
  const reversals = await segmentReversals(measurer, guardedMetrics(plan), scope, comparisons, {
    alpha: plan.checks.segments.alpha,
    inference,
    plannedUnits: level.plannedUnits,
  });
  const saidIndependent = guardrails.some(
    ({ metric, segment, low, high }) =>
      (low !== undefined || high !== undefined) &&
      numbersOf(numbers, metric, segment).some(({ units }) => units === undefined),
  );
  return {
    frozen: frozenAfter(series),
    comparisons: comparisons.map((comparison) => withToldSizes(comparison, numbers)),
    guardrails: [...guardrails, ...inapplicable],
    checks: [
      ...checks,
      ...toldNumbersChecks(plan, stage, told, { saidIndependent, window, requests }),
      fairSample(scope, sampleRatioOfTold(plan, numbers, weight)),
      segmentsCheck(plan.checks.segments.action, segmentCount(scope), reversals, []),
      fairSample(scope, segmentMix(comparisons, plan.checks.segmentMix.action)),
    ],
  };
}

function segmentCount({ segmentValues }: StageScope): number {
  return [...segmentValues.values()].reduce((sum, { size }) => sum + size, 0);
}

/**
 * Whether the versions have the users that the weight gives them, by the metric that tells most users of both; requests stand for users where
 * each is of another one.
 */
function sampleRatioOfTold({ checks, statistics }: RolloutPlan, numbers: readonly RoleNumber[], weight: number) {
  const ofWhole = numbers.filter(({ segment }) => segment === null);
  const sizes = ofWhole
    .filter(({ role }) => role === 'candidate')
    .map((candidate) => {
      const baseline = ofWhole.find(({ role, metric }) => role === 'baseline' && metric.id === candidate.metric.id);
      return { canary: usersOf(candidate), stable: baseline === undefined ? undefined : usersOf(baseline) };
    })
    .flatMap(({ canary, stable }) => (canary === undefined || stable === undefined ? [] : [{ canary, stable }]));
  const [largest] = sizes.toSorted((a, b) => b.canary + b.stable - a.canary - a.stable);
  if (largest === undefined) return untoldRatio;
  const cohorts = [
    cohortOf('canary', { units: largest.canary, requests: undefined }),
    cohortOf('stable', { units: largest.stable, requests: undefined }),
  ];
  return sampleRatioCheck(checks.sampleRatio, weight, cohorts, { inference: statistics.inference });
}

const untoldRatio: CheckResult = {
  name: 'sample ratio',
  status: 'not-applicable',
  detail: 'the numbers do not say how many users each version had',
};

function usersOf({ units, count, independent }: RoleNumber): number | undefined {
  return units ?? (independent === true ? count : undefined);
}

/** With numbers, `segments: auto` is every dimension that they tell; there are no segments that appear on their own. */
function namingDimensions(guardrails: readonly Guardrail[], { segmentValues }: StageScope): readonly Guardrail[] {
  return guardrails.map(({ autoSegments, ...guardrail }) =>
    autoSegments === true ? { ...guardrail, segments: [...segmentValues.keys()] } : guardrail,
  );
}

/** An interval may take every request for a user; a comparison does not claim that there were so many. */
function withToldSizes(comparison: Comparison, numbers: readonly RoleNumber[]): Comparison {
  if ('uncomputable' in comparison) return comparison;
  return { ...comparison, ...sizeOf(numbersOf(numbers, comparison.metric, comparison.segment)) };
}

function numbersOf(numbers: readonly RoleNumber[], metric: string, segment: Segment): readonly RoleNumber[] {
  const wanted = JSON.stringify(segment);
  return numbers.filter((number) => number.metric.id === metric && JSON.stringify(number.segment) === wanted);
}

/**
 * @throws UserError (exit 5) where a guardrail is to be judged on each value of a dimension, and no number has one: nothing
 * would be judged, and nothing would fail.
 */
export function requireDimensions(plan: RolloutPlan, { segmentValues }: StageScope): void {
  for (const { metric, segments, autoSegments } of plan.guardrails) {
    if (autoSegments === true && segmentValues.size === 0) {
      throw unusableFile(`No number has a segment, and the guardrail on ${metric.id} says segments: auto`, {
        hint: 'write segment: locale=de-DE at the numbers of each value, or delete segments: auto in the guardrail',
      });
    }
    const absent = segments.find((dimension) => !segmentValues.has(dimension));
    if (absent === undefined) continue;
    throw unusableFile(`No number has a segment of ${absent}, which the guardrail on ${metric.id} names`, {
      hint: `write segment: ${absent}=VALUE at the numbers of each value, or delete segments: [${absent}] in the guardrail`,
    });
  }
}
