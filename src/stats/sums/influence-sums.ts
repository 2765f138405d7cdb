import { residualSums, type ResidualSums } from './residual-sums.ts';
import { type Uncomputable, uncomputable } from '../result.ts';
import { type RequestTotals, requestTotals } from './sample.ts';

/** A metric that is no mean, and what each unit moves it by. */
export interface UnitInfluences {
  readonly value: number;
  /** Whole number of requests per unit. */
  readonly requests: Float64Array;
  /**
   * Per unit, in the same order, what the value would lose without the unit's requests, to first order: the influence function added up over
   * them, each as if its unit had been left out of what it is held against. They add up to about 0.
   */
  readonly moved: Float64Array;
  /** What is added to the squared standard error for what has not been met yet; above 0. */
  readonly floorVariance: number;
  /** Effective number of units that have requests of the kind that the fewest have, where a metric compares two kinds; else absent. */
  readonly effectiveUnits?: number;
  readonly rarest?: RareKind;
}

/** The kind of request that a metric knows least of: `label a`, and how many requests of it there are. */
export interface RareKind {
  readonly what: string;
  readonly requests: number;
}

/** What one version's units add up to. */
export interface InfluenceSums {
  readonly kind: 'influences';
  readonly value: number;
  readonly totals: RequestTotals;
  /** Of what each unit moves the value by, times all requests, so that the moments are those of means. */
  readonly residuals: ResidualSums;
  readonly floorVariance: number;
  /** The smaller of those by requests and by requests of the rarer kind. */
  readonly effectiveUnits: number;
  readonly rarest?: RareKind;
}

/** Both versions' units on the same requests. */
export interface InfluencePair {
  readonly kind: 'influence-pair';
  readonly baseline: InfluenceSums;
  readonly candidate: InfluenceSums;
  /** Of what each unit moves candidate minus weighted baseline by, times all requests. */
  readonly residuals: ResidualSums;
}

/** Adds up one version's units. */
export function influenceSums(units: UnitInfluences): InfluenceSums | Uncomputable {
  const { value, requests, moved, floorVariance, rarest } = units;
  const totals = requestTotals(requests);
  if (totals.kind === 'uncomputable') return totals;
  if (!Number.isFinite(value)) return uncomputable('the value is not finite');
  return {
    kind: 'influences',
    value,
    totals,
    residuals: residualSums(
      moved.map((own) => own * totals.requests),
      requests,
    ),
    floorVariance,
    effectiveUnits: Math.min(totals.effectiveUnits, units.effectiveUnits ?? Infinity),
    ...(rarest === undefined ? {} : { rarest }),
  };
}

/**
 * Adds up both versions' units, which are the same in the same order.
 * @param weight what the baseline's influence is multiplied by before it is subtracted: 1 for a difference.
 */
export function influencePair(
  baseline: UnitInfluences,
  candidate: UnitInfluences,
  weight: number,
): InfluencePair | Uncomputable {
  const [left, right] = [influenceSums(baseline), influenceSums(candidate)];
  if (left.kind === 'uncomputable') return left;
  if (right.kind === 'uncomputable') return right;
  if (baseline.moved.length !== candidate.moved.length) throw new RangeError('A pair has the same units.');
  const residuals = candidate.moved.map(
    (own, unit) => (own - weight * (baseline.moved[unit] ?? Number.NaN)) * right.totals.requests,
  );
  return {
    kind: 'influence-pair',
    baseline: left,
    candidate: right,
    residuals: residualSums(residuals, candidate.requests),
  };
}
