import type { UnitInfluences } from '../../../stats/sums/influence-sums.ts';
import { type RankedUnits, without } from './ranked-units.ts';
import { TieGatherer, type TiedScores } from './tied-scores.ts';

/**
 * Average precision, sum over scores s of (R(s) - R(next higher s)) P(s), with the recall R and the precision P of answering the positive
 * label from s on: requests with one score are told apart by nothing and count at once (scikit-learn's `average_precision_score`). In one
 * pass over scores in falling order, with what each unit moves it by: a request k adds 1 to the n_i requests and, where it is a positive, to
 * the hits from the score of each positive i on that is not above it, so that the sum of precisions grows by the sum over those i of
 * (1(k is positive) - P_i) / n_i, beside its own precision.
 */
export class PrecisionCurve {
  readonly #units: RankedUnits;
  readonly #ties: TieGatherer;
  #found = 0;
  #alarmed = 0;
  #precisions = 0;
  /** Sums of 1 / n_i and of P_i / n_i over the positives so far. */
  #inverse = 0;
  #diluted = 0;
  /** By unit: of its positives the precision less what is summed up above them, and of all its requests what dilutes above them. */
  readonly #gained: Float64Array;
  readonly #spared: Float64Array;

  constructor(units: RankedUnits) {
    this.#units = units;
    this.#ties = new TieGatherer(units.requestsOf.length, (tie) => this.#settle(tie));
    this.#gained = new Float64Array(units.requestsOf.length);
    this.#spared = new Float64Array(units.requestsOf.length);
  }

  /** Adds scores, none above those that came before, with their unit and 1 for a positive. */
  addInOrder(scores: Float64Array, units: Float64Array, positive: Float64Array): void {
    this.#ties.addInOrder(scores, units, positive);
  }

  /**
   * The average precision and what each unit moves it by; NaN without a positive. One more negative above all of P positives takes (1 / P)
   * sum_k 1 / (k + 1) of it, and a user's m at once the sum of m / (k + m) over P, about m ln((P + m) / m) / P: the floor is twice that,
   * squared, as if two such users had not been met yet.
   */
  average(): UnitInfluences {
    this.#ties.finish();
    const { requestsOf, positivesOf, positives, negatives, clusterSize, effectiveUnits } = this.#units;
    const value = this.#precisions / positives;
    const moved = requestsOf.map((count, unit) => {
      const own = positivesOf[unit] ?? 0;
      const sum =
        (this.#gained[unit] ?? 0) + own * (this.#inverse - value) + (this.#spared[unit] ?? 0) - count * this.#diluted;
      // The share of the kind of request that the unit has most of stands in for what it is held against.
      const share = Math.max(own / positives, (count - own) / negatives);
      return sum / (positives * without(1, share));
    });
    const largestStep = (clusterSize * Math.log((positives + clusterSize + 0.5) / (clusterSize + 0.5))) / positives;
    return { value, requests: requestsOf, moved, floorVariance: (2 * largestStep) ** 2, effectiveUnits };
  }

  #settle({ units, positives, requests, positivesOf, requestsOf }: TiedScores): void {
    this.#found += positives;
    this.#alarmed += requests;
    const precision = this.#found / this.#alarmed;
    for (const unit of units) {
      const own = positivesOf[unit] ?? 0;
      this.#gained[unit] = (this.#gained[unit] ?? 0) + own * (precision - this.#inverse);
      this.#spared[unit] = (this.#spared[unit] ?? 0) + (requestsOf[unit] ?? 0) * this.#diluted;
    }
    this.#precisions += positives * precision;
    this.#inverse += positives / this.#alarmed;
    this.#diluted += (positives * precision) / this.#alarmed;
  }
}
