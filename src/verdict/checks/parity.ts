import type { CohortParity, ComparedMix } from '../../domain/cohort-parity.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import { changeMeasure } from '../../domain/bound.ts';
import { formatCount, formatQuantity, formatShare } from '../../domain/format-number.ts';
import type { CheckAction } from '../../domain/plan.ts';

/**
 * Whether the canary and the stable cohort were alike before the candidate touched them. Where they were not, a served
 * difference may be the users' and not the candidate's.
 * @param parity undefined where a cohort is empty by the weight.
 */
export function parityCheck(action: CheckAction, parity: CohortParity | undefined): CheckResult {
  const name = 'parity';
  if (parity === undefined)
    return { name, status: 'not-applicable', detail: 'at a weight of 0 or 1 there is only one cohort' };
  const differing = [
    ...parity.mixes.filter(({ pValue }) => pValue <= parity.alphaEach).map(mixText),
    ...numberTexts(parity),
  ];
  if (differing.length > 0) {
    return {
      name,
      status: action,
      detail: `the cohorts differ although the candidate has no part in it: ${differing.join('; ')}`,
    };
  }
  const compared = [
    ...parity.mixes.map(({ dimension }) => `mix of ${dimension}`),
    ...parity.numbers.map(({ what }) => what),
  ];
  if (compared.length === 0)
    return { name, status: 'not-applicable', detail: `nothing could be compared: ${reasons(parity).join('; ')}` };
  const left = parity.incomparable.length === 0 ? '' : `; not compared: ${reasons(parity).join('; ')}`;
  return { name, status: 'pass', detail: `alike on the canary and the stable cohort: ${compared.join(', ')}${left}` };
}

function numberTexts({ numbers }: CohortParity): string[] {
  return numbers
    .filter(({ low, high }) => low > 0 || high < 0)
    .map(({ what, unit, canary, stable }) => {
      const values = [canary, stable].map((value) => formatQuantity(value, unit));
      const change = formatQuantity(canary - stable, changeMeasure(unit));
      return `${what} ${values.join(' on the canary cohort and ')} on the stable one (${change})`;
    });
}

function mixText({ dimension, most, assigned, canaryUnits, stableUnits }: ComparedMix): string {
  if (most === undefined) return `mix of ${dimension}`;
  return `${dimension}=${most.value} is ${share(most.canary, canaryUnits)} of the canary's ${assigned === 'units' ? 'users' : 'requests'} and ${share(most.stable, stableUnits)} of the stable ones (${formatCount(most.canary)} and ${formatCount(most.stable)})`;
}

function share(part: number, whole: number): string {
  return whole === 0 ? 'none' : formatShare(Number((part / whole).toPrecision(3)));
}

/** Each reason once, with what it is the reason for. */
function reasons({ incomparable }: CohortParity): string[] {
  const byReason = new Map<string, string[]>();
  for (const { what, reason } of incomparable) byReason.set(reason, [...(byReason.get(reason) ?? []), what]);
  return [...byReason].map(([reason, subjects]) => `${subjects.join(', ')} (${reason})`);
}
