import type { MeasuredQuality, QualityPeriod } from '../../domain/drift.ts';
import { errorSize, isNumeric } from '../families/absolute-error.ts';
import { isCounted, isRight } from '../table/conditions.ts';
import { estimateAt } from '../table/estimate.ts';
import { exactSumSql, powerOfTwoScale } from '../table/exact-sum.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import { readRatios } from '../means/read-ratios.ts';
import { pairedRatioDifference, pairedRatioRelativeDifference } from '../../stats/estimates/paired-ratio-difference.ts';

const periods = 8;

/**
 * The baseline's accuracy, or of a regression its mean absolute error, in the first and the second half of the time that the
 * requests span. The model is the same, so that a change is the world's: the inputs mean something else by now.
 * @param table of judged requests with their times.
 * @param level of each bound of the change, which holds at every look.
 * @returns undefined where no truth is known.
 */
export async function measureQuality(
  { db, name }: JudgedTable,
  metric: MeasuredQuality['metric'],
  level: { readonly alpha: number; readonly plannedUnits: number },
): Promise<MeasuredQuality | undefined> {
  const [condition, value] =
    metric === 'accuracy'
      ? [isCounted('baseline'), isRight('baseline')]
      : [isNumeric('baseline'), errorSize('baseline')];
  const range = await db.columns(
    `SELECT count(*)::DOUBLE AS requests, min(epoch_ms("at"))::DOUBLE AS first, max(epoch_ms("at"))::DOUBLE AS last, max(${value})::DOUBLE AS largest
     FROM ${name} WHERE ${condition}`,
  );
  const number = (column: string) => range.numbers(column)[0] ?? Number.NaN;
  const [first, last] = [number('first'), number('last')];
  if (!(number('requests') > 0 && last > first)) return undefined;
  // The end itself is in the last part.
  const part = `least(${periods - 1}, floor((epoch_ms("at") - ${first}) / ${(last - first) / periods}))::INTEGER`;
  const scale = powerOfTwoScale(number('largest'));
  const ofPart = (from: number, to: number, suffix: string) =>
    [
      `(count(*) FILTER (WHERE part BETWEEN ${from} AND ${to}))::DOUBLE AS requests${suffix}`,
      `${exactSumSql('value', scale, `part BETWEEN ${from} AND ${to}`)} AS sum${suffix}`,
    ].join(', ');
  const counted = `(SELECT unit_index, ${part} AS part, ${value} AS value FROM ${name} WHERE ${condition})`;
  const units = `${name}_quality_by_unit`;
  await db.run(
    `CREATE OR REPLACE TABLE ${units} AS
     SELECT ${ofPart(0, periods / 2 - 1, '_first')}, ${ofPart(periods / 2, periods - 1, '_second')} FROM ${counted} GROUP BY unit_index`,
  );
  const isShare = metric === 'accuracy';
  const sums = await readRatios(
    { db, table: units, condition: 'true' },
    {
      baseline: { requests: 'requests_first', sum: 'sum_first' },
      candidate: { requests: 'requests_second', sum: 'sum_second' },
    },
    { zeroOne: isShare },
    isShare ? 'difference' : 'relative',
  );
  const measured = (isShare ? pairedRatioDifference : pairedRatioRelativeDifference)(sums);
  if (measured.kind === 'uncomputable' || measured.baseline === undefined || measured.candidate === undefined)
    return undefined;
  const { alpha, plannedUnits } = level;
  const settings = { alphaLower: alpha / 2, alphaUpper: alpha / 2, inference: 'sequential', plannedUnits } as const;
  const estimate = estimateAt(measured, settings);
  return {
    metric,
    first: measured.baseline,
    second: measured.candidate,
    change: measured.value,
    ...(estimate.kind === 'estimated' && Number.isFinite(estimate.low) ? { low: estimate.low } : {}),
    ...(estimate.kind === 'estimated' && Number.isFinite(estimate.high) ? { high: estimate.high } : {}),
    periods: await readPeriods({ db, name }, counted, scale, { first, length: (last - first) / periods }),
  };
}

async function readPeriods(
  { db }: JudgedTable,
  counted: string,
  scale: number,
  { first, length }: { readonly first: number; readonly length: number },
): Promise<QualityPeriod[]> {
  const rows = await db.columns(
    `SELECT part, count(*)::DOUBLE AS requests, ${exactSumSql('value', scale)} AS total FROM ${counted} GROUP BY part ORDER BY part`,
  );
  const [requests, totals] = [rows.numbers('requests'), rows.numbers('total')];
  return [...rows.numbers('part')].map((part, row) => ({
    from: new Date(Math.round(first + part * length)).toISOString(),
    requests: requests[row] ?? 0,
    value: (totals[row] ?? 0) / (requests[row] ?? 1),
  }));
}
