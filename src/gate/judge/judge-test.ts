import { holdsNumbers } from '../../domain/told-number.ts';
import { boundsOwnValue, limitOf } from '../../domain/bound.ts';
import type { GuardrailResult } from '../../domain/evidence.ts';
import { besideTests } from '../../domain/statistics/inference.ts';
import { formatBound } from '../../domain/bound.ts';
import type { LogSpan } from '../../domain/log/log-span.ts';
import type { Bound, RolloutPlan } from '../../domain/plan.ts';
import { estimateAt, type Measured } from '../../metrics/table/estimate.ts';
import type { Measurer } from '../../metrics/measurer.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import type { Subject, TestedQuantity } from '../../metrics/table/subject.ts';
import type { IntervalSettings, LevelSettings } from '../../stats/bounds/confidence-bound.ts';
import { uncomputable } from '../../stats/result.ts';
import { type TimedTest, timedTest, unresolvable } from '../../verdict/checks/noise-floor.ts';
import { errorRates } from '../../verdict/error-rates.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';
import { longWaitText } from '../../verdict/long-wait.ts';
import { judgeGuardrail } from '../../verdict/judge-guardrail.ts';
import { judgedSize } from '../../verdict/judged-size.ts';
import type { SpendingLedger } from './spending-ledger.ts';

/** What a test is judged from. */
export interface TestedStage {
  readonly plan: RolloutPlan;
  readonly scope: StageScope;
  readonly measurer: Measurer;
  /** When the requests came; absent where nobody knows. */
  readonly span?: LogSpan;
  /** Set where nobody reads what is told beside the verdict: neither comparisons nor the data that would decide are worked out. */
  readonly verdictOnly?: boolean;
}

/** A test's result, and what it rests on. */
export interface JudgedTest {
  readonly result: GuardrailResult;
  readonly measured: Measured;
  /** The levels of its two bounds. */
  readonly settings: IntervalSettings;
  /** The levels of what is asked beside it of the same change: of a planned test, which has nothing to spend on that, the sequential ones. */
  readonly beside: LevelSettings;
  /** What its pairs of processes tell; undefined for a test that is not about times measured here. */
  readonly timed: TimedTest | undefined;
}

/** What a test is judged at. */
export interface TestLevel {
  /** By how many the alpha of a breach is divided. */
  readonly tests: number;
  /** N* of the sequential bound. */
  readonly plannedUnits: number;
  /** How often the series has timed processes; absent where they are timed once. */
  readonly timings?: number | undefined;
  /** What the stage's tests have spent, where an end is planned. */
  readonly ledger?: SpendingLedger | undefined;
}

/** Judges one bound on the whole or on a segment. */
export async function judgeTest(subject: TestedStage, test: PlannedTest, level: TestLevel): Promise<JudgedTest> {
  const { plan, scope, measurer, verdictOnly = false } = subject;
  const { confidence, inference } = plan.statistics;
  const { bound } = test;
  const measured = await measurer.measure(subjectOf(scope, test), quantityOf(bound));
  const rates = errorRates(bound.kind, 1 - confidence, level.tests);
  const { plannedUnits, timings } = level;
  const beside = { ...rates, inference: besideTests(inference), plannedUnits, timings };
  const settings = settingsOf(test, level.ledger, measured, beside);
  const estimate = estimateAt(measured, settings, verdictOnly ? undefined : limitOf(bound.kind, bound.value));
  const timed = timedTest(test, measured, settings);
  const remedy = timed?.remedy ?? remedyFor(plan, scope);
  const judged = judgeGuardrail({ ...test, estimate, confidence, remedy });
  const unresolved = timed === undefined || judged.status !== 'inconclusive' ? undefined : unresolvable(timed);
  if (timed !== undefined && unresolved !== undefined) {
    const result = judgeGuardrail({ ...test, estimate: uncomputable(unresolved), confidence });
    return { result, measured, settings, beside, timed: { ...timed, isUnresolved: true } };
  }
  const hint = verdictOnly || timed !== undefined ? '' : await absoluteHint(subject, test, judged, settings);
  const wait = verdictOnly || timed !== undefined ? '' : waitText(subject, judged, measured, settings);
  return { result: { ...judged, reason: `${judged.reason}${wait}${hint}` }, measured, settings, beside, timed };
}

function waitText({ span }: TestedStage, judged: GuardrailResult, measured: Measured, settings: IntervalSettings) {
  const isForecast = measured.kind === 'linearized' || measured.kind === 'proportion';
  return span !== undefined && isForecast ? longWaitText(judged, measured, settings, span) : '';
}

/** The levels of a test's two bounds. Only what has an interval spends any of what is planned for it. */
function settingsOf(
  test: PlannedTest,
  ledger: SpendingLedger | undefined,
  measured: Measured,
  beside: LevelSettings,
): IntervalSettings {
  const isTested =
    test.guardrail.test === 'interval' && (measured.kind === 'linearized' || measured.kind === 'proportion');
  return ledger !== undefined && isTested ? { ...ledger.spend(test, measured, beside), ofPairs: beside } : beside;
}

/**
 * What an absolute bound would do where a relative one waits: relative to a small number everything is uncertain, and relative to nothing
 * there is no number at all. Empty where the bound is no such one.
 */
async function absoluteHint(
  { plan, scope, measurer }: TestedStage,
  test: PlannedTest,
  { status, unit }: GuardrailResult,
  settings: IntervalSettings,
): Promise<string> {
  const { bound } = test;
  if (!bound.relative || (status !== 'inconclusive' && status !== 'uncomputable')) return '';
  const difference = await measurer.measure(subjectOf(scope, test), 'difference');
  if (difference.kind !== 'linearized' || difference.baseline === undefined) return '';
  if (!(difference.baseline > 0)) return '; an absolute bound could be judged here, since it needs no baseline';
  const absolute = { ...bound, relative: false, value: bound.value * difference.baseline };
  const estimate = estimateAt(difference, settings);
  const found = judgeGuardrail({ ...test, bound: absolute, estimate, confidence: plan.statistics.confidence });
  if (found.status !== 'pass' && found.status !== 'breach') return '';
  return `; an absolute bound as wide (${formatBound(absolute, unit)}) would decide it: ${found.status}`;
}

/** What a test measures. */
export function subjectOf({ judgedCohort, comparison }: StageScope, { guardrail, segment }: PlannedTest): Subject {
  return { metric: guardrail.metric, comparison, slice: { cohort: judgedCohort, segment } };
}

function quantityOf(bound: Bound): TestedQuantity {
  if (boundsOwnValue(bound.kind)) return 'own';
  return bound.relative ? 'relative' : 'difference';
}

/** What could bring the data that a cohort lacks: it holds only the users of its stage, however long one looks at this log. */
function remedyFor({ judge, requests }: RolloutPlan, { cohorts, judgedCohort, comparison }: StageScope): string {
  if (requests.format === 'sums') return 'run the query again when there are more requests';
  if (holdsNumbers(requests.format)) return 'take the numbers again when more requests were served';
  const longer = 'record a longer log';
  if (judgedCohort === 'all' || judge === 'all' || comparison === 'served') return longer;
  const others = judgedSize(cohorts, 'all').requests > judgedSize(cohorts, judgedCohort).requests;
  return others ? `${longer}, or write judge: all` : longer;
}
