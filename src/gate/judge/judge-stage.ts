import type { Frozen } from '../../domain/registry.ts';
import type { SizedSegment } from '../../domain/segments.ts';
import type { CohortParity } from '../../domain/cohort-parity.ts';
import type { MeasuredDrift } from '../../domain/drift.ts';
import type { CheckResult, Comparison, GuardrailResult } from '../../domain/evidence.ts';
import type { LogSpan } from '../../domain/log/log-span.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import type { Stage } from '../../domain/plan.ts';
import { compareVersions } from '../../metrics/compare.ts';
import type { Measurer } from '../../metrics/measurer.ts';
import { segmentReversals } from '../../metrics/segment-reversals.ts';
import type { Losses } from '../../requests/table/losses.ts';
import { coverage } from '../../verdict/checks/coverage.ts';
import { driftCheck } from '../../verdict/checks/drift.ts';
import { enoughRequests, enoughUnits } from '../../verdict/checks/enough-data.ts';
import { type MeasuredNoise, noiseFloor } from '../../verdict/checks/noise-floor.ts';
import { labelsCheck } from '../../verdict/checks/labels.ts';
import { logReadingCheck } from '../../verdict/checks/log-reading.ts';
import type { HeldLog } from '../../verdict/refusals.ts';
import { parityCheck } from '../../verdict/checks/parity.ts';
import { rejectedRecords } from '../../verdict/checks/rejected-records.ts';
import { sampleRatioCheck } from '../../verdict/checks/sample-ratio.ts';
import { assignsRequests, servedUsersCheck } from '../../verdict/checks/served-users.ts';
import { segmentMix } from '../../verdict/checks/segment-mix.ts';
import { segmentsCheck } from '../../verdict/checks/segments.ts';
import { type Selection, selectionCheck } from '../../verdict/checks/selection.ts';
import { spansDays, windowCheck } from '../../verdict/checks/window.ts';
import { plannedTests, rollbackTests } from '../../verdict/guardrail-tests.ts';
import { judgedSize } from '../../verdict/judged-size.ts';
import { plannedUnits } from '../../verdict/planned-units.ts';
import { readSelection } from './read-selection.ts';
import { type JudgedSegments, judgeSegments } from './judge-segments.ts';
import { judgeTest, type TestedStage } from './judge-test.ts';

/** Everything that judging a stage says, before the verdict. */
export interface Judgement {
  readonly frozen: Frozen;
  readonly comparisons: readonly Comparison[];
  readonly guardrails: readonly GuardrailResult[];
  readonly checks: readonly CheckResult[];
  /** Absent where the plan names no reference. */
  readonly drift?: MeasuredDrift | undefined;
}

/** What a stage is judged from. */
export interface JudgedStage extends TestedStage {
  readonly stage: Stage;
  readonly files: readonly RequestFileFacts[];
  /** The log as it was held against the models, and the time now (ISO 8601); absent in a simulation, which has no log of its own. */
  readonly held?: HeldLog;
  readonly now?: string;
  readonly span: LogSpan;
  /** Of a live split: the candidate's share of the traffic, the users, and those whom both versions served. */
  readonly served?: { readonly weight: number; readonly units: number; readonly shared: number };
  /** What each version of a live split lost; absent in a simulation, which loses nothing. */
  readonly losses?: readonly Losses[];
  /** Every segment of the judged requests, the largest first. */
  readonly sizes: readonly SizedSegment[];
  /** Measures the shares of requests that the guarded metrics leave out. */
  readonly shares: Measurer;
  /** Compares the cohorts before the candidate touched them, with N* of the sequential bounds. */
  readonly readParity: (plannedUnits: number) => Promise<CohortParity>;
  /** Compares the requests with the plan's reference, where it names one. */
  readonly readDrift: (plannedUnits: number) => Promise<MeasuredDrift | undefined>;
}

/**
 * Judges a stage on the table of outcomes: each guardrail at its level, the comparisons around them and the checks.
 * @param frozen what the first look of this series froze; undefined at the first look.
 */
export async function judgeStage(judged: JudgedStage, frozen: Frozen | undefined): Promise<Judgement> {
  const { plan, stage, scope, measurer } = judged;
  const tests = plannedTests(plan.guardrails, (dimension) => [...(scope.segmentValues.get(dimension)?.keys() ?? [])]);
  const size = judgedSize(scope.cohorts, scope.judgedCohort);
  const level: Frozen = frozen ?? { tests: rollbackTests(tests), plannedUnits: plannedUnits(stage, size) };
  const results: GuardrailResult[] = [];
  const noises: MeasuredNoise[] = [];
  for (const test of tests) {
    const { result, noise } = await judgeTest(judged, test, level);
    results.push(result);
    if (noise !== undefined) noises.push(noise);
  }
  const found = await judgeSegments(plan.guardrails, judged.sizes, level.segments ?? [], (test, divisor) =>
    judgeTest(judged, test, { ...level, tests: level.tests * divisor }),
  );
  const guardrails = [...results, ...found.guardrails];
  const alpha = 1 - plan.statistics.confidence;
  const { inference } = plan.statistics;
  const shown = { alphaLower: alpha, alphaUpper: alpha, inference, plannedUnits: level.plannedUnits };
  const comparisons = needsComparisons(judged) ? await compareVersions(measurer, plan, scope, shown) : [];
  const drift = await judged.readDrift(level.plannedUnits);
  return {
    frozen: { ...level, ...(found.order === undefined ? {} : { segments: found.order }) },
    comparisons,
    guardrails,
    checks: [
      enoughRequests(stage, size),
      enoughUnits(stage, size),
      ...(await checksOf(judged, level, comparisons, noises, found)),
      selectionCheck(plan.checks.selection.action, await selectionOf(judged, guardrails, level.plannedUnits)),
      driftCheck(plan.drift, drift),
    ],
    drift,
  };
}

const nothingAsked: Selection = { asked: false, uneven: [], missingTruth: undefined };

/** Where nobody reads what is told beside the verdict, a stage that does not increase anyway is asked no further. */
async function selectionOf(
  judged: JudgedStage,
  guardrails: readonly GuardrailResult[],
  planned: number,
): Promise<Selection> {
  if (judged.verdictOnly === true && guardrails.some(({ status }) => status !== 'pass')) return nothingAsked;
  return await readSelection({ ...judged, plannedUnits: planned }, guardrails);
}

/** A simulation does without comparisons, unless a check that reads them may hold. */
function needsComparisons({ plan, verdictOnly = false }: JudgedStage): boolean {
  return !verdictOnly || plan.checks.segments.action === 'hold' || plan.checks.segmentMix.action === 'hold';
}

async function checksOf(
  judged: JudgedStage,
  { plannedUnits: planned }: Frozen,
  comparisons: readonly Comparison[],
  noises: readonly MeasuredNoise[],
  { unjudged }: JudgedSegments,
): Promise<readonly CheckResult[]> {
  const { plan, stage, scope, measurer, span, files, sizes, served, held, now } = judged;
  const { checks, statistics } = plan;
  const weight = served?.weight ?? stage.weight;
  const isSplit = weight > 0 && weight < 1;
  const counted = served !== undefined && assignsRequests(served.shared, served.units) ? 'requests' : 'units';
  const parity = isSplit ? await judged.readParity(planned) : undefined;
  const settings = { alpha: checks.segments.alpha, inference: statistics.inference, plannedUnits: planned };
  const reversals = await segmentReversals(measurer, guardedMetrics(plan), scope, comparisons, settings);
  return [
    rejectedRecords(files, plan.requests.maxRejected),
    ...(held === undefined ? [] : [labelsCheck(held, guardedMetrics(plan), comparisons)]),
    ...(held === undefined || now === undefined ? [] : [logReadingCheck(held.reading, now)]),
    sampleRatioCheck(checks.sampleRatio, weight, scope.cohorts, counted),
    ...(served === undefined ? [] : [servedUsersCheck(served.shared, served.units)]),
    // What the cohorts differ by is the comparison's where they are compared; a pair is one user's.
    parityCheck(checks.parity.action ?? (scope.comparison === 'served' ? 'hold' : 'warn'), parity),
    windowCheck(checks, stage, span),
    coverage(
      plan.coverage,
      { hours: scope.hours, segments: scope.segmentValues, spansDays: spansDays(span) },
      checks.coverage.action,
    ),
    segmentsCheck(checks.segments.action, sizes.length, reversals, unjudged),
    segmentMix(comparisons, checks.segmentMix.action),
    noiseFloor(noises),
  ];
}
