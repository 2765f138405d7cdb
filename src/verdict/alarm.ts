import { boundsOwnValue } from '../domain/bound.ts';
import type { CheckResult, ComparisonKind, GuardrailResult } from '../domain/evidence.ts';
import type { Checks } from '../domain/plan.ts';

/**
 * The breaches that would roll back and prove nothing: a change between users whom the sample ratio or their mix of segments shows to be
 * no fair sample of each other, and an own value that would be within its bound if every rejected record spoke for the candidate. A check
 * that only warns excuses nothing.
 */
export function excusedBreaches(
  guardrails: readonly GuardrailResult[],
  checks: readonly CheckResult[],
): readonly { readonly breach: GuardrailResult; readonly check: CheckResult }[] {
  return guardrails.flatMap((breach) => {
    if (breach.status !== 'breach' || breach.onBreach !== 'rollback') return [];
    const check = checks.find((each) => each.status === 'hold' && excuses(each, breach));
    return check === undefined ? [] : [{ breach, check }];
  });
}

function excuses({ name, excuses: served }: CheckResult, { bound, doubtful }: GuardrailResult): boolean {
  return boundsOwnValue(bound.kind) ? name === 'rejected' && doubtful === true : served === true;
}

/** A check without which users of two versions are no fair sample of each other; pairs are compared with themselves. */
export function fairSample({ comparison }: { readonly comparison: ComparisonKind }, check: CheckResult): CheckResult {
  return comparison === 'served' && check.status === 'hold' ? { ...check, excuses: true } : check;
}

/** Tells the breaches that are excused, for a person to decide on; undefined where there is none. */
export function alarmCheck(
  guardrails: readonly GuardrailResult[],
  checks: readonly CheckResult[],
  { action, hasTraffic }: Pick<Checks['alarm'], 'action'> & { readonly hasTraffic: boolean },
): CheckResult | undefined {
  const [first, ...others] = excusedBreaches(guardrails, checks);
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : `; ${others.length} more like it`;
  return {
    name: 'alarm',
    status: action === 'rollback' && hasTraffic ? 'rollback' : 'hold',
    detail: `ALARM: ${first.breach.reason}, which the check ${first.check.name} keeps from being proof (${first.check.detail})${more}`,
  };
}

/**
 * Whether a breach of the candidate's own bound would be none if every rejected record had been its own and as good as can be. A quantile
 * stays beyond its bound while they are fewer than what lies beyond it.
 * @param requests of the candidate
 */
export function isDoubtful(
  { bound, low, high, unit, metric }: GuardrailResult,
  requests: number,
  rejected: number,
): boolean {
  if (!boundsOwnValue(bound.kind) || rejected === 0) return false;
  const quantile = /^latency[.]p([\d.]+)$/u.exec(metric)?.[1];
  if (quantile !== undefined) return rejected / (requests + rejected) > (1 - Number(quantile) / 100) / 2;
  const all = requests + rejected;
  if (bound.kind === 'max') return low === undefined || (low * requests) / all <= bound.value;
  const best = unit === 'proportion' ? 1 : undefined;
  return best === undefined || high === undefined || (high * requests + best * rejected) / all >= bound.value;
}
