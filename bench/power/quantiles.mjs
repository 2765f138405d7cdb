import { midQuantile } from '../../dist/modules/stats/estimates/mid-quantile.js';

/** Values in ascending order that more are merged into, so that every look sorts only what is new. */
export class GrowingSample {
  #sorted = new Float64Array(0);

  /** @param {Float64Array} added */
  add(added) {
    const incoming = added.toSorted();
    const old = this.#sorted;
    const merged = new Float64Array(old.length + incoming.length);
    for (let at = 0, left = 0, right = 0; at < merged.length; at += 1) {
      const takesOld = right >= incoming.length || (left < old.length && old[left] <= incoming[right]);
      merged[at] = takesOld ? old[left++] : incoming[right++];
    }
    this.#sorted = merged;
  }

  /** The quantile that canary takes. @param {number} probability in (0, 1) */
  midQuantile(probability) {
    return midQuantile(this.#sorted, probability);
  }

  /** @param {number} probability in [0, 1] */
  quantile(probability) {
    return sortedQuantile(this.#sorted, probability);
  }
}

/**
 * The sample quantile of type 7 (Hyndman and Fan 1996, Sample quantiles in statistical packages), as DuckDB computes it; NaN of nothing.
 *
 * @param {Float64Array} sorted
 * @param {number} probability in [0, 1]
 */
export function sortedQuantile(sorted, probability) {
  if (sorted.length === 0) return Number.NaN;
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
}
