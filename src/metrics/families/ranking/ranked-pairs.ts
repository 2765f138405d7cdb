import { jackknifeGroups } from '../../../stats/estimates/jackknife.ts';

/**
 * Counts, over scores that come in rising order, the pairs of a positive and a negative in which the positive has the higher
 * score, a tie counting half: in all, and those that each group of units takes part in. That is
 * enough for the area under the ROC curve without each group, by inclusion and exclusion: pairs without g =
 * all - (g's positives with all negatives) - (all positives with g's negatives) + (g's positives with g's negatives).
 * Counts are whole or halves, so they are exact up to 2^52 pairs.
 */
export class RankedPairs {
  #positives = 0;
  #won = 0;
  readonly #wonByPositivesOf = new Float64Array(jackknifeGroups);
  readonly #lostByNegativesOf = new Float64Array(jackknifeGroups);
  readonly #wonWithin = new Float64Array(jackknifeGroups);
  /** Below the scores that are tied at the moment. */
  readonly #positivesOf = new Float64Array(jackknifeGroups);
  readonly #negativesOf = new Float64Array(jackknifeGroups);
  #positivesBelow = 0;
  #negativesBelow = 0;
  /** At the score at the moment: its groups, once each, and what they have there. */
  #score = Number.NaN;
  #tiedGroups: number[] = [];
  readonly #tiedPositives = new Float64Array(jackknifeGroups);
  readonly #tiedNegatives = new Float64Array(jackknifeGroups);

  /** Has to be known before the scores come: how many positives there will be. */
  expectPositives(positives: number): void {
    this.#positives = positives;
  }

  /** Adds scores, none below those that came before, with their group (0 to 49) and 1 for a positive. */
  addInOrder(scores: Float64Array, groups: Float64Array, positive: Float64Array): void {
    for (const [row, score] of scores.entries()) {
      if (score !== this.#score) this.#settleTie();
      this.#score = score;
      const group = groups[row] ?? 0;
      if (this.#tiedPositives[group] === 0 && this.#tiedNegatives[group] === 0) this.#tiedGroups.push(group);
      const tied = positive[row] === 1 ? this.#tiedPositives : this.#tiedNegatives;
      tied[group] = (tied[group] ?? 0) + 1;
    }
  }

  /**
   * The area, the area without each group, and the floor of its variance; NaN where positives or negatives are missing. The floor is
   * that of proportions, as if four requests beyond those seen were ranked wrongly, spread over positives and negatives as the
   * requests are: one of them moves the area by 1 / n_k at most, so that it is 4 / n * (1 / n_+ + 1 / n_-).
   */
  areas(): { readonly value: number; readonly without: Float64Array; readonly floorVariance: number } {
    this.#settleTie();
    const [positives, negatives] = [this.#positivesBelow, this.#negativesBelow];
    const without = Float64Array.from({ length: jackknifeGroups }, (_, group) => {
      const own = (this.#wonByPositivesOf[group] ?? 0) + (this.#lostByNegativesOf[group] ?? 0);
      const rest = this.#won - own + (this.#wonWithin[group] ?? 0);
      return rest / ((positives - (this.#positivesOf[group] ?? 0)) * (negatives - (this.#negativesOf[group] ?? 0)));
    });
    const floorVariance = (4 / (positives + negatives)) * (1 / positives + 1 / negatives);
    return { value: this.#won / (positives * negatives), without, floorVariance };
  }

  #settleTie(): void {
    let positives = 0;
    let negatives = 0;
    for (const group of this.#tiedGroups) {
      positives += this.#tiedPositives[group] ?? 0;
      negatives += this.#tiedNegatives[group] ?? 0;
    }
    const above = this.#positives - this.#positivesBelow - positives;
    this.#won += positives * (this.#negativesBelow + negatives / 2);
    for (const group of this.#tiedGroups) {
      const [ownPositives, ownNegatives] = [this.#tiedPositives[group] ?? 0, this.#tiedNegatives[group] ?? 0];
      const add = (counts: Float64Array, count: number) => (counts[group] = (counts[group] ?? 0) + count);
      add(this.#wonByPositivesOf, ownPositives * (this.#negativesBelow + negatives / 2));
      add(this.#lostByNegativesOf, ownNegatives * (above + positives / 2));
      add(this.#wonWithin, ownPositives * ((this.#negativesOf[group] ?? 0) + ownNegatives / 2));
      add(this.#positivesOf, ownPositives);
      add(this.#negativesOf, ownNegatives);
      this.#tiedPositives[group] = 0;
      this.#tiedNegatives[group] = 0;
    }
    this.#tiedGroups = [];
    this.#positivesBelow += positives;
    this.#negativesBelow += negatives;
  }
}
