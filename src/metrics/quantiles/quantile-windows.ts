import { quoteLiteral } from '../../database/database.ts';
import { type QuantileWindow, quantileWindowOf } from '../../stats/estimates/clustered-quantile.ts';
import type { PairedIndicators } from '../../stats/estimates/paired-indicators.ts';
import type { Refusal, Uncomputable } from '../../stats/result.ts';
import { wideSumSql } from '../table/exact-sum.ts';
import { readSample } from '../means/read-pairs.ts';
import type { QuantileCountsTable } from './quantile-counts.ts';
import { constantSide, countedWindows, type QuantilePoint, type QuantileWindows } from './quantile-reader.ts';
import { readContributions, type ResidualSql, residualSql, type UnitTable, wholeSum } from '../means/unit-totals.ts';

/** Reads what units say of quantiles, on the requests of one value of the dimension. */
type ReadWindows = (
  counts: QuantileCountsTable,
  segment: string,
  points: readonly QuantilePoint[],
) => Promise<QuantileWindows>;

/** Brings counts by unit into memory. */
export const windowsInMemory: ReadWindows = async ({ values, name, probability }, segment, points) => {
  const columns = points.map((_, side) => `at_most${side}`);
  const beyond = points.map((_, side) => `beyond${side}`);
  const rows = await values.judged.db.columns(
    `SELECT requests, ${[...columns, ...beyond].join(', ')} FROM ${name} WHERE segment = ${quoteLiteral(segment)} ORDER BY unit_index`,
  );
  const atMost = columns.map((column) => rows.numbers(column));
  const unitsBeyond = beyond.map((column) => rows.numbers(column).filter((count) => count > 0).length);
  return countedWindows(probability, points, { requests: rows.numbers('requests'), atMost, unitsBeyond });
};

/** Lets the database add up counts by unit. */
export const windowsInDatabase: ReadWindows = async ({ values, name, probability }, segment, points) => {
  const { db } = values.judged;
  const units: UnitTable = { db, table: name, condition: `segment = ${quoteLiteral(segment)}` };
  const beyond = points.map((_, side) => `count(*) FILTER (WHERE beyond${side} > 0)::DOUBLE AS beyond${side}`);
  const sizes = await db.columns(
    `SELECT count(*)::DOUBLE AS units, ${wholeSum('requests')} AS requests, ${beyond.join(', ')}
     FROM ${name} WHERE ${units.condition}`,
  );
  const number = (column: string) => sizes.numbers(column)[0] ?? Number.NaN;
  const windows: (QuantileWindow | Refusal | Uncomputable)[] = [];
  for (const [side, { value, heaviest, isConstant }] of points.entries()) {
    const columns = { requests: 'requests', sum: `at_most${side}` };
    windows.push(
      isConstant
        ? constantSide
        : quantileWindowOf(await readSample(units, columns, {}), {
            probability,
            quantile: value,
            heaviest,
            unitsBeyond: number(`beyond${side}`),
          }),
    );
  }
  const [baseline, candidate] = windows.filter((window): window is QuantileWindow => window.kind === 'window');
  const size = { units: number('units'), requests: number('requests') };
  return baseline === undefined || candidate === undefined
    ? { size, windows }
    : { size, windows, pairing: await readPairing(units, baseline, candidate) };
};

/** Adds up in the database what `pairedIndicators` does in memory. */
async function readPairing(
  units: UnitTable,
  baseline: QuantileWindow,
  candidate: QuantileWindow,
): Promise<PairedIndicators> {
  const [left, right] = [indicatorResidual('at_most0', baseline), indicatorResidual('at_most1', candidate)];
  const rows = await units.db.columns(
    `SELECT ${wideSumSql(`${left.sql} * ${right.sql}`, left.largest * right.largest)} AS products
     FROM ${units.table} WHERE ${units.condition}`,
  );
  const { totals } = candidate;
  const contributions = {
    total: '(at_most1 - at_most0)',
    squares: 'abs(at_most1 - at_most0)',
    mean: candidate.share - baseline.share,
    largest: totals.largest,
  };
  return {
    products: rows.numbers('products')[0] ?? Number.NaN,
    crossed: await readContributions(units, 'requests', contributions, totals),
  };
}

/** A unit has at most its requests at or below a quantile. */
function indicatorResidual(atMost: string, { totals, share }: QuantileWindow): ResidualSql {
  const size = { sql: 'requests', largest: totals.largest, sum: totals.requests };
  return residualSql(size, { sql: atMost, largest: totals.largest }, share);
}
