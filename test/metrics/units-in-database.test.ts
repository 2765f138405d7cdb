import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ComparisonKind } from '../../src/domain/evidence.ts';
import { type Metric, metricTraits } from '../../src/domain/metric.ts';
import type { Measured } from '../../src/metrics/table/estimate.ts';
import { selectionShares } from '../../src/metrics/families/selection-shares.ts';
import { namedMeans } from '../../src/metrics/means/named-mean.ts';
import { RequestSums } from '../../src/metrics/means/request-sums.ts';
import type { SharedSums } from '../../src/metrics/means/unit-sum-tables.ts';
import { TableMeasurer } from '../../src/metrics/measurer.ts';
import { createLaterTable } from '../../src/metrics/table/judged-periods.ts';
import type { JudgedTable } from '../../src/metrics/table/judged-table.ts';
import type { Slice } from '../../src/metrics/table/slice.ts';
import { type Database, openDatabase, quoteIdentifier } from '../../src/database/database.ts';
import { isWhole, runsOf } from '../fixtures/tiers.ts';
import { judgedDatabase, type JudgedRow, type RowOutcome } from './judged-rows.ts';
import { metricOf } from './measure.ts';

const every = [
  'latency.mean',
  'latency.p50',
  'error_rate',
  'accuracy',
  'precision(yes)',
  'fpr',
  'recall(yes)',
  'log_loss',
  'mae',
  'agreement',
  'kpi.revenue',
];
const some = ['latency.mean', 'latency.p50', 'precision(yes)', 'kpi.revenue'];
const guarded = (isWhole ? every : some).map(metricOf);
/** What the check `selection` asks of some of them, which is measured apart from them. */
const selected = ['latency.mean', 'precision(yes)', 'recall(yes)', 'mae'].map(metricOf);
const metrics = [...guarded, ...selectionShares(selected, 'paired')];

const slices: readonly (readonly [ComparisonKind, Slice])[] = [
  ['paired', { cohort: 'all', segment: null }],
  ['paired', { cohort: 'canary', segment: { locale: 'de' } }],
  ['served', { cohort: 'canary', segment: null }],
  ['served', { cohort: 'canary', segment: { locale: 'de' } }],
];

/** Everything that is measured on a table, by name. */
async function everything(
  db: Database,
  unitsInMemory: number,
  measured: readonly Metric[] = guarded,
  { judged = { db, name: 'judged' }, shared }: { judged?: JudgedTable; shared?: SharedSums } = {},
): Promise<ReadonlyMap<string, unknown>> {
  const measurer = await TableMeasurer.over(judged, measured, { unitsInMemory, shared });
  const found = new Map<string, unknown>();
  for (const metric of measured) {
    for (const [comparison, slice] of slices) {
      const subject = { metric, comparison, slice };
      const name = [metric.id, comparison, JSON.stringify(slice.segment)].join(' ');
      for (const quantity of ['own', 'difference', 'relative'] as const) {
        found.set(`${name} ${quantity}`, rounded(await measurer.measure(subject, quantity)));
      }
      found.set(`${name} top`, await measurer.tails(subject));
      if (metricTraits(metric).zeroOne) found.set(`${name} users`, await measurer.tally(subject));
    }
    found.set(`${metric.id} same mix`, await measurer.postStratified(metric, ['locale']));
  }
  return found;
}

/** Squares of what is only rounding differ between two ways to add up; no number that anybody reads rests on them. */
function rounded(measured: Measured): Measured {
  if (measured.kind !== 'linearized' || measured.standardError > 1e-12 * (1 + Math.abs(measured.value)))
    return measured;
  return { ...measured, standardError: 0, skewness: 0 };
}

/** Where two results differ: in kind, words or shape, or a number beyond its ninth digit. */
function differences(one: unknown, other: unknown, path: string): string[] {
  if (typeof one === 'object' && one !== null && typeof other === 'object' && other !== null) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].flatMap((key) => differences(Reflect.get(one, key), Reflect.get(other, key), `${path}.${key}`));
  }
  const alike =
    typeof one === 'number' && typeof other === 'number'
      ? Math.abs(one - other) <= 1e-9 * Math.abs(one) + 1e-12
      : one === other;
  return alike ? [] : [`${path}: ${String(one)} ${String(other)}`];
}

function allDifferences(inMemory: ReadonlyMap<string, unknown>, inDatabase: ReadonlyMap<string, unknown>): string[] {
  const names = new Set([...inMemory.keys(), ...inDatabase.keys()]);
  return [...names].flatMap((name) => differences(inMemory.get(name), inDatabase.get(name), name));
}

const outcome: fc.Arbitrary<RowOutcome | undefined> = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 1 },
  { arbitrary: fc.record({ error: fc.constant('timeout'), latencyMs: fc.integer({ min: 1, max: 99 }) }), weight: 1 },
  {
    arbitrary: fc.record(
      {
        label: fc.constantFrom('yes', 'no'),
        latencyMs: fc.double({ min: 0.5, max: 500, noNaN: true }),
        value: fc.double({ min: -100, max: 100, noNaN: true }),
        true_score: fc.double({ min: 0.01, max: 1, noNaN: true }),
      },
      { requiredKeys: ['label', 'value', 'true_score'] },
    ),
    weight: 8,
  },
);

const row: fc.Arbitrary<JudgedRow> = fc
  .record({
    unit: fc.nat(59),
    locale: fc.constantFrom('de', 'fr', 'it'),
    label: fc.constantFrom('yes', 'no', '7'),
    baseline: outcome,
    candidate: outcome,
    revenue: fc.double({ min: -10, max: 1e6, noNaN: true }),
  })
  .map(({ unit, baseline, candidate, ...rest }) => ({
    ...rest,
    unit,
    inCanary: unit % 3 === 0,
    ...(baseline === undefined ? {} : { baseline }),
    ...(candidate === undefined ? {} : { candidate }),
  }));

const someMetrics = fc.subarray(metrics, { minLength: 2, maxLength: 2 });

/** A log in which few units have most of the requests, as in any real one. */
function skewedLog(answeredBy: 'both' | 'one'): string {
  const columnsOf = (role: 'baseline' | 'candidate', side: number) => {
    const present = answeredBy === 'both' ? 'true' : `(unit_index % 4 ${role === 'candidate' ? '=' : '<>'} 0)`;
    return `${present} AS ${role}_present, true AS ${role}_errors_known,
      CASE WHEN ${present} THEN
        (4e7 * exp(0.5 * sin(unit_index * ${12.9 + side}) + 0.4 * cos(n * ${78.2 + side} + unit_index)))::BIGINT
      END AS ${role}_latency_ns,
      CASE WHEN ${present} AND hash(unit_index, n, ${side}) % 90 = 0 THEN 'timeout' END AS ${role}_error,
      CASE WHEN ${present} THEN CASE WHEN hash(unit_index, n // 3, ${side}) % ${11 + side} = 0 THEN 'no' ELSE 'yes' END END AS ${role}_label,
      sin(n) AS ${role}_value, 0.5 + 0.4 * sin(n + unit_index + ${side}) AS ${role}_true_score, 0.5 AS ${role}_positive_score`;
  };
  return `
    SELECT unit_index, unit_index % 4 = 0 AS in_canary, ['de', 'fr', 'it', 'es'][1 + (unit_index // 7 + n) % 4] AS "segment:locale", n::VARCHAR AS "segment:request",
      12::BIGINT AS hour_of_day, 'yes' AS label, true AS is_positive,
      TIMESTAMP '2026-11-01 00:00:00' + to_minutes(n) AS at, exp(3 * sin(unit_index) + cos(n)) AS "kpi:revenue", NULL::UTINYINT AS timed_pair,
      ${columnsOf('baseline', 0)}, ${columnsOf('candidate', 1)}, n
    FROM (SELECT unit_index, unnest(range(1 + (3000 / (1 + unit_index))::BIGINT)) AS n FROM range(6000) AS units(unit_index))`;
}

async function skewedDatabase(threads: number, order: string, answeredBy: 'both' | 'one' = 'both'): Promise<Database> {
  const db = await openDatabase({ tempFolder: mkdtempSync(join(tmpdir(), 'canary-units-')), threads });
  onTestFinished(() => db.close());
  await db.run(`CREATE TABLE judged AS ${skewedLog(answeredBy)} ORDER BY ${order}`);
  return db;
}

/** Tables by everything at once, from which others are added up. */
async function finestTables(db: Database): Promise<readonly string[]> {
  const found = await db.columns(`SELECT table_name AS name FROM duckdb_tables() WHERE table_name LIKE '%"finest"%'`);
  return found.strings('name').map(String);
}

describe('units that the database adds up', () => {
  test('give the numbers and the refusals of units that are in memory, whatever the log holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 400, size: 'max' }), someMetrics, async (rows, two) => {
        const db = await judgedDatabase(rows);
        expect(allDifferences(await everything(db, 1000, two), await everything(db, 0, two))).toEqual([]);
      }),
      { numRuns: runsOf(12, 3) },
    );
  });

  test('give the numbers of units that are in memory where a few have most of the requests', async () => {
    const paired = await skewedDatabase(2, 'n');
    const inPairs = await everything(paired, 6000);
    expect(allDifferences(inPairs, await everything(paired, 5999))).toEqual([]);
    expect(inPairs.get('latency.p50 paired null relative')).toMatchObject({ kind: 'linearized', logScale: {} });
    const split = await skewedDatabase(2, 'n', 'one');
    const served = await everything(split, 6000);
    expect(allDifferences(served, await everything(split, 5999))).toEqual([]);
    expect(served.get('kpi.revenue same mix')).toMatchObject({ kind: 'post-stratified' });
  });

  test('give the shares of requests that metrics leave out', async () => {
    for (const [comparison, answeredBy] of [
      ['paired', 'both'],
      ['served', 'one'],
    ] as const) {
      const db = await skewedDatabase(2, 'n', answeredBy);
      const shares = selectionShares(selected, comparison);
      const inMemory = await everything(db, 6000, shares);
      expect(allDifferences(inMemory, await everything(db, 5999, shares))).toEqual([]);
      const name = `left out of precision(yes) ${comparison} null difference`;
      expect(inMemory.get(name)).toMatchObject({ kind: 'linearized' });
    }
  });

  test('give the same bits whatever the number of threads and the order of the records', async () => {
    const one = await everything(await skewedDatabase(1, 'n, unit_index'), 0);
    const other = await everything(await skewedDatabase(4, 'hash(unit_index + n)'), 0);
    expect(JSON.stringify([...other])).toBe(JSON.stringify([...one]));
  });

  test('give the same where their sums are shared, over all requests and over later parts', async () => {
    const db = await skewedDatabase(2, 'n');
    const judged = { db, name: 'judged' };
    const means = some.map(metricOf);
    const shares = selectionShares(selected, 'paired');
    const laterFrom = ['2026-11-01T00:02:00Z', '2026-11-01T05:00:00Z'].map((time) => Date.parse(time));
    const later = await Promise.all(laterFrom.map((from, index) => createLaterTable(judged, from, index)));
    // By unit, locale and part there are few rows, and by request as many as there are requests.
    for (const [dimensions, addedAtOnce] of [
      [['locale'], 1],
      [['locale', 'request'], 0],
    ] as const) {
      const sums = new RequestSums(judged, namedMeans([...means, ...shares]), { dimensions, laterFrom });
      for (const measured of [means, shares]) {
        const whole = await everything(db, 0, measured, { shared: { sums, part: 0 } });
        expect(JSON.stringify([...whole])).toBe(JSON.stringify([...(await everything(db, 0, measured))]));
        for (const [index, table] of later.entries()) {
          const options = { judged: table, shared: { sums, part: index + 1 } };
          const alone = await everything(db, 0, measured, { judged: table });
          expect(allDifferences(await everything(db, 0, measured, options), alone)).toEqual([]);
          expect(alone).not.toEqual(whole);
        }
      }
      expect(await finestTables(db)).toHaveLength(addedAtOnce);
      for (const name of await finestTables(db)) await db.run(`DROP TABLE ${quoteIdentifier(name)}`);
    }
  });
});
