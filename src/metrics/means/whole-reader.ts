import type { Role } from '../../domain/role.ts';
import type { Uncomputable } from '../../stats/result.ts';
import type { FloorOptions } from '../../stats/sums/contribution-sums.ts';
import { type ComparedQuantity, noRatio, type PairedSums, type PairTotals } from '../../stats/sums/paired-sums.ts';
import type { ResidualSums } from '../../stats/sums/residual-sums.ts';
import { type ColumnTotals, columnTotalsOf, type RequestTotals, requestTotalsOf } from '../../stats/sums/sample.ts';
import type { ProportionSums, SampleSums } from '../../stats/sums/sample-sums.ts';
import type { TalliedUsers } from '../../stats/sums/user-tally.ts';
import {
  alikeRatioResiduals,
  differenceOf,
  nearest,
  wholeContributions,
  type WholeGroup,
  type WholePair,
  wholeRatioResiduals,
  wholeResiduals,
} from '../../stats/sums/whole-sums.ts';
import type { Slice } from '../table/slice.ts';
import { floorOptions } from './floor-options.ts';
import type { CutCounts, UsableCounts } from './mean-measurer.ts';
import type { NamedMean } from './named-mean.ts';
import { eachOf, sideOf, type UnitGroups, type UnitGroupSource } from './unit-groups.ts';

/** The one place where whole sums of units become doubles, whoever added them up: a log and a warehouse that hold the same give the same bits. */
export class WholeReader {
  readonly #source: UnitGroupSource;

  constructor(source: UnitGroupSource) {
    this.#source = source;
  }

  async own(metric: NamedMean, slice: Slice): Promise<SampleSums | ProportionSums | Uncomputable> {
    const sums = await this.sample(metric, slice, 'candidate');
    if (sums.kind === 'uncomputable' || sums.contributions === undefined) return sums;
    const { residuals: _residuals, contributions, ...side } = sums;
    return { ...side, contributions };
  }

  async sample(metric: NamedMean, slice: Slice, role: Role): Promise<SampleSums | Uncomputable> {
    const { groups, kinds, largest } = await this.#source.units(metric, role, slice);
    const { divisor } = metric.definition;
    const own = groups.map((group) => sideOf(group, role));
    const totals = requestsOf(groups);
    if (totals.kind === 'uncomputable') return totals;
    const column = columnOf(own, largest[role], divisor);
    if (column.kind === 'uncomputable') return column;
    const { zeroOne = false, range } = await this.#floor(metric);
    const alike = kinds.map((kind) => ({ ...sizeOf(kind), events: eachOf(kind[role].sum, kind.units) }));
    return {
      kind: 'sums',
      totals,
      column,
      residuals: wholeResiduals(own, divisor),
      ...(zeroOne ? { contributions: wholeContributions(own, alike) } : {}),
      ...(range === undefined ? {} : { range }),
    };
  }

  async pair(metric: NamedMean, slice: Slice, quantity: ComparedQuantity): Promise<PairedSums | Uncomputable> {
    const units = await this.#source.units(metric, 'pair', slice);
    const { groups, kinds } = units;
    const { divisor } = metric.definition;
    const pair = pairTotals(units, divisor);
    if (pair.kind === 'uncomputable') return pair;
    const obstacle = quantity === 'relative' ? noRatio(pair) : undefined;
    if (obstacle !== undefined) return obstacle;
    const { zeroOne = false, range } = await this.#floor(metric);
    const differences = groups.map(differenceOf);
    const alike = kinds.map((kind) => ({
      ...sizeOf(kind),
      events: Math.abs(eachOf(kind.candidate.sum - kind.baseline.sum, kind.units)),
    }));
    return {
      ...pair,
      residuals:
        quantity === 'difference'
          ? wholeResiduals(differences, divisor)
          : await this.#ratioResiduals(metric, slice, kinds, zeroOne),
      ...(zeroOne ? { contributions: wholeContributions(differences, alike) } : {}),
      ...(range === undefined ? {} : { range }),
    };
  }

  async cut(metric: NamedMean, slice: Slice, role: Role): Promise<CutCounts> {
    return await this.#source.counts(metric, slice, role);
  }

  async usable(metric: NamedMean, slice: Slice, role: Role): Promise<UsableCounts> {
    return await this.#source.counts(metric, slice, role);
  }

  async tally(metric: NamedMean, slice: Slice): Promise<readonly TalliedUsers[]> {
    const counts = new Map<string, TalliedUsers>();
    const { kinds } = await this.#source.units(metric, 'pair', slice);
    for (const { requests, units, baseline, candidate } of kinds) {
      const change = eachOf(candidate.sum - baseline.sum, units);
      const key = `${requests} ${change}`;
      counts.set(key, { requests, change, users: (counts.get(key)?.users ?? 0) + units });
    }
    return [...counts.values()].toSorted((a, b) => a.requests - b.requests || a.change - b.change);
  }

  async #ratioResiduals(
    metric: NamedMean,
    slice: Slice,
    kinds: readonly WholePair[],
    zeroOne: boolean,
  ): Promise<ResidualSums> {
    return zeroOne
      ? alikeRatioResiduals(kinds)
      : wholeRatioResiduals(await this.#source.ratios(metric, slice), metric.definition.divisor);
  }

  async #floor(metric: NamedMean): Promise<FloorOptions> {
    return floorOptions(metric, { zeroOne: false, largest: await this.#source.largest(metric) });
  }
}

function sizeOf({ requests, units }: { readonly requests: number; readonly units: number }) {
  return { requests, units };
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

/** No metric of whole numbers is ever below 0, so that a sum is the sum of sizes too. */
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
