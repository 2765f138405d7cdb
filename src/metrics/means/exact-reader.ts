import type { Role } from '../../domain/role.ts';
import type { Uncomputable } from '../../stats/result.ts';
import type { HeaviestSums } from '../../stats/sums/heaviest-sums.ts';
import type { ComparedQuantity, PairedSums } from '../../stats/sums/paired-sums.ts';
import type { RatioSums } from '../../stats/sums/ratio-sums.ts';
import type { ProportionSums, SampleSums } from '../../stats/sums/sample-sums.ts';
import type { StratifiedSides } from '../../stats/sums/stratified-sums.ts';
import type { TalliedUsers } from '../../stats/sums/user-tally.ts';
import type { Slice } from '../table/slice.ts';
import { DatabaseGroups } from './database-groups.ts';
import type { CutCounts, UnitAdder, UsableCounts } from './mean-measurer.ts';
import type { NamedMean } from './named-mean.ts';
import { isWhole } from './sum-columns.ts';
import type { UnitSumTables } from './unit-sum-tables.ts';
import { WholeReader } from './whole-reader.ts';

type Others = Omit<UnitAdder, 'cut' | 'tally'>;

/** Takes metrics of whole numbers from exact sums, and the others from units. */
export class ExactReader implements UnitAdder {
  readonly #whole: WholeReader;
  readonly #others: Others;

  /** @param others adds up the metrics whose values are any numbers, and what sums by number of requests do not tell. */
  constructor(tables: UnitSumTables, others: Others) {
    this.#whole = new WholeReader(new DatabaseGroups(tables));
    this.#others = others;
  }

  async own(metric: NamedMean, slice: Slice): Promise<SampleSums | ProportionSums | Uncomputable> {
    return await this.#adderOf(metric).own(metric, slice);
  }

  async sample(metric: NamedMean, slice: Slice, role: Role): Promise<SampleSums | Uncomputable> {
    return await this.#adderOf(metric).sample(metric, slice, role);
  }

  async pair(
    metric: NamedMean,
    slice: Slice,
    quantity: ComparedQuantity,
  ): Promise<PairedSums | RatioSums | Uncomputable> {
    return await this.#adderOf(metric).pair(metric, slice, quantity);
  }

  async stratified(metric: NamedMean, dimensions: readonly string[]): Promise<StratifiedSides | Uncomputable> {
    return await this.#others.stratified(metric, dimensions);
  }

  async heaviest(metric: NamedMean, slice: Slice): Promise<HeaviestSums> {
    return await this.#others.heaviest(metric, slice);
  }

  async cut(metric: NamedMean, slice: Slice, role: Role): Promise<CutCounts> {
    return await this.#whole.cut(metric, slice, role);
  }

  async usable(metric: NamedMean, slice: Slice, role: Role): Promise<UsableCounts> {
    return await this.#adderOf(metric).usable(metric, slice, role);
  }

  async tally(metric: NamedMean, slice: Slice): Promise<readonly TalliedUsers[]> {
    return await this.#whole.tally(metric, slice);
  }

  #adderOf({ definition }: NamedMean): Pick<UnitAdder, 'own' | 'sample' | 'pair' | 'usable'> {
    return isWhole(definition) ? this.#whole : this.#others;
  }
}
