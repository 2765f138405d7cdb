import { jackknifeGroups } from '../../../stats/estimates/jackknife.ts';
import type { LeaveGroupOut } from '../../table/group-metric.ts';
import { RunningCounts, TieGatherer, type TiedScores } from './tied-scores.ts';

/**
 * Average precision, sum over scores s of (R(s) - R(next higher s)) P(s), with the recall R and the precision P of answering the positive
 * label from s on: requests with one score are told apart by nothing and count at once (scikit-learn's `average_precision_score`). In one
 * pass over scores in falling order, on all requests and without each group of units.
 */
export class PrecisionCurve {
  readonly #counts = new RunningCounts();
  readonly #ties = new TieGatherer((tie) => this.#settle(tie));
  #weighted = 0;
  readonly #weightedWithout = new Float64Array(jackknifeGroups);

  /** Adds scores, none above those that came before, with their group (0 to 49) and 1 for a positive. */
  addInOrder(scores: Float64Array, groups: Float64Array, positive: Float64Array): void {
    this.#ties.addInOrder(scores, groups, positive);
  }

  /**
   * The average precision and its floor; NaN without a positive. One more negative above all of P positives takes (1 / P) sum_k 1 / (k + 1)
   * of it, and a user's m at once the sum of m / (k + m) over P, about m ln((P + m) / m) / P: the floor is twice that, squared, as if two
   * such users had not been met yet. It is for requests that each stand for one, so it is over m^2.
   * @param clusterSize m, the request-weighted cluster size, at least 1.
   */
  average(clusterSize: number): Omit<LeaveGroupOut, 'effectiveUnits'> {
    this.#ties.finish();
    const { positives, positivesOf } = this.#counts;
    const without = this.#weightedWithout.map((sum, group) => sum / (positives - (positivesOf[group] ?? 0)));
    const largestStep = Math.log((positives + clusterSize + 0.5) / (clusterSize + 0.5)) / positives;
    return { value: this.#weighted / positives, without, floorVariance: (2 * largestStep) ** 2 };
  }

  #settle(tie: TiedScores): void {
    const counts = this.#counts;
    counts.add(tie);
    if (tie.positives === 0) return;
    this.#weighted += (tie.positives * counts.positives) / counts.requests;
    for (let group = 0; group < jackknifeGroups; group += 1) {
      const gained = tie.positives - (tie.positivesOf[group] ?? 0);
      if (gained === 0) continue;
      const found = counts.positives - (counts.positivesOf[group] ?? 0);
      const alarmed = counts.requests - (counts.requestsOf[group] ?? 0);
      this.#weightedWithout[group] = (this.#weightedWithout[group] ?? 0) + (gained * found) / alarmed;
    }
  }
}
