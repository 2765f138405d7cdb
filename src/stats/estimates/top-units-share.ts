import { type Uncomputable, uncomputable } from '../result.ts';

/** The units that count as heaviest, in (0, 1]; rounded up to whole units. */
const heaviestShare = 0.01;

/** How many of so many units count as the heaviest. */
export function heaviestUnits(units: number): number {
  return Math.ceil(heaviestShare * units);
}

/**
 * How much of a metric's sum its heaviest hundredth of units carries. No interval knows of heavy units that the sample has not met, so
 * this is what a reader judges a mean's bound by: 0.01 where all units carry the same, near 1 where a few carry everything.
 * @param sum per-unit sums, none negative.
 * @returns a share in [0, 1].
 */
export function topUnitsShare(sum: Float64Array): number | Uncomputable {
  const heaviestFirst = sum.toSorted((one, other) => other - one);
  const top = heaviestUnits(sum.length);
  let all = 0;
  let heaviest = 0;
  let least = 0;
  for (const [rank, own] of heaviestFirst.entries()) {
    all += own;
    if (rank < top) heaviest += own;
    least = Math.min(least, own);
  }
  return shareOfHeaviest({ all, heaviest, least });
}

/** `topUnitsShare` of sums that were added up elsewhere; `least` is the smallest unit's, or 0. */
export function shareOfHeaviest(sums: {
  readonly all: number;
  readonly heaviest: number;
  readonly least: number;
}): number | Uncomputable {
  if (!(sums.least >= 0)) return uncomputable('a unit has a negative or missing sum');
  return sums.all > 0 && Number.isFinite(sums.all)
    ? sums.heaviest / sums.all
    : uncomputable('the sum is not above zero, or not finite');
}
