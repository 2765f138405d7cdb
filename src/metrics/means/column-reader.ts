import type { Role } from '../../domain/role.ts';
import type { Uncomputable } from '../../stats/result.ts';
import type { FloorOptions } from '../../stats/sums/contribution-sums.ts';
import { type HeaviestSums, heaviestSums } from '../../stats/sums/heaviest-sums.ts';
import { type ComparedQuantity, type PairedSums, pairedSums } from '../../stats/sums/paired-sums.ts';
import { type RatioSums, ratioSums } from '../../stats/sums/ratio-sums.ts';
import { type ProportionSums, proportionSums, type SampleSums, sampleSums } from '../../stats/sums/sample-sums.ts';
import { type StratifiedSides, stratifiedSides } from '../../stats/sums/stratified-sums.ts';
import { type TalliedUsers, userTally } from '../../stats/sums/user-tally.ts';
import type { Slice } from '../table/slice.ts';
import type { NamedMean, UnitAdder, UsableCounts } from './mean-measurer.ts';
import type { UnitSums, UnitSumSource } from './unit-sums.ts';

/** Adds up units in memory, one metric and slice at a time. */
export class ColumnReader implements UnitAdder {
  readonly #sums: UnitSumSource;
  /** What was read last, since one slice is asked about several times in a row. */
  #last: { readonly key: string; readonly sums: Promise<UnitSums> } | undefined;

  constructor(sums: UnitSumSource) {
    this.#sums = sums;
  }

  async own(metric: NamedMean, slice: Slice): Promise<SampleSums | ProportionSums | Uncomputable> {
    const sums = await this.#read(metric, slice);
    return isZeroOne(metric, sums) ? proportionSums(sums.candidate) : sampleSums(sums.candidate, floorOf(metric, sums));
  }

  async sample(metric: NamedMean, slice: Slice, role: Role): Promise<SampleSums | Uncomputable> {
    const sums = await this.#read(metric, slice);
    return sampleSums(sums[role], floorOf(metric, sums));
  }

  async pair(
    metric: NamedMean,
    slice: Slice,
    quantity: ComparedQuantity,
  ): Promise<PairedSums | RatioSums | Uncomputable> {
    const sums = await this.#read(metric, slice);
    const { denominators, ...pair } = sums.paired;
    if (denominators === undefined) return pairedSums(pair, quantity, floorOf(metric, sums));
    const sides = {
      baseline: { requests: denominators.baseline, sum: pair.baseline },
      candidate: { requests: denominators.candidate, sum: pair.candidate },
    };
    return ratioSums(sides, quantity, { zeroOne: isZeroOne(metric, sums) });
  }

  async stratified(metric: NamedMean, dimensions: readonly string[]): Promise<StratifiedSides | Uncomputable> {
    const sides = await this.#sums.segmented(metric.id, dimensions);
    const { baseline, candidate, segments } = sides;
    return stratifiedSides(baseline, candidate, segments, { zeroOne: isZeroOne(metric, sides) });
  }

  async heaviest(metric: NamedMean, slice: Slice): Promise<HeaviestSums> {
    const { candidate } = await this.#read(metric, slice);
    return heaviestSums(candidate.sum);
  }

  async usable(metric: NamedMean, slice: Slice, role: Role): Promise<UsableCounts> {
    const sums = await this.#read(metric, slice);
    return { unusable: sums.unusable[role], counted: sums[role].requests.reduce((sum, count) => sum + count, 0) };
  }

  async tally(metric: NamedMean, slice: Slice): Promise<readonly TalliedUsers[]> {
    const { requests, baseline, candidate } = (await this.#read(metric, slice)).paired;
    return userTally(requests, baseline, candidate);
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
