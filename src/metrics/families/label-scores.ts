import { countSums, requestWeightedClusterSize } from '../../stats/sums/cluster-size.ts';
import type { UnitInfluences } from '../../stats/sums/influence-sums.ts';

/** One label in all requests. */
export interface LabelCounts {
  readonly label: string;
  /** Right answers with it. */
  readonly hits: number;
  /** Requests whose truth it is. */
  readonly truths: number;
  /** Those and the answers with it; above 0. */
  readonly occurrences: number;
}

/**
 * Macro F1 = (1 / L) sum_l 2 H_l / O_l with what each unit moves it by, to first order and without what the unit itself adds to a label:
 * (1 / L) sum_l (2 h_ul - F1_l o_ul) / (O_l - o_ul), which is what each label's F1 would lose without the unit (the delta method on
 * counts by label and unit).
 */
export class LabelScores {
  readonly #labels: readonly LabelCounts[];
  readonly #requests: Float64Array;
  readonly #moved: Float64Array;
  /** Labels of which one unit has everything, so that nothing tells how much they vary. */
  readonly #ofOneUnit = new Set<number>();

  /** @param requests per unit. */
  constructor(labels: readonly LabelCounts[], requests: Float64Array) {
    this.#labels = labels;
    this.#requests = requests;
    this.#moved = new Float64Array(requests.length);
  }

  /** Adds what one unit has of one label; in one order, so that the last digits are the same. */
  add(unit: number, label: number, hits: number, occurrences: number): void {
    const total = this.#labels[label];
    if (total === undefined) throw new RangeError('a label has been counted in all');
    const others = total.occurrences - occurrences;
    if (others === 0) {
      this.#ofOneUnit.add(label);
      return;
    }
    const score = (2 * total.hits) / total.occurrences;
    this.#moved[unit] = (this.#moved[unit] ?? 0) + (2 * hits - score * occurrences) / (others * this.#labels.length);
  }

  /** The mean over the labels. What is rarest are the true requests of the label that has the fewest. */
  macroF1(): UnitInfluences {
    const scores = this.#labels.map(({ hits, occurrences }) => (2 * hits) / occurrences);
    const value = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const [rarest] = this.#labels
      .map(({ label, truths }, place) => ({
        what: `true requests of label ${label}`,
        requests: this.#ofOneUnit.has(place) ? Math.min(1, truths) : truths,
      }))
      .toSorted((one, other) => one.requests - other.requests);
    return {
      value,
      requests: this.#requests,
      moved: this.#moved,
      floorVariance: this.#floorVariance(),
      ...(rarest === undefined ? {} : { rarest }),
    };
  }

  /**
   * The floor of proportions, as if four clusters of m requests beyond those seen had changed, spread over the labels as the truths are. A
   * cluster moves F1 of its label by about 2 m / O_l, and the mean over L labels by that over L: 4 sum_l (T_l / n) (2 m / (L O_l))^2.
   */
  #floorVariance(): number {
    const counts = countSums(this.#requests);
    const clusterSize = requestWeightedClusterSize(counts);
    const labels = this.#labels.length;
    return this.#labels.reduce(
      (sum, { truths, occurrences }) =>
        sum + 4 * (truths / counts.sum) * ((2 * clusterSize) / (labels * occurrences)) ** 2,
      0,
    );
  }
}
