import type { CheckResult, Comparison } from '../../domain/evidence.ts';
import { changeMeasure } from '../../domain/bound.ts';
import { formatQuantity } from '../../domain/format-number.ts';
import type { CheckAction } from '../../domain/plan.ts';

/**
 * Whether a served comparison says the opposite once both sides have the same mix of segments (Simpson's paradox): the canary's
 * users are then other users, and not the version but they may be what differs. Pairs are not concerned, so that it warns unless the plan says otherwise.
 */
export function segmentMix(comparisons: readonly Comparison[], action: CheckAction = 'warn'): CheckResult {
  const name = 'segment mix';
  const compared = comparisons.flatMap((comparison) => {
    if ('uncomputable' in comparison || comparison.postStratified === undefined) return [];
    const { metric, unit, delta, postStratified } = comparison;
    return [{ metric, unit, plain: delta, sameMix: postStratified.delta }];
  });
  if (compared.length === 0) {
    return { name, status: 'not-applicable', detail: 'no served comparison has segments to weight' };
  }
  const turned = compared.filter(({ plain, sameMix }) => plain * sameMix < 0);
  if (turned.length === 0) {
    return {
      name,
      status: 'pass',
      detail: 'no served change reverses when both sides have the same mix of segments',
    };
  }
  const told = turned.map(({ metric, unit, plain, sameMix }) => {
    const write = (value: number) => formatQuantity(value, changeMeasure(unit));
    return `${metric} changed by ${write(plain)}, but by ${write(sameMix)} with the same mix of segments on both sides`;
  });
  return { name, status: action, detail: `served ${told.join('; ')}` };
}
