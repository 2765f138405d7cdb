import { ExitCode } from '../domain/exit-code.ts';
import type { CheckResult, GuardrailResult, Verdict } from '../domain/evidence.ts';
import { guardrailsByWeight } from '../domain/statistics/guardrails-by-weight.ts';
import { excusedBreaches } from './alarm.ts';
import type { Decision } from '../domain/registry.ts';

const exitCodeOf = {
  increase: ExitCode.ok,
  hold: ExitCode.hold,
  rollback: ExitCode.rollback,
} as const;

/**
 * The verdict: a total function of what the guardrails and checks found, ordered rollback > hold > increase.
 * - rollback when the candidate was taken out of traffic, or a guardrail whose breach means rollback is breached, unless a check keeps that
 *   from being proof: then an alarm;
 * - else hold when any guardrail did not pass or any check holds;
 * - else increase. No guardrail at all, beside those that only report, is not evidence, so it holds.
 *
 * The exit code and every printed form of the verdict come from this one value.
 */
export function decide(judged: readonly GuardrailResult[], checks: readonly CheckResult[]): Verdict {
  const guardrails = judged.filter(({ onBreach, status }) => onBreach !== 'report' && status !== 'not-applicable');
  const excused = excusedBreaches(guardrails, checks).map(({ breach }) => breach);
  const demanding = guardrails.filter((result) => demandsRollback(result) && !excused.includes(result));
  const decision = decisionOf(guardrails, checks, demanding);
  return {
    decision,
    exitCode: exitCodeOf[decision],
    ...(excused.length === 0 ? {} : { alarm: true }),
    reasons: reasonsFor(decision, guardrails, checks, demanding),
  };
}

function decisionOf(
  guardrails: readonly GuardrailResult[],
  checks: readonly CheckResult[],
  demanding: readonly GuardrailResult[],
): Decision {
  if (demanding.length > 0 || checks.some(({ status }) => status === 'rollback')) return 'rollback';
  const allPass = guardrails.length > 0 && guardrails.every(({ status }) => status === 'pass');
  // Written as a list of what may pass, so that a status that is added later holds until somebody decides otherwise.
  const nothingHolds = checks.every(({ status }) => ['pass', 'warn', 'not-applicable'].includes(status));
  return allPass && nothingHolds ? 'increase' : 'hold';
}

/** What explains all the rest: an alarm, and a stage that has nothing to rest on. */
function tellsFirst(check: string): boolean {
  return check === 'alarm' || check === 'served';
}

function demandsRollback({ status, onBreach }: GuardrailResult): boolean {
  return status === 'breach' && onBreach === 'rollback';
}

/** What decides comes first: the worst breach, or else the check that holds, or else what is undecided. */
function reasonsFor(
  decision: Decision,
  guardrails: readonly GuardrailResult[],
  checks: readonly CheckResult[],
  demanding: readonly GuardrailResult[],
): readonly string[] {
  const out = checks.filter(({ status }) => status === 'rollback').map(({ detail }) => detail);
  const held = checks.filter(({ status }) => status === 'hold').map(({ detail }) => detail);
  const first = checks.filter(({ name, status }) => tellsFirst(name) && status !== 'pass').map(({ detail }) => detail);
  if (guardrails.length === 0) {
    const stopped = [...out, ...held];
    return stopped.length > 0 ? stopped : ['The plan has no guardrail that decides, so nothing was proven.'];
  }
  const ordered = guardrailsByWeight(guardrails);
  switch (decision) {
    case 'rollback':
      return [...out, ...ordered.filter((result) => demanding.includes(result)).map(({ reason }) => reason)];
    case 'hold':
      // A check that holds decides whatever the guardrails found, and is often why they are undecided.
      return [
        ...first,
        ...ordered.filter(({ status }) => status === 'breach').map(({ reason }) => reason),
        ...held.filter((detail) => !first.includes(detail)),
        ...ordered.filter(({ status }) => status !== 'pass' && status !== 'breach').map(({ reason }) => reason),
      ];
    case 'increase':
      return ordered.map(({ reason }) => reason);
  }
}
