import type { SumsColumn } from '../../domain/log/warehouse-table.ts';
import type { Role } from '../../domain/role.ts';
import type { RatioGroup } from '../../stats/sums/whole-sums.ts';
import type { NamedMean } from '../means/named-mean.ts';
import {
  alikeRatios,
  alikeUnits,
  type CountedRequests,
  type GroupRow,
  type SumsPart,
  type UnitGroups,
  unitGroups,
  type UnitGroupSource,
} from '../means/unit-groups.ts';
import type { Slice } from '../table/slice.ts';

/** Columns of the result that are whole numbers. */
type NumberColumn = Exclude<
  SumsColumn,
  'plan' | 'result_rows' | 'part' | 'metric' | 'cohort' | 'dimension' | 'segment'
>;

/** One row of a query's result: whom it is about, and its whole numbers. */
export interface SumsRow {
  readonly part: string;
  readonly metric: string;
  readonly cohort: string;
  readonly dimension: string;
  readonly segment: string;
  readonly numbers: Readonly<Record<NumberColumn, bigint>>;
}

/** The numbers of a row, each by the name of its column. */
export function mapNumbers(numberOf: (column: NumberColumn) => bigint): SumsRow['numbers'] {
  return {
    requests: numberOf('requests'),
    units: numberOf('units'),
    b1: numberOf('b1'),
    b2: numberOf('b2'),
    b3: numberOf('b3'),
    c1: numberOf('c1'),
    c2: numberOf('c2'),
    c3: numberOf('c3'),
    bc: numberOf('bc'),
    bbc: numberOf('bbc'),
    bcc: numberOf('bcc'),
    b_largest: numberOf('b_largest'),
    c_largest: numberOf('c_largest'),
    cut: numberOf('cut'),
    alike: numberOf('alike'),
  };
}

/** The rows of a query's result, by what they are about. */
export class SumsTable implements UnitGroupSource {
  readonly #rows = new Map<string, SumsRow[]>();
  readonly #bySegment = new Map<string, SumsRow[]>();

  constructor(rows: readonly SumsRow[]) {
    for (const row of rows) {
      add(this.#rows, keyOf(row.part, row.metric, row.dimension), row);
      add(this.#bySegment, keyOf(row.part, row.metric, row.dimension, row.segment), row);
    }
  }

  /** Rows of a part: of one metric, or of all requests; by values of a dimension, or of the whole. */
  rows(part: string, metric: string, dimension: string): readonly SumsRow[] {
    return this.#rows.get(keyOf(part, metric, dimension)) ?? [];
  }

  async units({ id, zeroOne }: NamedMean, part: SumsPart, slice: Slice): Promise<UnitGroups> {
    return await Promise.resolve(unitGroups(this.#ofSlice(part, id, slice).map(groupOf), zeroOne));
  }

  async ratios({ id }: NamedMean, slice: Slice): Promise<readonly RatioGroup[]> {
    const pairs = this.#ofSlice('pair', id, slice);
    const all = { baseline: sumOf(pairs, 'b1'), candidate: sumOf(pairs, 'c1') };
    const own = this.#inSegment('ratio', id, slice).filter(({ cohort }) => cohort === slice.cohort);
    return await Promise.resolve(own.map(({ numbers }) => ratioOf(numbers, all)));
  }

  async counts({ id }: Pick<NamedMean, 'id'>, slice: Slice, role: Role): Promise<CountedRequests> {
    const own = this.#ofSlice(role, id, slice);
    const counted = own.reduce((sum, { numbers }) => sum + numbers.requests * numbers.units, 0n);
    // An answer that is not a label is a failure here, so that every request that should count does.
    return await Promise.resolve({ counted: Number(counted), cut: Number(sumOf(own, 'cut')), unusable: 0 });
  }

  async largest({ id, definition }: NamedMean): Promise<number> {
    const [value] = this.rows('value', id, '');
    const { b_largest: left = 0n, c_largest: right = 0n } = value?.numbers ?? {};
    return await Promise.resolve(Number(left > right ? left : right) / definition.divisor);
  }

  #ofSlice(part: SumsPart, metric: string, slice: Slice): readonly SumsRow[] {
    return this.#inSegment(part, metric, slice).filter(
      ({ cohort }) => slice.cohort === 'all' || cohort === slice.cohort,
    );
  }

  #inSegment(part: string, metric: string, { segment }: Slice): readonly SumsRow[] {
    const [dimension = '', value = ''] = Object.entries(segment ?? {})[0] ?? [];
    return this.#bySegment.get(keyOf(part, metric, dimension, value)) ?? [];
  }
}

function add(rows: Map<string, SumsRow[]>, key: string, row: SumsRow): void {
  const known = rows.get(key);
  if (known === undefined) rows.set(key, [row]);
  else known.push(row);
}

function keyOf(...names: readonly string[]): string {
  return JSON.stringify(names);
}

function sumOf(rows: readonly SumsRow[], column: NumberColumn): bigint {
  return rows.reduce((sum, { numbers }) => sum + numbers[column], 0n);
}

/** Users who are alike are told by what each has, where the powers of that may have more digits than a database's numbers. */
function groupOf({ numbers }: SumsRow): GroupRow {
  const { requests, units, alike, b1, b2, b3, c1, c2, c3, bc, bbc, bcc, b_largest: b, c_largest: c } = numbers;
  if (alike === 1n) return alikeUnits(Number(requests), Number(units), b, c);
  return {
    requests: Number(requests),
    units: Number(units),
    baseline: { sum: b1, squares: b2, cubes: b3 },
    candidate: { sum: c1, squares: c2, cubes: c3 },
    products: { once: bc, baselineTwice: bbc, candidateTwice: bcc },
    largest: { baseline: b, candidate: c },
  };
}

/** Of users who are alike the residual is worked out from what each of them has. */
function ratioOf(numbers: SumsRow['numbers'], all: Readonly<Record<Role, bigint>>): RatioGroup {
  const size = { requests: Number(numbers.requests), units: Number(numbers.units) };
  if (numbers.alike !== 1n) return { ...size, squares: numbers.b2, cubes: numbers.b3 };
  return alikeRatios(size, { baseline: numbers.b_largest, candidate: numbers.c_largest }, all);
}
