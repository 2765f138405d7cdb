import type { Role } from '../../domain/role.ts';
import type { Uncomputable } from '../../stats/result.ts';
import { type HeaviestSums, heaviestSums } from '../../stats/sums/heaviest-sums.ts';
import { type ComparedQuantity, type PairedSums, pairedSums } from '../../stats/sums/paired-sums.ts';
import { type RatioSums, ratioSums } from '../../stats/sums/ratio-sums.ts';
import { type ProportionSums, proportionSums, type SampleSums, sampleSums } from '../../stats/sums/sample-sums.ts';
import { type StratifiedSides, stratifiedSides } from '../../stats/sums/stratified-sums.ts';
import { type TalliedUsers, userTally } from '../../stats/sums/user-tally.ts';
import type { Slice } from '../table/slice.ts';
import { floorOptions } from './floor-options.ts';
import { type CutCounts, type UnitAdder, type UsableCounts, weightedQuantity } from './mean-measurer.ts';
import { type NamedMean } from './named-mean.ts';
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
    const floor = floorOptions(metric, sums.seen);
    return floor.zeroOne === true ? proportionSums(sums.candidate) : sampleSums(sums.candidate, floor);
  }

  async sample(metric: NamedMean, slice: Slice, role: Role): Promise<SampleSums | Uncomputable> {
    const sums = await this.#read(metric, slice);
    return sampleSums(sums[role], floorOptions(metric, sums.seen));
  }

  async pair(
    metric: NamedMean,
    slice: Slice,
    quantity: ComparedQuantity,
  ): Promise<PairedSums | RatioSums | Uncomputable> {
    const sums = await this.#read(metric, slice);
    const { denominators, ...pair } = sums.paired;
    const floor = floorOptions(metric, sums.seen);
    const { root = false } = metric.definition;
    if (denominators === undefined && !root) return pairedSums(pair, quantity, floor);
    const sides = {
      baseline: { requests: denominators?.baseline ?? pair.requests, sum: pair.baseline },
      candidate: { requests: denominators?.candidate ?? pair.requests, sum: pair.candidate },
    };
    return ratioSums(sides, weightedQuantity(metric, quantity), floor);
  }

  async stratified(metric: NamedMean, dimensions: readonly string[]): Promise<StratifiedSides | Uncomputable> {
    const sides = await this.#sums.segmented(metric.id, dimensions);
    const { baseline, candidate, segments, seen } = sides;
    return stratifiedSides(baseline, candidate, segments, floorOptions(metric, seen));
  }

  async heaviest(metric: NamedMean, slice: Slice): Promise<HeaviestSums> {
    const { candidate } = await this.#read(metric, slice);
    return heaviestSums(candidate.sum);
  }

  async cut(metric: NamedMean, slice: Slice, role: Role): Promise<CutCounts> {
    const sums = await this.#read(metric, slice);
    return { cut: sums.cut[role], counted: sums[role].requests.reduce((sum, count) => sum + count, 0) };
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
