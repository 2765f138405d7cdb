import { type Uncomputable, uncomputable } from './result.ts';

/**
 * How much of a metric's sum its heaviest units carry. No interval knows of heavy units that the sample has not met, so this is
 * what a reader judges a mean's bound by: 0.01 where all units carry the same, near 1 where a few carry everything.
 * @param sum per-unit sums, none negative.
 * @param share of the units that count as heaviest, in (0, 1]; rounded up to whole units.
 * @returns a share in [0, 1].
 */
export function topUnitsShare(sum: Float64Array, share = 0.01): number | Uncomputable {
  const heaviestFirst = sum.toSorted((one, other) => other - one);
  const top = Math.ceil(share * sum.length);
  let all = 0;
  let carried = 0;
  for (const [rank, own] of heaviestFirst.entries()) {
    if (!(own >= 0)) return uncomputable('a unit has a negative or missing sum');
    all += own;
    if (rank < top) carried += own;
  }
  return all > 0 && Number.isFinite(all) ? carried / all : uncomputable('the sum is not above zero, or not finite');
}
