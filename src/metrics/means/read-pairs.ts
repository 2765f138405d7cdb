import type { Uncomputable } from '../../stats/result.ts';
import type { FloorOptions } from '../../stats/sums/contribution-sums.ts';
import { type ComparedQuantity, noRatio, type PairedSums, type PairTotals } from '../../stats/sums/paired-sums.ts';
import type { RequestTotals } from '../../stats/sums/sample.ts';
import type { ProportionSums, SampleSums, SideSums } from '../../stats/sums/sample-sums.ts';
import {
  readContributions,
  readResiduals,
  residualSql,
  type UnitTable,
  type UnitTotals,
  unitTotals,
} from './unit-totals.ts';
import type { UnitRows } from './unit-sum-tables.ts';

/** Expressions for what a version has by unit. */
export interface SideColumns {
  readonly requests: string;
  readonly sum: string;
}

/** Adds up one side in the database, as `sideSums` does in memory. */
export async function readSide(
  units: UnitTable,
  columns: SideColumns,
  floor: FloorOptions,
): Promise<SideSums | Uncomputable> {
  const totals = await unitTotals(units, columns.requests, [columns.sum]);
  return totals.kind === 'uncomputable' ? totals : await sideOf(units, columns, totals, floor);
}

/** Adds up one side of events in the database, as `proportionSums` does in memory. */
export async function readProportion(units: UnitTable, columns: SideColumns): Promise<ProportionSums | Uncomputable> {
  const sums = await readSide(units, columns, { zeroOne: true });
  if (sums.kind === 'uncomputable') return sums;
  const { contributions } = sums;
  if (contributions === undefined) throw new RangeError('contributions were added up');
  return { ...sums, contributions };
}

/** Adds up one side and the residuals of its mean in the database, as `sampleSums` does in memory. */
export async function readSample(
  units: UnitTable,
  columns: SideColumns,
  floor: FloorOptions,
): Promise<SampleSums | Uncomputable> {
  const totals = await unitTotals(units, columns.requests, [columns.sum]);
  if (totals.kind === 'uncomputable') return totals;
  const side = await sideOf(units, columns, totals, floor);
  const mean = side.column.sum / totals.requests.requests;
  const residual = residualSql(
    requestSize(columns.requests, totals.requests),
    { sql: columns.sum, largest: side.column.largest },
    mean,
  );
  return { ...side, residuals: await readResiduals(units, columns.requests, residual) };
}

async function sideOf(
  units: UnitTable,
  { requests, sum }: SideColumns,
  totals: UnitTotals,
  { zeroOne = false, range }: FloorOptions,
): Promise<SideSums> {
  const [column] = totals.columns;
  if (column === undefined) throw new RangeError('one column was added up');
  const mean = column.sum / totals.requests.requests;
  const contributions = zeroOne
    ? await readContributions(
        units,
        requests,
        { total: sum, squares: sum, mean, largest: column.largest },
        totals.requests,
      )
    : undefined;
  return { kind: 'sums', totals: totals.requests, column, contributions, ...(range === undefined ? {} : { range }) };
}

/** Adds up a pair with the residuals of its difference or of its ratio, as `pairedSums` does in memory. */
export async function readPair(
  rows: UnitRows,
  { zeroOne = false, range }: FloorOptions,
  quantity: ComparedQuantity,
): Promise<PairedSums | Uncomputable> {
  const names = ['pairedRequests', 'pairedBaseline', 'pairedCandidate'] as const;
  const [requests, left, right] = names.map((name) => rows.column(name));
  if (requests === undefined || left === undefined || right === undefined) throw new RangeError('three columns');
  const moved = `(${right} - ${left})`;
  const added = await unitTotals(rows, requests, [left, right, moved]);
  if (added.kind === 'uncomputable') return added;
  const [baseline, candidate, difference] = added.columns;
  if (baseline === undefined || candidate === undefined || difference === undefined) throw new RangeError('three sums');
  const pair: PairTotals = {
    kind: 'pair',
    totals: added.requests,
    baseline,
    candidate,
    difference: difference.sum,
  };
  const mean = difference.sum / added.requests.requests;
  const obstacle = quantity === 'relative' ? noRatio(pair) : undefined;
  if (obstacle !== undefined) return obstacle;
  const residual =
    quantity === 'relative'
      ? residualSql({ sql: left, ...baseline }, { sql: right, ...candidate }, candidate.sum / baseline.sum)
      : residualSql(requestSize(requests, added.requests), { sql: moved, ...difference }, mean);
  return {
    ...pair,
    residuals: await readResiduals(rows, requests, residual),
    contributions: zeroOne
      ? await readContributions(
          rows,
          requests,
          { total: moved, squares: `abs(${moved})`, mean, largest: difference.largest },
          added.requests,
        )
      : undefined,
    ...(range === undefined ? {} : { range }),
  };
}

/** A unit's requests as the size of a residual. */
export function requestSize(sql: string, { requests, largest }: RequestTotals) {
  return { sql, sum: requests, largest };
}
