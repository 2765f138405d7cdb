/** Requests with one and the same score: how many are positives and how many are requests at all, in all and of each unit that has any. */
export interface TiedScores {
  readonly positives: number;
  readonly requests: number;
  /** Units with a request of this score, once each. */
  readonly units: readonly number[];
  /** By unit; of no meaning for units that have none. */
  readonly positivesOf: Float64Array;
  readonly requestsOf: Float64Array;
}

/** Gathers scores that come in falling order into ties, each of which is handed on once it is complete. */
export class TieGatherer {
  readonly #settle: (tie: TiedScores) => void;
  #score = Number.NaN;
  #positives = 0;
  #requests = 0;
  #units: number[] = [];
  readonly #positivesOf: Float64Array;
  readonly #requestsOf: Float64Array;

  /**
   * @param units how many there are.
   * @param settle takes a tie whose counts are its own only until it returns.
   */
  constructor(units: number, settle: (tie: TiedScores) => void) {
    this.#positivesOf = new Float64Array(units);
    this.#requestsOf = new Float64Array(units);
    this.#settle = settle;
  }

  /** Adds scores, none above those that came before, with their unit and 1 for a positive. */
  addInOrder(scores: Float64Array, units: Float64Array, positive: Float64Array): void {
    for (const [row, score] of scores.entries()) {
      if (score !== this.#score) this.finish();
      this.#score = score;
      const [unit, isPositive] = [units[row] ?? 0, positive[row] ?? 0];
      this.#requests += 1;
      this.#positives += isPositive;
      if (this.#requestsOf[unit] === 0) this.#units.push(unit);
      this.#requestsOf[unit] = (this.#requestsOf[unit] ?? 0) + 1;
      this.#positivesOf[unit] = (this.#positivesOf[unit] ?? 0) + isPositive;
    }
  }

  /** Hands on the last tie. */
  finish(): void {
    if (this.#requests === 0) return;
    this.#settle({
      positives: this.#positives,
      requests: this.#requests,
      units: this.#units,
      positivesOf: this.#positivesOf,
      requestsOf: this.#requestsOf,
    });
    for (const unit of this.#units) {
      this.#positivesOf[unit] = 0;
      this.#requestsOf[unit] = 0;
    }
    this.#units = [];
    this.#positives = 0;
    this.#requests = 0;
  }
}
