import { jackknifeGroups } from '../../../stats/estimates/jackknife.ts';
import type { LeaveGroupOut } from '../../table/group-metric.ts';
import { RunningCounts, TieGatherer, type TiedScores } from './tied-scores.ts';

/** How many requests, and how many positives, each group of units has. */
export interface GroupCounts {
  readonly requests: Float64Array;
  readonly positives: Float64Array;
}

/**
 * Recall where a share of the requests raises an alarm, those with the highest scores: positives among the first rate * n over all
 * positives. rate * n need not be whole, and of requests that tie at the cut so many count as a random choice among them would find on
 * average. In one pass over scores in falling order, on all requests and without each group of units, whose cut is its own.
 */
export class AlertRecall {
  readonly #counts = new RunningCounts();
  readonly #ties = new TieGatherer((tie) => this.#settle(tie));
  readonly #all: GroupCounts;
  readonly #rate: number;
  readonly #totals: { readonly requests: number; readonly positives: number };
  /** Positives among the alarms without each group, and of all requests at the end; NaN while the cut is not reached. */
  readonly #found = new Float64Array(jackknifeGroups + 1).fill(Number.NaN);
  #open = jackknifeGroups + 1;

  /** @param rate share of alarms, in (0, 1). */
  constructor(rate: number, all: GroupCounts) {
    this.#rate = rate;
    this.#all = all;
    this.#totals = { requests: sumOf(all.requests), positives: sumOf(all.positives) };
  }

  /** Whether every cut is reached, so that lower scores change nothing. */
  get isDone(): boolean {
    return this.#open === 0;
  }

  /** Adds scores, none above those that came before, with their group (0 to 49) and 1 for a positive. */
  addInOrder(scores: Float64Array, groups: Float64Array, positive: Float64Array): void {
    this.#ties.addInOrder(scores, groups, positive);
  }

  /** The recall and its floor, (2 / P)^2: one request more or less among the alarms moves it by 1 / P at most; NaN without a positive. */
  recall(): Omit<LeaveGroupOut, 'effectiveUnits'> {
    this.#ties.finish();
    const { positives } = this.#totals;
    const without = Float64Array.from(
      { length: jackknifeGroups },
      (_, group) => (this.#found[group] ?? Number.NaN) / (positives - (this.#all.positives[group] ?? 0)),
    );
    const value = (this.#found[jackknifeGroups] ?? Number.NaN) / positives;
    return { value, without, floorVariance: (2 / positives) ** 2 };
  }

  #settle(tie: TiedScores): void {
    // The last place is that of all requests, which no group is left out of.
    for (let group = 0; group <= jackknifeGroups && this.#open > 0; group += 1) {
      if (!Number.isNaN(this.#found[group])) continue;
      const alarms = this.#rate * (this.#totals.requests - (this.#all.requests[group] ?? 0));
      const above = this.#counts.requests - (this.#counts.requestsOf[group] ?? 0);
      const requests = tie.requests - (tie.requestsOf[group] ?? 0);
      if (above + requests < alarms || requests === 0) continue;
      const found = this.#counts.positives - (this.#counts.positivesOf[group] ?? 0);
      const positives = tie.positives - (tie.positivesOf[group] ?? 0);
      this.#found[group] = found + (positives * (alarms - above)) / requests;
      this.#open -= 1;
    }
    this.#counts.add(tie);
  }
}

function sumOf(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
