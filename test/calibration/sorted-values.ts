import { type MidQuantile, midQuantile } from '../../src/stats/estimates/mid-quantile.ts';

/** Values in ascending order that more are merged into. */
export class SortedValues {
  #values = new Float64Array(0);

  merge(added: Float64Array): void {
    added.sort();
    const old = this.#values;
    const merged = new Float64Array(old.length + added.length);
    let left = 0;
    let right = 0;
    for (let index = 0; index < merged.length; index += 1) {
      const takeOld = right >= added.length || (left < old.length && (old[left] ?? 0) <= (added[right] ?? 0));
      merged[index] = (takeOld ? old[left] : added[right]) ?? 0;
      if (takeOld) left += 1;
      else right += 1;
    }
    this.#values = merged;
  }

  quantile(probability: number): MidQuantile {
    return midQuantile(this.#values, probability);
  }
}
