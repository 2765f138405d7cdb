import type { Role } from '../../domain/role.ts';
import type { Linearized } from '../../stats/estimates/linearized.ts';
import { ownValue } from '../../stats/estimates/own-value.ts';
import { pairedDifference, pairedRelativeDifference } from '../../stats/estimates/paired-difference.ts';
import { pairedRatioDifference, pairedRatioRelativeDifference } from '../../stats/estimates/paired-ratio-difference.ts';
import { type PostStratified, postStratifiedDifference } from '../../stats/estimates/post-stratification.ts';
import type { FloorOptions } from '../../stats/sums/contribution-sums.ts';
import { type Proportion, proportion } from '../../stats/estimates/proportion.ts';
import type { Uncomputable } from '../../stats/result.ts';
import { servedDifference, servedRelativeDifference } from '../../stats/estimates/served-difference.ts';
import { topUnitsShare } from '../../stats/estimates/top-units-share.ts';
import type { Slice } from '../table/slice.ts';
import type { ComparedQuantity, NamedMean, UnitReader, UsableCounts } from './mean-sampler.ts';
import type { UnitSums, UnitSumSource } from './unit-sums.ts';

/** Estimates from units in memory, one metric and slice at a time. */
export class ColumnReader implements UnitReader {
  readonly #sums: UnitSumSource;
  /** What was read last, since one slice is asked about several times in a row. */
  #last: { readonly key: string; readonly sums: Promise<UnitSums> } | undefined;

  constructor(sums: UnitSumSource) {
    this.#sums = sums;
  }

  async own(metric: NamedMean, slice: Slice): Promise<Linearized | Proportion | Uncomputable> {
    const sums = await this.#read(metric, slice);
    // One proportion against a bound has a sharper test than the general mean.
    return isZeroOne(metric, sums) ? proportion(sums.candidate) : ownValue(sums.candidate, floorOf(metric, sums));
  }

  async paired(metric: NamedMean, slice: Slice, quantity: ComparedQuantity): Promise<Linearized | Uncomputable> {
    const sums = await this.#read(metric, slice);
    const { denominators, ...pair } = sums.paired;
    if (denominators === undefined) {
      return (quantity === 'relative' ? pairedRelativeDifference : pairedDifference)(pair, floorOf(metric, sums));
    }
    const sides = {
      baseline: { requests: denominators.baseline, sum: pair.baseline },
      candidate: { requests: denominators.candidate, sum: pair.candidate },
    };
    return (quantity === 'relative' ? pairedRatioRelativeDifference : pairedRatioDifference)(sides, {
      zeroOne: isZeroOne(metric, sums),
    });
  }

  async served(
    metric: NamedMean,
    slices: Readonly<Record<Role, Slice>>,
    quantity: ComparedQuantity,
  ): Promise<Linearized | Uncomputable> {
    const { baseline } = await this.#read(metric, slices.baseline);
    const sums = await this.#read(metric, slices.candidate);
    const compare = quantity === 'relative' ? servedRelativeDifference : servedDifference;
    return compare(baseline, sums.candidate, floorOf(metric, sums));
  }

  async postStratified(metric: NamedMean, dimensions: readonly string[]): Promise<PostStratified | Uncomputable> {
    const sides = await this.#sums.segmented(metric.id, dimensions);
    const { baseline, candidate, segments } = sides;
    return postStratifiedDifference(baseline, candidate, segments, { zeroOne: isZeroOne(metric, sides) });
  }

  async topUnitsShare(metric: NamedMean, slice: Slice): Promise<number | Uncomputable> {
    const { candidate } = await this.#read(metric, slice);
    return topUnitsShare(candidate.sum);
  }

  async usable(metric: NamedMean, slice: Slice, role: Role): Promise<UsableCounts> {
    const sums = await this.#read(metric, slice);
    return { unusable: sums.unusable[role], counted: sums[role].requests.reduce((sum, count) => sum + count, 0) };
  }

  #read({ id }: NamedMean, slice: Slice): Promise<UnitSums> {
    const key = JSON.stringify([id, slice.cohort, slice.segment]);
    if (this.#last?.key !== key) this.#last = { key, sums: this.#sums.slice(id, slice) };
    return this.#last.sums;
  }
}

/** Values that turned out to be 0 and 1 so far are no promise of a metric that has a range of its own. */
function isZeroOne({ zeroOne, definition }: NamedMean, found: { readonly zeroOne: boolean }): boolean {
  return zeroOne || (definition.range === undefined && found.zeroOne);
}

function floorOf(metric: NamedMean, found: { readonly zeroOne: boolean }): FloorOptions {
  return { zeroOne: isZeroOne(metric, found), range: metric.definition.range };
}
