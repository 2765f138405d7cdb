import { type Linearized, meanOfUnits } from './linearized.ts';
import { hasFloor } from '../sums/contribution-sums.ts';
import { isRounding, residualMoments } from '../sums/residual-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import type { SampleSums } from '../sums/sample-sums.ts';

/**
 * A mean over requests, sum(sum) / sum(requests), with a standard error between units. Where the sums have contributions, the floor of
 * proportions is added; to judge one proportion against a bound, `proportion-bounds.ts` is the sharper tool.
 */
export function ownValue(sums: SampleSums | Uncomputable): Linearized | Uncomputable {
  if (sums.kind === 'uncomputable') return sums;
  const moments = residualMoments(sums.residuals);
  return !hasFloor(sums) && isRounding(moments, sums.column.sumOfSquares)
    ? uncomputable('every user has the same value')
    : meanOfUnits(sums.column.sum, moments, sums);
}
