import { boundsOwnValue, limitOf } from '../../domain/bound.ts';
import type { GuardrailResult } from '../../domain/evidence.ts';
import { countOf, formatShare } from '../../domain/format-number.ts';
import type { Measurer } from '../../metrics/measurer.ts';
import type { SharedUsers } from '../../metrics/shared-users.ts';
import { estimateAt, type Measured } from '../../metrics/table/estimate.ts';
import type { Subject } from '../../metrics/table/subject.ts';
import type { Linearized } from '../../stats/estimates/linearized.ts';
import { weightedRelativeStrata, weightedSides, weightedStrata } from '../../stats/estimates/weighted-strata.ts';
import { sampleRatioCheck } from '../../verdict/checks/sample-ratio.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';
import { judgeGuardrail } from '../../verdict/judge-guardrail.ts';
import { type JudgedTest, subjectOf } from './judge-test.ts';
import type { JudgedStage, ServedPeriod, ServedPeriods } from './judged-stage.ts';

/** Metrics that all periods can be judged on together: quantiles do not add up, and slow hours are looked for in one period. */
function addsUp({ guardrail }: PlannedTest): boolean {
  return guardrail.test === 'interval' && guardrail.metric.family !== 'latency';
}

/**
 * Asks whether all periods together show a breach where the one in force does not. Each is weighted by its share of all requests, so that
 * the versions are compared within periods and a ramp cannot turn the sign; a period in which a metric cannot be computed is left out. A user
 * who came in several periods is one unit of evidence. The candidate's own value is that of all its requests.
 */
export async function judgePeriods(
  { plan, scope, periods }: Pick<JudgedStage, 'plan' | 'scope' | 'periods'>,
  test: PlannedTest,
  { result, beside }: Pick<JudgedTest, 'result' | 'beside'>,
): Promise<GuardrailResult> {
  if (periods === undefined || periods.each.length < 2 || result.status === 'breach' || !addsUp(test)) return result;
  const { bound } = test;
  const subject = subjectOf(scope, test);
  const found = boundsOwnValue(bound.kind)
    ? { measured: await (await periods.together()).measure(subject, 'own'), count: periods.each.length }
    : await measureDifference(periods, subject, bound.relative);
  if (found === undefined) return result;
  const estimate = estimateAt(found.measured, beside, limitOf(bound.kind, bound.value));
  const judged = judgeGuardrail({ ...test, estimate, confidence: plan.statistics.confidence, remedy: '' });
  if (judged.status !== 'breach') return result;
  const weighted = boundsOwnValue(bound.kind) ? '' : 'each by its share of the requests, ';
  return { ...judged, reason: `over all ${found.count} periods, ${weighted}${judged.reason}` };
}

/** What one period tells of a difference between the versions. */
interface PeriodDifference {
  readonly index: number;
  readonly requests: number;
  readonly difference: Linearized;
  /** The relative one; undefined where nobody asks. */
  readonly relative?: Linearized;
  readonly moved: Awaited<ReturnType<NonNullable<Measurer['moved']>>>;
}

async function measureDifference({ each, users }: ServedPeriods, subject: Subject, isRelative: boolean) {
  const parts: PeriodDifference[] = [];
  for (const [index, { requests, measurer }] of each.entries()) {
    const over = await measurer();
    const difference = await over.measure(subject, 'difference');
    const relative = isRelative ? await over.measure(subject, 'relative') : undefined;
    if (difference.kind !== 'linearized' || (isRelative && relative?.kind !== 'linearized')) continue;
    const moved = await over.moved?.(subject);
    parts.push({ index, requests, difference, ...(relative?.kind === 'linearized' ? { relative } : {}), moved });
  }
  if (parts.length < 2) return undefined;
  const measured = await combine(parts, users, isRelative);
  return measured === undefined ? undefined : { measured, count: parts.length };
}

async function combine(
  parts: readonly PeriodDifference[],
  users: SharedUsers,
  isRelative: boolean,
): Promise<Measured | undefined> {
  const all = parts.reduce((sum, { requests }) => sum + requests, 0);
  const strata = parts.map(({ requests, difference }) => ({ share: requests / all, estimate: difference }));
  const sides = weightedSides(strata);
  if (isRelative && (sides === undefined || !(sides.baseline > 0))) return undefined;
  const ratio = isRelative && sides !== undefined ? sides.candidate / sides.baseline : 1;
  const scale = isRelative && sides !== undefined ? sides.baseline : 1;
  const moves = parts.flatMap(({ moved, requests }) => {
    const share = requests / all / scale;
    return moved === undefined ? [] : [{ units: moved, weight: { baseline: share * ratio, candidate: share } }];
  });
  const inCommon = moves.length === parts.length ? await users.common(moves) : await alikenessOf(parts, users);
  if (!isRelative) return weightedStrata(strata, inCommon);
  const both = parts.flatMap(({ requests, difference, relative }) =>
    relative === undefined ? [] : [{ share: requests / all, estimate: { difference, relative } }],
  );
  return weightedRelativeStrata(both, inCommon);
}

async function alikenessOf(parts: readonly PeriodDifference[], users: SharedUsers) {
  const alike = await users.alikeness();
  return parts.map(({ index }) => parts.map((other) => alike[index]?.[other.index] ?? 1));
}

/** What the earlier periods' own weights say of their users: a sentence for each that does not fit. */
export function unevenPeriods({ plan, periods }: JudgedStage): readonly string[] {
  const { checks, statistics } = plan;
  return (periods?.each ?? []).slice(0, -1).flatMap(({ period, requests, byFirst }) => {
    if (period.weight === undefined || requests === 0) return [];
    const options = { counted: 'units', inference: statistics.inference } as const;
    const { status, detail } = sampleRatioCheck(checks.sampleRatio, period.weight, byFirst, options);
    return status === 'pass' || status === 'not-applicable' ? [] : [`${periodText({ period, requests })}: ${detail}`];
  });
}

/** `5% since 2026-11-02T09:00:00.000Z (12,000 requests)` */
export function periodText({ period: { from, weight }, requests }: Pick<ServedPeriod, 'period' | 'requests'>): string {
  const share = weight === undefined ? 'an unknown weight' : formatShare(weight);
  return `${share}${from === undefined ? '' : ` since ${from}`} (${countOf(requests, 'request')})`;
}
