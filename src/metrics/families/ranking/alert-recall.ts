import type { UnitInfluences } from '../../../stats/sums/influence-sums.ts';
import { type RankedUnits, without } from './ranked-units.ts';
import { TieGatherer, type TiedScores } from './tied-scores.ts';

/** At least so many requests on either side of the cut tell how many of those near it are positives. */
const fewestNear = 10;

/**
 * Recall where a share of the requests raises an alarm, those with the highest scores: positives among the first rate * n over all
 * positives. rate * n need not be whole, and of requests that tie at the cut so many count as a random choice among them would find on
 * average. In one pass over scores in falling order.
 *
 * A unit moves it by its own positives among the alarms, less their due, and by where it moves the cut: each alarm that it does not take
 * goes to a request near the cut, of which a share are positives. That share is known from the requests whose place is within two standard
 * deviations of the number of alarms from the cut (as the interval of Woodruff 1952 for a quantile).
 */
export class AlertRecall {
  readonly #units: RankedUnits;
  readonly #ties: TieGatherer;
  readonly #alarms: number;
  readonly #rate: number;
  /** Places between which requests are near the cut. */
  readonly #near: readonly [number, number];
  #above = 0;
  #found = 0;
  readonly #foundOf: Float64Array;
  readonly #alarmsOf: Float64Array;
  #nearRequests = 0;
  #nearPositives = 0;

  /** @param rate share of alarms, in (0, 1). */
  constructor(rate: number, units: RankedUnits) {
    this.#rate = rate;
    this.#units = units;
    this.#alarms = rate * units.requests;
    const reach = Math.max(fewestNear, 2 * Math.sqrt(units.clusterSize * this.#alarms * (1 - rate)));
    this.#near = [this.#alarms - reach, this.#alarms + reach];
    this.#ties = new TieGatherer(units.requestsOf.length, (tie) => this.#settle(tie));
    this.#foundOf = new Float64Array(units.requestsOf.length);
    this.#alarmsOf = new Float64Array(units.requestsOf.length);
  }

  /** Whether lower scores change nothing. */
  get isDone(): boolean {
    return this.#above >= this.#near[1];
  }

  /** Adds scores, none above those that came before, with their unit and 1 for a positive. */
  addInOrder(scores: Float64Array, units: Float64Array, positive: Float64Array): void {
    this.#ties.addInOrder(scores, units, positive);
  }

  /**
   * The recall and what each unit moves it by; NaN without a positive. One request more or less among the alarms moves it by 1 / P at
   * most, so that the floor is (2 m / P)^2.
   */
  recall(): UnitInfluences {
    this.#ties.finish();
    const { requestsOf, positivesOf, positives, clusterSize, effectiveUnits } = this.#units;
    const value = this.#found / positives;
    const positiveNear = this.#nearRequests === 0 ? 0 : this.#nearPositives / this.#nearRequests;
    const moved = requestsOf.map((count, unit) => {
      const own = positivesOf[unit] ?? 0;
      const spared = this.#rate * count - (this.#alarmsOf[unit] ?? 0);
      return ((this.#foundOf[unit] ?? 0) - value * own + positiveNear * spared) / without(positives, own);
    });
    const floorVariance = ((2 * clusterSize) / positives) ** 2;
    return { value, requests: requestsOf, moved, floorVariance, effectiveUnits };
  }

  #settle({ units, positives, requests, positivesOf, requestsOf }: TiedScores): void {
    const share = Math.min(1, Math.max(0, (this.#alarms - this.#above) / requests));
    if (share > 0) {
      this.#found += share * positives;
      for (const unit of units) {
        this.#foundOf[unit] = (this.#foundOf[unit] ?? 0) + share * (positivesOf[unit] ?? 0);
        this.#alarmsOf[unit] = (this.#alarmsOf[unit] ?? 0) + share * (requestsOf[unit] ?? 0);
      }
    }
    this.#above += requests;
    // Of requests that tie, those that reach into the neighbourhood are as likely positives as the others.
    const [from, to] = this.#near;
    const reaching = Math.min(this.#above, to) - Math.max(this.#above - requests, from);
    if (reaching <= 0) return;
    this.#nearRequests += reaching;
    this.#nearPositives += (reaching * positives) / requests;
  }
}
