import type { Frozen } from '../../domain/registry.ts';
import type { MeasuredDrift } from '../../domain/drift.ts';
import type { CohortParity } from '../../domain/cohort-parity.ts';
import type { CheckResult, Comparison, GuardrailResult } from '../../domain/evidence.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import { besideTests } from '../../domain/statistics/inference.ts';
import { compareVersions } from '../../metrics/compare.ts';
import { segmentReversals, withObserved } from '../../metrics/segment-reversals.ts';
import { assignmentCheck } from '../../verdict/checks/assignment.ts';
import { coverage } from '../../verdict/checks/coverage.ts';
import { driftCheck } from '../../verdict/checks/drift.ts';
import { enoughRequests, enoughUnits } from '../../verdict/checks/enough-data.ts';
import { type TimedTest, noiseFloor } from '../../verdict/checks/noise-floor.ts';
import { isDoubtful } from '../../verdict/alarm.ts';
import { labelsCheck } from '../../verdict/checks/labels.ts';
import { logReadingCheck } from '../../verdict/checks/log-reading.ts';
import { parityCheck } from '../../verdict/checks/parity.ts';
import { rejectedRecords } from '../../verdict/checks/rejected-records.ts';
import { sampleRatioCheck } from '../../verdict/checks/sample-ratio.ts';
import { assignsRequests, servedUsersCheck } from '../../verdict/checks/served-users.ts';
import { segmentMix } from '../../verdict/checks/segment-mix.ts';
import { segmentsCheck } from '../../verdict/checks/segments.ts';
import { type Selection, selectionCheck } from '../../verdict/checks/selection.ts';
import { type Stability, stabilityCheck } from '../../verdict/checks/stability.ts';
import { earlierPeriodsCheck } from '../../verdict/checks/served-periods.ts';
import { spansDays, windowCheck } from '../../verdict/checks/window.ts';
import { fairSample } from '../../verdict/alarm.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';
import { judgedSize } from '../../verdict/judged-size.ts';
import { readSelection } from './read-selection.ts';
import { readStability } from './read-stability.ts';
import { type JudgedSegments, judgeSegments } from './judge-segments.ts';
import { isOneSided } from './one-sided.ts';
import { holdByHours } from './hold-by-hours.ts';
import { judgePeriods, unevenPeriods } from './judge-periods.ts';
import { judgeTest, subjectOf, type TestLevel } from './judge-test.ts';
import type { JudgedStage } from './judged-stage.ts';
import { frozenAfter, lateDivisor, seriesOf, timingsOf } from './series.ts';

/** Everything that judging a stage says, before the verdict. */
export interface Judgement {
  readonly frozen: Frozen;
  readonly comparisons: readonly Comparison[];
  readonly guardrails: readonly GuardrailResult[];
  readonly checks: readonly CheckResult[];
  /** Absent where the plan names no reference. */
  readonly drift?: MeasuredDrift | undefined;
}

/**
 * Judges a stage on the table of outcomes: each guardrail at its level, the comparisons around them and the checks.
 * @param frozen what the first look of this series froze; undefined at the first look.
 */
export async function judgeStage(judged: JudgedStage, frozen: Frozen | undefined): Promise<Judgement> {
  const { plan, stage, scope, measurer } = judged;
  const size = judgedSize(scope.cohorts, scope.judgedCohort);
  const series = seriesOf(judged, frozen);
  const { level, appearance, ledger } = series;
  const { plannedUnits } = level;
  const timings = timingsOf(plan.statistics, level);
  const judge = async (test: PlannedTest, divisor: number) => {
    const atLevel = { tests: level.tests * divisor, plannedUnits, timings, ledger };
    return await holdByHours(judged, test, await judgeTest(judged, test, atLevel));
  };
  const results: GuardrailResult[] = [];
  const timed: TimedTest[] = [];
  for (const test of series.tests) {
    const judgedTest = await judge(test, lateDivisor(series, test));
    const { timed: found } = judgedTest;
    results.push(await judgePeriods(judged, test, judgedTest));
    if (found !== undefined && test.guardrail.onBreach !== 'report') timed.push(found);
  }
  const found = await judgeSegments({
    guardrails: plan.guardrails,
    sizes: judged.sizes,
    appearance,
    growth: series.growth,
    judge,
    level: { tests: level.tests, alpha: 1 - plan.statistics.confidence },
    tally: (test) => measurer.tally(subjectOf(scope, test)),
    isOneSided: judged.oneSided ?? ((test) => isOneSided(judged, test)),
  });
  const guardrails = withDoubts(judged, [...results, ...found.guardrails]);
  const alpha = 1 - plan.statistics.confidence;
  const inference = besideTests(plan.statistics.inference);
  const shown = { alphaLower: alpha, alphaUpper: alpha, inference, plannedUnits, timings };
  const comparisons = needsComparisons(judged) ? await compareVersions(measurer, plan, scope, shown) : [];
  const drift = await judged.readDrift(level.plannedUnits);
  return {
    frozen: frozenAfter(series),
    comparisons,
    guardrails: [...guardrails, ...(judged.inapplicable ?? [])],
    checks: [
      enoughRequests(stage, size),
      enoughUnits(stage, size),
      ...(judged.found ?? []),
      ...((judged.periods?.each.length ?? 0) > 1 ? [earlierPeriodsCheck(unevenPeriods(judged))] : []),
      ...(await checksOf(judged, level, comparisons, timed, found)),
      selectionCheck(plan.checks.selection.action, await selectionOf(judged, guardrails, level.plannedUnits)),
      stabilityCheck(plan.checks.stability.action, await stabilityOf(judged, guardrails, { plannedUnits, timings })),
      driftCheck(plan.drift, drift),
    ],
    drift,
  };
}

/** Marks breaches of the candidate's own bounds that rejected records could explain. */
function withDoubts(
  { plan, files, scope }: JudgedStage,
  results: readonly GuardrailResult[],
): readonly GuardrailResult[] {
  const all = files.flatMap((file) => Object.values(file.rejected)).reduce((sum, count) => sum + count, 0);
  // Of a sample of users, as many as are likely its own.
  const rejected = Math.ceil(all * (plan.requests.sample?.units ?? 1));
  const { requests } = judgedSize(scope.cohorts, scope.judgedCohort);
  return results.map((result) =>
    result.status === 'breach' && isDoubtful(result, requests, rejected) ? { ...result, doubtful: true } : result,
  );
}

const nothingAsked: Selection = { asked: false, uneven: [], missingTruth: undefined };

async function selectionOf(
  judged: JudgedStage,
  guardrails: readonly GuardrailResult[],
  planned: number,
): Promise<Selection> {
  if (isAskedNoFurther(judged, guardrails)) return nothingAsked;
  return await readSelection({ ...judged, plannedUnits: planned }, guardrails);
}

async function stabilityOf(
  judged: JudgedStage,
  guardrails: readonly GuardrailResult[],
  level: Pick<TestLevel, 'plannedUnits' | 'timings'>,
): Promise<Stability> {
  if (isAskedNoFurther(judged, guardrails)) return { parts: [], passes: 0, unstable: [] };
  return await readStability(judged, guardrails, level);
}

/** Where nobody reads what is told beside the verdict, a stage that does not increase anyway is asked no further. */
function isAskedNoFurther({ verdictOnly = false }: JudgedStage, guardrails: readonly GuardrailResult[]): boolean {
  return verdictOnly && guardrails.some(({ status, onBreach }) => status !== 'pass' && onBreach !== 'report');
}

/** A simulation does without comparisons, unless a check that reads them may hold. */
function needsComparisons({ plan, verdictOnly = false }: JudgedStage): boolean {
  return !verdictOnly || plan.checks.segments.action === 'hold' || plan.checks.segmentMix.action === 'hold';
}

async function checksOf(
  judged: JudgedStage,
  level: Frozen,
  comparisons: readonly Comparison[],
  timed: readonly TimedTest[],
  { unjudged }: JudgedSegments,
): Promise<readonly CheckResult[]> {
  const { plan, stage, scope, measurer, span, files, sizes, served, held, now, assigned } = judged;
  const { checks, statistics } = plan;
  const { plannedUnits: planned } = level;
  const weight = served?.weight ?? stage.weight;
  const isSplit = weight > 0 && weight < 1;
  const counted = served !== undefined && assignsRequests(served.shared, served.units) ? 'requests' : 'units';
  const parity = isSplit ? await judged.readParity(planned) : undefined;
  const inference = besideTests(statistics.inference);
  const timings = timingsOf(statistics, level);
  const settings = { alpha: checks.segments.alpha, inference, plannedUnits: planned, timings };
  const reversals = await segmentReversals(measurer, guardedMetrics(plan), scope, comparisons, settings);
  const leftOut = withObserved(unjudged, guardedMetrics(plan), scope, comparisons);
  return [
    rejectedRecords(files, plan.requests),
    ...(held === undefined ? [] : [labelsCheck(held, guardedMetrics(plan), comparisons)]),
    ...(held === undefined || now === undefined ? [] : [logReadingCheck(held.reading, now)]),
    fairSample(
      scope,
      sampleRatioCheck(checks.sampleRatio, weight, served?.byFirst ?? scope.cohorts, {
        counted,
        inference: statistics.inference,
      }),
    ),
    ...(assigned === undefined || checks.assignment === undefined
      ? []
      : [assignmentCheck(checks.assignment.action, assigned)]),
    ...(served === undefined ? [] : [servedUsersCheck(served.shared, served.units)]),
    // What the cohorts differ by is the comparison's where they are compared; a pair is one user's.
    fairMix(
      scope,
      parity,
      parityCheck(checks.parity.action ?? (scope.comparison === 'served' ? 'hold' : 'warn'), parity),
    ),
    windowCheck(checks, stage, span, scope.comparison),
    coverage(
      plan.coverage,
      { hours: scope.hours, segments: scope.segmentValues, spansDays: spansDays(span) },
      checks.coverage.action,
    ),
    segmentsCheck(checks.segments.action, sizes.length, reversals, leftOut),
    fairSample(scope, segmentMix(comparisons, checks.segmentMix.action)),
    noiseFloor(timed),
  ];
}

/** Only who the users are excuses anything: how often they come and whether they get an outcome may be the candidate's doing. */
function fairMix(scope: JudgedStage['scope'], parity: CohortParity | undefined, check: CheckResult): CheckResult {
  const isUneven = parity !== undefined && parity.mixes.some(({ pValue }) => pValue <= parity.alphaEach);
  return isUneven ? fairSample(scope, check) : check;
}
