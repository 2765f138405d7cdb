import { quoteLiteral } from '../../database/database.ts';
import { type QuantileWindow, quantileWindowOf } from '../../stats/estimates/clustered-quantile.ts';
import type { PairedIndicators } from '../../stats/estimates/paired-indicators.ts';
import type { Refusal, Uncomputable } from '../../stats/result.ts';
import { wideSumSql } from '../table/exact-sum.ts';
import { readSample } from '../means/read-pairs.ts';
import type { QuantileCountsTable } from './quantile-counts.ts';
import { constantSide, countedWindows, type QuantilePoint, type QuantileWindows } from './quantile-reader.ts';
import { readContributions, type ResidualSql, residualSql, type UnitTable, wholeSum } from '../means/unit-totals.ts';

/** Brings counts by unit into memory, and reads what they say of the quantiles of every value of the dimension. */
export async function windowsInMemory({
  values,
  name,
  probability,
  points,
}: QuantileCountsTable): Promise<ReadonlyMap<string, QuantileWindows>> {
  const { db } = values.judged;
  const sides = [...values.subject.sides.keys()];
  const sizes = await db.columns(
    `SELECT segment, count(*)::DOUBLE AS units FROM ${name} GROUP BY segment ORDER BY segment`,
  );
  const columns = ['requests', ...sides.flatMap((side) => [`at_most${side}`, `beyond${side}`])];
  const rows = await db.columns(`SELECT ${columns.join(', ')} FROM ${name} ORDER BY segment, unit_index`);
  const windows = new Map<string, QuantileWindows>();
  let start = 0;
  for (const [row, text] of sizes.strings('segment').entries()) {
    const end = start + (sizes.numbers('units')[row] ?? 0);
    const [from, segment] = [start, text ?? ''];
    const ofSegment = (column: string) => rows.numbers(column).slice(from, end);
    windows.set(
      segment,
      countedWindows(probability, points.get(segment) ?? [], {
        requests: ofSegment('requests'),
        atMost: sides.map((side) => ofSegment(`at_most${side}`)),
        unitsBeyond: sides.map((side) => ofSegment(`beyond${side}`).filter((count) => count > 0).length),
      }),
    );
    start = end;
  }
  return windows;
}

/** Lets the database add up counts by unit, on the requests of one value of the dimension. */
export async function windowsInDatabase(
  { values, name, probability }: QuantileCountsTable,
  segment: string,
  points: readonly QuantilePoint[],
): Promise<QuantileWindows> {
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
}

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
