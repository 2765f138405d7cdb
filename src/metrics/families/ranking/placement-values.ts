import type { UnitInfluences } from '../../../stats/sums/influence-sums.ts';
import { type RankedUnits, without } from './ranked-units.ts';
import { TieGatherer, type TiedScores } from './tied-scores.ts';

/**
 * Area under the ROC curve from scores in falling order, with its placement values by unit: of a positive the share of the negatives below
 * it, of a negative the share of the positives above it, a tie counting half (DeLong, DeLong and Clarke-Pearson 1988, Comparing the areas
 * under two or more correlated ROC curves; by cluster Obuchowski 1997). Counts are whole or halves, so they are exact up to 2^52 pairs.
 */
export class PlacementValues {
  readonly #units: RankedUnits;
  readonly #ties: TieGatherer;
  /** Pairs that a unit's positives win, and pairs that its negatives lose. */
  readonly #wonBy: Float64Array;
  readonly #lostBy: Float64Array;
  #won = 0;
  #positivesAbove = 0;
  #negativesAbove = 0;

  constructor(units: RankedUnits) {
    this.#units = units;
    this.#ties = new TieGatherer(units.requestsOf.length, (tie) => this.#settle(tie));
    this.#wonBy = new Float64Array(units.requestsOf.length);
    this.#lostBy = new Float64Array(units.requestsOf.length);
  }

  /** Adds scores, none above those that came before, with their unit and 1 for a positive. */
  addInOrder(scores: Float64Array, units: Float64Array, positive: Float64Array): void {
    this.#ties.addInOrder(scores, units, positive);
  }

  /**
   * The area and what each unit moves it by; NaN where positives or negatives are missing. The floor is that of proportions, as if four
   * clusters of requests beyond those seen were ranked wrongly, spread over positives and negatives as the requests are: one request moves
   * the area by 1 / n_k at most, so that it is 4 m^2 / n * (1 / n_+ + 1 / n_-).
   */
  area(): UnitInfluences {
    this.#ties.finish();
    const { requestsOf, positivesOf, requests, positives, negatives, clusterSize, effectiveUnits } = this.#units;
    const value = this.#won / (positives * negatives);
    const moved = requestsOf.map((count, unit) => {
      const own = positivesOf[unit] ?? 0;
      const asPositives = ((this.#wonBy[unit] ?? 0) / negatives - value * own) / without(positives, own);
      const asNegatives =
        ((this.#lostBy[unit] ?? 0) / positives - value * (count - own)) / without(negatives, count - own);
      return asPositives + asNegatives;
    });
    const floorVariance = ((4 * clusterSize ** 2) / requests) * (1 / positives + 1 / negatives);
    return { value, requests: requestsOf, moved, floorVariance, effectiveUnits };
  }

  #settle({ units, positives, requests, positivesOf, requestsOf }: TiedScores): void {
    const negatives = requests - positives;
    const negativesBelow = this.#units.negatives - this.#negativesAbove - negatives / 2;
    const positivesAbove = this.#positivesAbove + positives / 2;
    for (const unit of units) {
      const own = positivesOf[unit] ?? 0;
      this.#wonBy[unit] = (this.#wonBy[unit] ?? 0) + own * negativesBelow;
      this.#lostBy[unit] = (this.#lostBy[unit] ?? 0) + ((requestsOf[unit] ?? 0) - own) * positivesAbove;
    }
    this.#won += positives * negativesBelow;
    this.#positivesAbove += positives;
    this.#negativesAbove += negatives;
  }
}
