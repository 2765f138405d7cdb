import { boundsOwnValue, limitOf } from '../domain/bound.ts';
import type { Estimate } from '../domain/estimate.ts';
import type { CheckResult, Comparison, GuardrailResult, RequestFileFacts } from '../domain/evidence.ts';
import type { Bound, RolloutPlan, Stage } from '../domain/plan.ts';
import { compareVersions } from '../metrics/compare.ts';
import { estimateAt } from '../metrics/estimate.ts';
import type { Sampler } from '../metrics/metric-sampler.ts';
import type { StageScope } from '../metrics/stage-scope.ts';
import type { Subject, TestedQuantity } from '../metrics/subject.ts';
import { coverage } from '../verdict/checks/coverage.ts';
import { enoughRequests, enoughUnits } from '../verdict/checks/enough-data.ts';
import { type MeasuredNoise, noiseFloor, unresolvable } from '../verdict/checks/noise-floor.ts';
import { rejectedRecords } from '../verdict/checks/rejected-records.ts';
import { segmentMix } from '../verdict/checks/segment-mix.ts';
import { errorRates } from '../verdict/error-rates.ts';
import { type PlannedTest, plannedTests, rollbackTests } from '../verdict/guardrail-tests.ts';
import { judgeGuardrail } from '../verdict/judge-guardrail.ts';
import { judgedSize } from '../verdict/judged-size.ts';
import { plannedUnits } from '../verdict/planned-units.ts';
import type { Frozen } from './next-look.ts';

/** Everything that judging a stage says, before the verdict. */
export interface Judgement {
  readonly frozen: Frozen;
  readonly comparisons: readonly Comparison[];
  readonly guardrails: readonly GuardrailResult[];
  readonly checks: readonly CheckResult[];
}

/** What a stage is judged from. */
export interface JudgedStage {
  readonly plan: RolloutPlan;
  readonly stage: Stage;
  readonly scope: StageScope;
  readonly files: readonly RequestFileFacts[];
  readonly sampler: Sampler;
  /** Measures the baseline against itself; absent where times were not measured. */
  readonly noise?: Sampler | undefined;
}

/**
 * Judges a stage on the table of outcomes: each guardrail at its level, the comparisons around them and the checks.
 * @param frozen what the first look of this series froze; undefined at the first look.
 */
export async function judgeStage(judged: JudgedStage, frozen: Frozen | undefined): Promise<Judgement> {
  const { plan, stage, scope, files, sampler } = judged;
  const tests = plannedTests(plan.guardrails, (dimension) => [...(scope.segmentValues.get(dimension)?.keys() ?? [])]);
  const size = judgedSize(scope.cohorts, scope.judgedCohort);
  const fixedNow: Frozen = frozen ?? { tests: rollbackTests(tests), plannedUnits: plannedUnits(stage, size) };
  const guardrails: GuardrailResult[] = [];
  const noises: MeasuredNoise[] = [];
  for (const test of tests) {
    const noise = await measureNoise(judged, test);
    if (noise !== undefined) noises.push(noise);
    guardrails.push(await judgeTest(judged, test, fixedNow, noise));
  }
  const alpha = 1 - plan.statistics.confidence;
  const { inference } = plan.statistics;
  const shown = { alphaLower: alpha, alphaUpper: alpha, inference, plannedUnits: fixedNow.plannedUnits };
  const comparisons = await compareVersions(sampler, plan, scope, shown);
  return {
    frozen: fixedNow,
    comparisons,
    guardrails,
    checks: [
      enoughRequests(stage, size),
      enoughUnits(stage, size),
      rejectedRecords(files, plan.requests.maxRejected),
      coverage(plan.coverage, { hours: scope.hours, segments: scope.segmentValues }),
      noiseFloor(noises),
      segmentMix(comparisons),
    ],
  };
}

async function judgeTest(
  { plan, scope, sampler }: JudgedStage,
  test: PlannedTest,
  frozen: Frozen,
  noise: MeasuredNoise | undefined,
): Promise<GuardrailResult> {
  const { confidence, inference } = plan.statistics;
  const { bound } = test;
  const unresolved = noise === undefined ? undefined : unresolvable(noise);
  const settings = {
    ...errorRates(bound.kind, 1 - confidence, frozen.tests),
    inference,
    plannedUnits: frozen.plannedUnits,
  };
  const estimate: Estimate =
    unresolved === undefined
      ? estimateAt(
          await sampler.measure(subjectOf(scope, test), quantityOf(bound)),
          settings,
          limitOf(bound.kind, bound.value),
        )
      : { kind: 'uncomputable', reason: unresolved };
  return judgeGuardrail({ ...test, estimate, confidence, remedy: remedyFor(plan, scope) });
}

/** How much the baseline moved against itself; undefined for a test that is not about a difference of measured times. */
async function measureNoise({ scope, noise }: JudgedStage, test: PlannedTest): Promise<MeasuredNoise | undefined> {
  if (noise === undefined || test.guardrail.metric.family !== 'latency' || boundsOwnValue(test.bound.kind))
    return undefined;
  const measured = await noise.measure(subjectOf(scope, test), quantityOf(test.bound));
  return { test, noise: measured.kind === 'uncomputable' ? undefined : measured.value };
}

function subjectOf({ judgedCohort, comparison }: StageScope, { guardrail, segment }: PlannedTest): Subject {
  return { metric: guardrail.metric, comparison, slice: { cohort: judgedCohort, segment } };
}

function quantityOf(bound: Bound): TestedQuantity {
  if (boundsOwnValue(bound.kind)) return 'own';
  return bound.relative ? 'relative' : 'difference';
}

/** What could bring the data that a cohort lacks: it holds only the users of its stage, however long one looks at this log. */
function remedyFor({ judge }: RolloutPlan, { cohorts, judgedCohort }: StageScope): string {
  const longer = 'record a longer log';
  if (judgedCohort === 'all' || judge === 'all') return longer;
  const others = judgedSize(cohorts, 'all').requests > judgedSize(cohorts, judgedCohort).requests;
  return others ? `${longer}, or write judge: all` : longer;
}
