import { type Uncomputable, uncomputable } from '../result.ts';
import type { HeaviestSums } from '../sums/heaviest-sums.ts';

/**
 * How much of a metric's sum its heaviest hundredth of units carries. No interval knows of heavy units that the sample has not met, so
 * this is what a reader judges a mean's bound by: 0.01 where all units carry the same, near 1 where a few carry everything.
 * @returns a share in [0, 1].
 */
export function topUnitsShare({ all, heaviest, least }: HeaviestSums): number | Uncomputable {
  if (!(least >= 0)) return uncomputable('a user has a negative or missing sum');
  return all > 0 && Number.isFinite(all) ? heaviest / all : uncomputable('the sum is not above zero, or not finite');
}
