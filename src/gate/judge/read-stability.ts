import type { GuardrailResult } from '../../domain/evidence.ts';
import type { LogSpan } from '../../domain/log/log-span.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { Stability, UnstablePass } from '../../verdict/checks/stability.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';
import { judgeTest, type TestLevel } from './judge-test.ts';
import type { JudgedStage } from './judged-stage.ts';

const day = 86_400_000;

/** Where the later parts of a log begin, in ms since 1970: its second half and, of a log of two days or more, its last day. */
export function laterParts({ first, last }: LogSpan): readonly { readonly name: string; readonly from: number }[] {
  if (first === null || last === null) return [];
  const [from, to] = [Date.parse(first), Date.parse(last)];
  if (!(to > from)) return [];
  const half = { name: 'the second half', from: (from + to) / 2 };
  return to - from < 2 * day ? [half] : [half, { name: 'the last day', from: to - day }];
}

/**
 * Asks of everything that passes whether a later part of the log is beyond the bound for certain. The level is shared evenly by all that
 * is asked, and a bound is as valid at every look as the guardrail's own.
 */
export async function readStability(
  judged: JudgedStage,
  results: readonly GuardrailResult[],
  { plannedUnits, timings }: Pick<TestLevel, 'plannedUnits' | 'timings'>,
): Promise<Stability> {
  const { plan, later = [] } = judged;
  const passes = results.flatMap((result) => passedTest(plan, result) ?? []);
  const alphaEach = plan.checks.stability.alpha / Math.max(1, passes.length * later.length);
  const level = { tests: (1 - plan.statistics.confidence) / alphaEach, plannedUnits, timings };
  const unstable: UnstablePass[] = [];
  for (const { name: part, measurer } of passes.length === 0 ? [] : later) {
    const subject = { plan, scope: judged.scope, measurer: await measurer(), verdictOnly: true };
    for (const test of passes) {
      const { result } = await judgeTest(subject, test, level);
      if (result.status === 'breach') unstable.push({ part, reason: result.reason });
    }
  }
  return { parts: later.map(({ name }) => name), passes: passes.length, unstable };
}

function passedTest({ guardrails }: RolloutPlan, result: GuardrailResult): PlannedTest | undefined {
  const { status, metric, bound, onBreach, test, segment } = result;
  if (status !== 'pass' || onBreach === 'report' || test === 'point') return undefined;
  const guardrail = guardrails.find(
    (each) =>
      each.metric.id === metric &&
      each.metric.family !== 'memory' &&
      each.onBreach === onBreach &&
      each.bounds.includes(bound),
  );
  return guardrail === undefined ? undefined : { guardrail, bound, segment };
}
