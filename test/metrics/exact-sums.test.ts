import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDatabase } from '../../src/database/database.ts';
import { TableMeasurer } from '../../src/metrics/measurer.ts';
import type { Measured } from '../../src/metrics/table/estimate.ts';
import { pairedDifference, pairedRelativeDifference } from '../../src/stats/estimates/paired-difference.ts';
import { type ComparedQuantity, pairedSums } from '../../src/stats/sums/paired-sums.ts';
import { metricOf } from './measure.ts';

const units = 300;

/** What a unit's one request takes, in ms: of most about as much as given, and of every tenth a thousandth of it. */
function latencyOf(unit: number, side: number, ms: number): number {
  const own = ms * (1 + 0.4 * Math.sin(unit * (12.9 + side)));
  return Math.round(unit % 10 === 0 ? own / 1000 : own);
}

async function measured(ms: number, quantity: ComparedQuantity): Promise<Measured> {
  const db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-exact-')) });
  onTestFinished(() => db.close());
  const rows = Array.from({ length: units }, (_, unit) => {
    const [left, right] = [0, 1].map((side) => `${latencyOf(unit, side, ms)}000000::BIGINT`);
    return `(${unit}, ${unit % 4 === 0}, ${left}, ${right})`;
  });
  await db.run(
    `CREATE TABLE judged AS SELECT unit_index, in_canary, baseline_latency_ns, candidate_latency_ns
     FROM (VALUES ${rows.join(', ')}) AS made(unit_index, in_canary, baseline_latency_ns, candidate_latency_ns)`,
  );
  const metric = metricOf('latency.mean');
  const measurer = await TableMeasurer.over({ db, name: 'judged' }, [metric]);
  return await measurer.measure({ metric, comparison: 'paired', slice: { cohort: 'all', segment: null } }, quantity);
}

test.each([
  ['a second', 1e3],
  ['an hour, whose cubes do not fit in the whole numbers of the database', 3.6e6],
  ['a century, whose sum of squares does not', 3.1e12],
])('latency of %s a user is added up exactly', async (_name, ms) => {
  for (const quantity of ['difference', 'relative'] as const) {
    const columnOf = (side: number) => Float64Array.from({ length: units }, (_, unit) => latencyOf(unit, side, ms));
    const sample = { requests: new Float64Array(units).fill(1), baseline: columnOf(0), candidate: columnOf(1) };
    const inDoubles = (quantity === 'relative' ? pairedRelativeDifference : pairedDifference)(
      pairedSums(sample, quantity, {}),
    );
    const exact = await measured(ms, quantity);
    if (exact.kind !== 'linearized' || inDoubles.kind !== 'linearized') throw new Error('both are computed');
    expect(exact.value / inDoubles.value).toBeCloseTo(1, 10);
    expect(exact.skewness / inDoubles.skewness).toBeCloseTo(1, 6);
  }
});
