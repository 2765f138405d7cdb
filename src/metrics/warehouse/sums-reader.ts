import type { Role } from '../../domain/role.ts';
import { type Uncomputable, uncomputable } from '../../stats/result.ts';
import type { HeaviestSums } from '../../stats/sums/heaviest-sums.ts';
import { type ComparedQuantity, noRatio, type PairedSums, type PairTotals } from '../../stats/sums/paired-sums.ts';
import { type ColumnTotals, columnTotalsOf, type RequestTotals, requestTotalsOf } from '../../stats/sums/sample.ts';
import type { ProportionSums, SampleSums } from '../../stats/sums/sample-sums.ts';
import type { TalliedUsers } from '../../stats/sums/user-tally.ts';
import {
  differenceOf,
  nearest,
  wholeContributions,
  type WholeGroup,
  wholeRatioResiduals,
  wholeResiduals,
} from '../../stats/sums/whole-sums.ts';
import { floorOptions } from '../means/floor-options.ts';
import type { CutCounts, NamedMean, UnitAdder, UsableCounts } from '../means/mean-measurer.ts';
import type { Slice } from '../table/slice.ts';
import { sideOf, type SumsTable, type UnitGroups } from './sums-table.ts';

/** Takes the sums of units that a warehouse added up. */
export class SumsReader implements UnitAdder {
  readonly #table: SumsTable;

  constructor(table: SumsTable) {
    this.#table = table;
  }

  async own(metric: NamedMean, slice: Slice): Promise<SampleSums | ProportionSums | Uncomputable> {
    const sums = await this.sample(metric, slice, 'candidate');
    if (sums.kind === 'uncomputable' || sums.contributions === undefined) return sums;
    const { residuals: _residuals, contributions, ...side } = sums;
    return { ...side, contributions };
  }

  async sample(metric: NamedMean, slice: Slice, role: Role): Promise<SampleSums | Uncomputable> {
    const { groups, kinds, largest } = this.#table.units(role, metric.id, slice);
    const { divisor } = metric.definition;
    const own = groups.map((group) => sideOf(group, role));
    const totals = requestsOf(groups);
    if (totals.kind === 'uncomputable') return totals;
    const column = columnOf(own, largest[role], divisor);
    if (column.kind === 'uncomputable') return column;
    const { zeroOne = false, range } = this.#floor(metric);
    const alike = kinds.map((kind) => ({ ...sizeOf(kind), events: eachOf(kind[role].sum, kind.units) }));
    return await Promise.resolve({
      kind: 'sums',
      totals,
      column,
      residuals: wholeResiduals(own, divisor),
      ...(zeroOne ? { contributions: wholeContributions(own, alike) } : {}),
      ...(range === undefined ? {} : { range }),
    });
  }

  async pair(metric: NamedMean, slice: Slice, quantity: ComparedQuantity): Promise<PairedSums | Uncomputable> {
    const { groups, kinds, largest } = this.#table.units('pair', metric.id, slice);
    const { divisor } = metric.definition;
    const pair = pairTotals({ groups, kinds, largest }, divisor);
    if (pair.kind === 'uncomputable') return pair;
    const obstacle = quantity === 'relative' ? noRatio(pair) : undefined;
    if (obstacle !== undefined) return obstacle;
    const { zeroOne = false, range } = this.#floor(metric);
    const differences = groups.map(differenceOf);
    const residuals =
      quantity === 'relative'
        ? wholeRatioResiduals(zeroOne ? kinds : groups, divisor)
        : wholeResiduals(differences, divisor);
    const alike = kinds.map((kind) => ({
      ...sizeOf(kind),
      events: Math.abs(eachOf(kind.candidate.sum - kind.baseline.sum, kind.units)),
    }));
    return await Promise.resolve({
      ...pair,
      residuals,
      ...(zeroOne ? { contributions: wholeContributions(differences, alike) } : {}),
      ...(range === undefined ? {} : { range }),
    });
  }

  async stratified(): Promise<Uncomputable> {
    return await Promise.resolve(uncomputable('sums do not say which segments a user has requests in'));
  }

  async heaviest(): Promise<HeaviestSums> {
    return await Promise.resolve({ all: 0, heaviest: 0, least: 0 });
  }

  async cut({ id }: NamedMean, { cohort, segment }: Slice, role: Role): Promise<CutCounts> {
    const { groups } = this.#table.units(role, id, { cohort, segment });
    const cut = groups.reduce((sum, { products }) => sum + products.once, 0n);
    return await Promise.resolve({ cut: Number(cut), counted: countOf(groups) });
  }

  async usable({ id }: NamedMean, slice: Slice, role: Role): Promise<UsableCounts> {
    const { groups } = this.#table.units(role, id, slice);
    // An answer that is not a label is a failure here, so that every request that should count does.
    return await Promise.resolve({ unusable: 0, counted: countOf(groups) });
  }

  async tally({ id }: NamedMean, slice: Slice): Promise<readonly TalliedUsers[]> {
    const counts = new Map<string, TalliedUsers>();
    for (const { requests, units, baseline, candidate } of this.#table.units('pair', id, slice).kinds) {
      const change = eachOf(candidate.sum - baseline.sum, units);
      const key = `${requests} ${change}`;
      counts.set(key, { requests, change, users: (counts.get(key)?.users ?? 0) + units });
    }
    const users = [...counts.values()].toSorted((a, b) => a.requests - b.requests || a.change - b.change);
    return await Promise.resolve(users);
  }

  #floor(metric: NamedMean) {
    const [value] = this.#table.rows('value', metric.id, '');
    const { b_largest: left = 0n, c_largest: right = 0n } = value?.numbers ?? {};
    const largest = Number(left > right ? left : right) / metric.definition.divisor;
    return floorOptions(metric, { zeroOne: false, largest });
  }
}

function sizeOf({ requests, units }: { readonly requests: number; readonly units: number }) {
  return { requests, units };
}

/** What each of some units that are alike has. */
function eachOf(sum: bigint, units: number): number {
  return Number(sum / BigInt(units));
}

function countOf(groups: UnitGroups['groups']): number {
  return groups.reduce((sum, { requests, units }) => sum + requests * units, 0);
}

function requestsOf(groups: UnitGroups['groups']): RequestTotals | Uncomputable {
  return requestTotalsOf({
    units: groups.reduce((sum, { units }) => sum + units, 0),
    sum: countOf(groups),
    sumOfSquares: groups.reduce((sum, { requests, units }) => sum + requests * requests * units, 0),
    largest: groups.at(-1)?.requests ?? 0,
  });
}

/** None of the metrics that a warehouse adds up is ever below 0, so that a sum is the sum of sizes too. */
function columnOf(groups: readonly WholeGroup[], largest: bigint, divisor: number): ColumnTotals | Uncomputable {
  const scale = BigInt(divisor);
  const sum = nearest(
    groups.reduce((all, group) => all + group.sum, 0n),
    scale,
  );
  const squares = groups.reduce((all, group) => all + group.squares, 0n);
  return columnTotalsOf({
    sum,
    sumOfSquares: nearest(squares, scale ** 2n),
    sumOfSizes: sum,
    largest: nearest(largest, scale),
  });
}

function pairTotals({ groups, largest }: UnitGroups, divisor: number): PairTotals | Uncomputable {
  const totals = requestsOf(groups);
  if (totals.kind === 'uncomputable') return totals;
  const [baseline, candidate] = (['baseline', 'candidate'] as const).map((role) =>
    columnOf(
      groups.map((group) => sideOf(group, role)),
      largest[role],
      divisor,
    ),
  );
  if (baseline === undefined || candidate === undefined) throw new RangeError('two sides');
  if (baseline.kind === 'uncomputable') return baseline;
  if (candidate.kind === 'uncomputable') return candidate;
  const difference = groups.reduce((sum, group) => sum + group.candidate.sum - group.baseline.sum, 0n);
  return { kind: 'pair', totals, baseline, candidate, difference: nearest(difference, BigInt(divisor)) };
}
