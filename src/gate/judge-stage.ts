import { boundsOwnValue, limitOf } from '../domain/bound.ts';
import type { CheckResult, Comparison, GuardrailResult, RequestFileFacts } from '../domain/evidence.ts';
import type { RolloutPlan, Stage } from '../domain/plan.ts';
import { compareVersions } from '../metrics/compare.ts';
import { estimateAt } from '../metrics/estimate.ts';
import type { MetricSampler } from '../metrics/metric-sampler.ts';
import type { StageScope } from '../metrics/stage-scope.ts';
import type { TestedQuantity } from '../metrics/subject.ts';
import { coverage } from '../verdict/checks/coverage.ts';
import { enoughRequests, enoughUnits } from '../verdict/checks/enough-data.ts';
import { rejectedRecords } from '../verdict/checks/rejected-records.ts';
import { errorRates } from '../verdict/error-rates.ts';
import { type PlannedTest, plannedTests, rollbackTests } from '../verdict/guardrail-tests.ts';
import { judgeGuardrail } from '../verdict/judge-guardrail.ts';
import { judgedSize } from '../verdict/judged-size.ts';
import { type PlannedSize, plannedUnits } from '../verdict/planned-units.ts';
import type { Frozen } from './next-look.ts';

/** Everything that judging a stage says, before the verdict. */
export interface Judgement {
  readonly frozen: Frozen;
  readonly comparisons: readonly Comparison[];
  readonly guardrails: readonly GuardrailResult[];
  readonly checks: readonly CheckResult[];
}

/**
 * Judges a stage on the table of outcomes: each guardrail at its level, the comparisons around them and the checks.
 * @param frozen what the first look of this series froze; undefined at the first look.
 */
export async function judgeStage(
  sampler: MetricSampler,
  plan: RolloutPlan,
  stage: Stage,
  scope: StageScope,
  files: readonly RequestFileFacts[],
  frozen: Frozen | undefined,
): Promise<Judgement> {
  const tests = plannedTests(plan.guardrails, (dimension) => [...(scope.segmentValues.get(dimension)?.keys() ?? [])]);
  const judged = judgedSize(scope.cohorts, scope.judgedCohort);
  const everyone = judgedSize(scope.cohorts, 'all');
  const fixedNow: Frozen = frozen ?? { tests: rollbackTests(tests), plannedUnits: plannedUnits(stage, judged) };
  const alpha = 1 - plan.statistics.confidence;
  const { inference } = plan.statistics;
  const shown = { alphaLower: alpha, alphaUpper: alpha, inference, plannedUnits: fixedNow.plannedUnits };
  const guardrails: GuardrailResult[] = [];
  for (const test of tests)
    guardrails.push(await judgeTest(sampler, plan, scope, test, fixedNow, { judged, everyone }));
  return {
    frozen: fixedNow,
    comparisons: await compareVersions(sampler, plan, scope, shown),
    guardrails,
    checks: [
      enoughRequests(stage, judged),
      enoughUnits(stage, judged),
      rejectedRecords(files, plan.requests.maxRejected),
      coverage(plan.coverage, { hours: scope.hours, segments: scope.segmentValues }),
    ],
  };
}

async function judgeTest(
  sampler: MetricSampler,
  plan: RolloutPlan,
  { judgedCohort, comparison }: StageScope,
  { guardrail, bound, segment }: PlannedTest,
  frozen: Frozen,
  sizes: { readonly judged: PlannedSize; readonly everyone: PlannedSize },
): Promise<GuardrailResult> {
  const { confidence, inference } = plan.statistics;
  const subject = { metric: guardrail.metric, comparison, slice: { cohort: judgedCohort, segment } };
  const quantity: TestedQuantity = boundsOwnValue(bound.kind) ? 'own' : bound.relative ? 'relative' : 'difference';
  const measured = await sampler.measure(subject, quantity);
  const levels = errorRates(bound.kind, 1 - confidence, frozen.tests);
  const settings = { ...levels, inference, plannedUnits: frozen.plannedUnits };
  const estimate = estimateAt(measured, settings, limitOf(bound.kind, bound.value));
  const remedy = remedyFor(plan, judgedCohort, sizes);
  return judgeGuardrail({ guardrail, bound, segment, estimate, confidence, remedy });
}

/** What could bring the data that a cohort lacks: it holds only the users of its stage, however long one waits at this log. */
function remedyFor(
  plan: RolloutPlan,
  judgedCohort: StageScope['judgedCohort'],
  { judged, everyone }: { readonly judged: PlannedSize; readonly everyone: PlannedSize },
): string | undefined {
  if (judgedCohort === 'all' || plan.judge === 'all') return 'record a longer log';
  return everyone.requests > judged.requests ? 'record a longer log, or write judge: all' : 'record a longer log';
}
