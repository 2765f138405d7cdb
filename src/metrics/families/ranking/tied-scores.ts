import { jackknifeGroups } from '../../../stats/estimates/jackknife.ts';

/** Requests with one and the same score: by group of units, how many are positives and how many are requests at all. */
export interface TiedScores {
  readonly positives: number;
  readonly requests: number;
  readonly positivesOf: Float64Array;
  readonly requestsOf: Float64Array;
}

/** Gathers scores that come in falling order into ties, each of which is handed on once it is complete. */
export class TieGatherer {
  readonly #settle: (tie: TiedScores) => void;
  #score = Number.NaN;
  #positives = 0;
  #requests = 0;
  readonly #positivesOf = new Float64Array(jackknifeGroups);
  readonly #requestsOf = new Float64Array(jackknifeGroups);

  /** @param settle takes a tie whose counts are its own only until it returns. */
  constructor(settle: (tie: TiedScores) => void) {
    this.#settle = settle;
  }

  /** Adds scores, none above those that came before, with their group (0 to 49) and 1 for a positive. */
  addInOrder(scores: Float64Array, groups: Float64Array, positive: Float64Array): void {
    for (const [row, score] of scores.entries()) {
      if (score !== this.#score) this.finish();
      this.#score = score;
      const [group, isPositive] = [groups[row] ?? 0, positive[row] ?? 0];
      this.#requests += 1;
      this.#positives += isPositive;
      this.#requestsOf[group] = (this.#requestsOf[group] ?? 0) + 1;
      this.#positivesOf[group] = (this.#positivesOf[group] ?? 0) + isPositive;
    }
  }

  /** Hands on the last tie. */
  finish(): void {
    if (this.#requests === 0) return;
    this.#settle({
      positives: this.#positives,
      requests: this.#requests,
      positivesOf: this.#positivesOf,
      requestsOf: this.#requestsOf,
    });
    this.#positives = 0;
    this.#requests = 0;
    this.#positivesOf.fill(0);
    this.#requestsOf.fill(0);
  }
}

/** What came so far of scores in falling order: as a whole, and of each group of units. */
export class RunningCounts {
  positives = 0;
  requests = 0;
  readonly positivesOf = new Float64Array(jackknifeGroups);
  readonly requestsOf = new Float64Array(jackknifeGroups);

  add({ positives, requests, positivesOf, requestsOf }: TiedScores): void {
    this.positives += positives;
    this.requests += requests;
    for (let group = 0; group < jackknifeGroups; group += 1) {
      this.positivesOf[group] = (this.positivesOf[group] ?? 0) + (positivesOf[group] ?? 0);
      this.requestsOf[group] = (this.requestsOf[group] ?? 0) + (requestsOf[group] ?? 0);
    }
  }
}
