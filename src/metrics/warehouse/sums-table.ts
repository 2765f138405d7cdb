import type { SumsColumn } from '../../domain/log/warehouse-table.ts';
import type { Role } from '../../domain/role.ts';
import type { WholeGroup, WholePair } from '../../stats/sums/whole-sums.ts';
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
    lost: numberOf('lost'),
  };
}

/** Units of a metric and a slice by their number of requests, in its order. */
export interface UnitGroups {
  /** Both sides of them; a side that was not asked for is 0. */
  readonly groups: readonly (WholePair & { readonly largest: bigint })[];
  /** The same, each with units that are alike where the metric is made of 0 and 1. */
  readonly kinds: readonly (WholePair & { readonly largest: bigint })[];
  readonly largest: Readonly<Record<Role, bigint>>;
}

/** The rows of a query's result, by what they are about. */
export class SumsTable {
  readonly #rows = new Map<string, SumsRow[]>();

  constructor(rows: readonly SumsRow[]) {
    for (const row of rows) {
      const key = keyOf(row.part, row.metric, row.dimension);
      const known = this.#rows.get(key);
      if (known === undefined) this.#rows.set(key, [row]);
      else known.push(row);
    }
  }

  /** Rows of a part: of one metric, or of all requests; by values of a dimension, or of the whole. */
  rows(part: string, metric: string, dimension: string): readonly SumsRow[] {
    return this.#rows.get(keyOf(part, metric, dimension)) ?? [];
  }

  /** The units of a slice that have requests of the part. */
  units(part: 'pair' | Role, metric: string, { cohort, segment }: Slice): UnitGroups {
    const [dimension = '', value = ''] = Object.entries(segment ?? {})[0] ?? [];
    const own = this.rows(part, metric, dimension).filter(
      (row) => row.segment === value && (cohort === 'all' || row.cohort === cohort),
    );
    return {
      groups: merged(own, (row) => String(row.numbers.requests)),
      kinds: merged(own, ({ numbers: { requests, units, b1, c1 } }) => `${requests} ${b1 / units} ${c1 / units}`),
      largest: { baseline: largestOf(own, 'b_largest'), candidate: largestOf(own, 'c_largest') },
    };
  }
}

/** The sums of one side. */
export function sideOf({ requests, units, ...sides }: WholePair, role: Role): WholeGroup {
  return { requests, units, ...sides[role] };
}

function keyOf(part: string, metric: string, dimension: string): string {
  return JSON.stringify([part, metric, dimension]);
}

function largestOf(rows: readonly SumsRow[], column: NumberColumn): bigint {
  return rows.reduce((most, { numbers }) => (numbers[column] > most ? numbers[column] : most), 0n);
}

/** Adds up the rows that have a key in common, in an order that does not depend on the database's. */
function merged(rows: readonly SumsRow[], keyOfRow: (row: SumsRow) => string) {
  const groups = new Map<string, SumsRow['numbers']>();
  for (const row of rows) {
    const key = keyOfRow(row);
    const group = groups.get(key);
    groups.set(key, group === undefined ? row.numbers : mapNumbers((column) => bothOf(group, row.numbers, column)));
  }
  return [...groups.values()].toSorted(byKind).map(pairOf);
}

function bothOf(one: SumsRow['numbers'], other: SumsRow['numbers'], column: NumberColumn): bigint {
  if (column === 'requests') return one.requests;
  const isLargest = column === 'b_largest' || column === 'c_largest';
  if (!isLargest) return one[column] + other[column];
  return one[column] > other[column] ? one[column] : other[column];
}

/** Units of one kind stand by what each of them has. */
function byKind(one: Readonly<Record<NumberColumn, bigint>>, other: Readonly<Record<NumberColumn, bigint>>): number {
  const order = [
    one.requests - other.requests,
    one.b1 * other.units - other.b1 * one.units,
    one.c1 * other.units - other.c1 * one.units,
  ];
  return Number(order.find((difference) => difference !== 0n) ?? 0n);
}

function pairOf(numbers: Readonly<Record<NumberColumn, bigint>>): WholePair & { readonly largest: bigint } {
  const { requests, units, b1, b2, b3, c1, c2, c3, bc, bbc, bcc, b_largest: largest } = numbers;
  return {
    requests: Number(requests),
    units: Number(units),
    baseline: { sum: b1, squares: b2, cubes: b3 },
    candidate: { sum: c1, squares: c2, cubes: c3 },
    products: { once: bc, baselineTwice: bbc, candidateTwice: bcc },
    largest,
  };
}
