import { eventFloor } from './proportion-floor.ts';
import { type Uncomputable, uncomputable } from './result.ts';
import type { ColumnTotals, RequestTotals } from './sample.ts';
import type { SideSums } from './sample-sums.ts';

/** One version's ratio of sums over units that both versions share: requests that count for it, and their sum. */
export interface RatioSide {
  readonly kind: 'side';
  readonly ratio: number;
  readonly totals: RequestTotals;
  readonly floorVariance: number;
  /** Squared sum over the sum of squares: the effective number of units by their share of the sum. */
  readonly effectiveContributors: number;
  readonly column: ColumnTotals;
}

/** Both versions' ratios over the same units. */
export interface RatioSides {
  readonly kind: 'sides';
  readonly baseline: RatioSide;
  readonly candidate: RatioSide;
}

/** Summarises both sides, or says which cannot be used. */
export function ratioSides(
  baselineSums: SideSums | Uncomputable,
  candidateSums: SideSums | Uncomputable,
): RatioSides | Uncomputable {
  const baseline = ratioSide(baselineSums, 'baseline');
  if (baseline.kind === 'uncomputable') return baseline;
  const candidate = ratioSide(candidateSums, 'candidate');
  return candidate.kind === 'uncomputable' ? candidate : { kind: 'sides', baseline, candidate };
}

/** What the baseline's influence is multiplied by before it is subtracted, so that a relative difference is linear. */
export function relativeWeight({ baseline, candidate }: RatioSides): number | Uncomputable {
  return baseline.ratio > 0
    ? candidate.ratio / baseline.ratio
    : uncomputable('the baseline is not above zero, so nothing is relative to it');
}

function ratioSide(sums: SideSums | Uncomputable, name: string): RatioSide | Uncomputable {
  if (sums.kind === 'uncomputable') return uncomputable(`${name}: ${sums.reason}`);
  const { totals, column } = sums;
  return {
    kind: 'side',
    ratio: column.sum / totals.requests,
    totals,
    floorVariance: eventFloor(sums),
    effectiveContributors: column.sumOfSquares === 0 ? 0 : (column.sum * column.sum) / column.sumOfSquares,
    column,
  };
}
