import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Metric, parseMetric } from '../../src/domain/metric.ts';
import type { Measured } from '../../src/metrics/table/estimate.ts';
import { TableMeasurer } from '../../src/metrics/measurer.ts';
import type { TestedQuantity } from '../../src/metrics/table/subject.ts';
import { judgedDatabase, type JudgedRow } from './judged-rows.ts';

function metric(id: string): Metric {
  const parsed = parseMetric(id);
  if (parsed === undefined) throw new Error(`no metric ${id}`);
  return parsed;
}

async function measure(
  rows: readonly JudgedRow[],
  id: string,
  quantity: TestedQuantity = 'difference',
  options: { comparison?: 'paired' | 'served'; cohort?: 'canary' | 'stable' | 'all'; locale?: string } = {},
): Promise<Measured> {
  const { comparison = 'paired', cohort = 'all', locale } = options;
  const db = await judgedDatabase(rows);
  const measurer = await TableMeasurer.over({ db, name: 'judged' }, [metric(id)]);
  const segment = locale === undefined ? null : { locale };
  return await measurer.measure({ metric: metric(id), comparison, slice: { cohort, segment } }, quantity);
}

const right = { label: 'yes' };
const wrong = { label: 'no' };

describe('accuracy', () => {
  test('is counted on the labelled requests of which both versions’ outcomes are known, and no answer is not right', async () => {
    const measured = await measure(
      [
        { unit: 1, label: 'yes', baseline: right, candidate: right },
        { unit: 2, label: 'yes', baseline: right, candidate: wrong },
        { unit: 3, label: 'yes', baseline: wrong, candidate: right },
        { unit: 4, label: 'yes', baseline: right, candidate: wrong },
        { unit: 5, label: 'yes', baseline: right, candidate: { error: 'timeout' } },
        // Neither of these two is a pair with a truth to compare with.
        { unit: 6, baseline: right, candidate: right },
        { unit: 7, label: 'yes', baseline: right },
      ],
      'accuracy',
    );
    expect(measured).toMatchObject({
      kind: 'linearized',
      baseline: 0.8,
      candidate: 0.4,
      value: -0.4,
      requests: 5,
      units: 5,
    });
  });

  test("the candidate's own value counts what the candidate answered, paired or not", async () => {
    const measured = await measure(
      [
        { unit: 1, label: 'yes', baseline: right, candidate: right },
        { unit: 2, label: 'yes', candidate: wrong },
        { unit: 3, label: 'yes', baseline: { error: 'timeout' }, candidate: right },
        { unit: 4, label: 'yes', baseline: right, candidate: right },
      ],
      'accuracy',
      'own',
    );
    expect(measured).toMatchObject({ kind: 'proportion', value: 0.75, requests: 4 });
  });

  test('without any label is uncomputable', async () => {
    const rows = [1, 2, 3].map((unit) => ({ unit, baseline: right, candidate: right }));
    expect(await measure(rows, 'accuracy')).toEqual({
      kind: 'uncomputable',
      reason: 'no request has both a true label and an outcome that tells what was answered',
    });
  });
});

describe('error_rate', () => {
  test('counts every request that has an outcome of both versions, answered or not', async () => {
    const measured = await measure(
      [
        { unit: 1, baseline: right, candidate: { error: 'timeout' } },
        { unit: 2, baseline: right, candidate: right },
        { unit: 3, baseline: { error: 'crash' }, candidate: { error: 'crash' } },
        { unit: 4, baseline: right, candidate: right },
        { unit: 5, candidate: { error: 'timeout' } },
      ],
      'error_rate',
    );
    expect(measured).toMatchObject({ baseline: 0.25, candidate: 0.5, value: 0.25, requests: 4 });
  });

  test('without an outcome is uncomputable, not zero', async () => {
    const rows = [1, 2, 3].map((unit) => ({ unit, baseline: right }));
    expect(await measure(rows, 'error_rate')).toMatchObject({ kind: 'uncomputable' });
    expect(await measure(rows, 'error_rate', 'own')).toMatchObject({ kind: 'uncomputable' });
  });
});

describe('agreement', () => {
  test('is the share of requests on which both say the same, and 1 for the baseline', async () => {
    const measured = await measure(
      [
        { unit: 1, baseline: right, candidate: right },
        { unit: 2, baseline: wrong, candidate: wrong },
        { unit: 3, baseline: right, candidate: wrong },
        { unit: 4, baseline: right, candidate: right },
        { unit: 5, baseline: right, candidate: { error: 'timeout' } },
      ],
      'agreement',
    );
    expect(measured).toMatchObject({ baseline: 1, candidate: 0.75, requests: 4 });
  });
});

describe('latency.mean', () => {
  test('includes failed requests whose time is known and leaves out unknown times', async () => {
    const measured = await measure(
      [
        { unit: 1, baseline: { label: 'a', latencyMs: 10 }, candidate: { label: 'a', latencyMs: 20 } },
        { unit: 2, baseline: { label: 'a', latencyMs: 30 }, candidate: { error: 'timeout', latencyMs: 100 } },
        { unit: 3, baseline: { label: 'a', latencyMs: 50 }, candidate: { label: 'a' } },
      ],
      'latency.mean',
    );
    expect(measured).toMatchObject({ baseline: 20, candidate: 60, value: 40, requests: 2 });
  });

  test('adds up to the same bits whatever the order of the records', async () => {
    const row = fc.record({
      unit: fc.integer({ min: 0, max: 9 }),
      slow: fc.integer({ min: 1, max: 1e6 }),
      fast: fc.integer({ min: 1, max: 1e6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 20, maxLength: 60 }), async (rows) => {
        const records = rows.map(({ unit, slow, fast }) => ({
          unit,
          baseline: { label: 'a', latencyMs: slow / 997 },
          candidate: { label: 'a', latencyMs: fast / 991 },
        }));
        const forwards = await measure(records, 'latency.mean');
        expect(await measure(records.toReversed(), 'latency.mean')).toEqual(forwards);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a served comparison', () => {
  test('takes the candidate from the canary cohort and the baseline from the stable one', async () => {
    const measured = await measure(
      [
        { unit: 1, inCanary: true, label: 'yes', baseline: wrong, candidate: right },
        { unit: 2, inCanary: true, label: 'yes', baseline: wrong, candidate: right },
        { unit: 3, inCanary: false, label: 'yes', baseline: right, candidate: wrong },
        { unit: 4, inCanary: false, label: 'yes', baseline: wrong, candidate: wrong },
      ],
      'accuracy',
      'difference',
      { comparison: 'served', cohort: 'canary' },
    );
    expect(measured).toMatchObject({ baseline: 0.5, candidate: 1, value: 0.5 });
  });
});

describe('a slice', () => {
  test('counts the requests of one value of a dimension, and records without it to none', async () => {
    const rows: JudgedRow[] = [
      { unit: 1, locale: 'de-DE', label: 'yes', baseline: right, candidate: wrong },
      { unit: 2, locale: 'de-DE', label: 'yes', baseline: right, candidate: right },
      { unit: 3, locale: 'en-US', label: 'yes', baseline: right, candidate: right },
      { unit: 4, label: 'yes', baseline: right, candidate: right },
    ];
    const measured = await measure(rows, 'accuracy', 'difference', { locale: 'de-DE' });
    expect(measured).toMatchObject({ value: -0.5, requests: 2, units: 2 });
  });

  test('counts the requests of a cohort', async () => {
    const rows: JudgedRow[] = [1, 2, 3, 4, 5].map((unit) => ({
      unit,
      inCanary: unit > 2,
      label: 'yes',
      baseline: right,
      candidate: unit > 3 ? wrong : right,
    }));
    expect(await measure(rows, 'accuracy', 'difference', { cohort: 'canary' })).toMatchObject({
      requests: 3,
      value: -2 / 3,
    });
    expect(await measure(rows, 'accuracy', 'difference', { cohort: 'stable' })).toMatchObject({
      requests: 2,
      value: 0,
    });
  });
});

describe('latency quantiles', () => {
  const rows: JudgedRow[] = Array.from({ length: 1000 }, (_, index) => ({
    unit: index % 250,
    locale: index % 2 === 0 ? 'de-DE' : 'en-US',
    baseline: { label: 'a', latencyMs: 10 + ((index * 7919) % 1000) / 10 },
    candidate: { label: 'a', latencyMs: 20 + ((index * 104_729) % 1000) / 10 },
  }));

  test('are the sample quantiles of both versions', async () => {
    // Values 10.0, 10.1, ... 109.9 and 20.0 ... 119.9, each once; type 7 puts p95 at 0.95 * 999 steps of 0.1.
    const measured = await measure(rows, 'latency.p95');
    if (measured.kind !== 'linearized') throw new Error(measured.kind);
    expect(measured.baseline).toBeCloseTo(10 + 94.95, 9);
    expect(measured.candidate).toBeCloseTo(20 + 94.95, 9);
    expect(measured.value).toBeCloseTo(10, 9);
    expect(measured).toMatchObject({ units: 250, requests: 1000 });
  });

  test('have a value but no interval when too few units are beyond them', async () => {
    const measured = await measure(rows.slice(0, 60), 'latency.p95');
    expect(measured).toMatchObject({ kind: 'valueOnly', refusal: { kind: 'refused' }, requests: 60 });
  });

  test('of a constant column are uncomputable', async () => {
    const constant = rows.map(({ unit }) => ({ unit, baseline: { latencyMs: 40 }, candidate: { latencyMs: 40 } }));
    expect((await measure(constant, 'latency.p50')).kind).toBe('uncomputable');
  });

  test('without comparable times are uncomputable', async () => {
    const untimed = rows.map(({ unit }) => ({
      unit,
      baseline: { label: 'a' },
      candidate: { label: 'a', latencyMs: 4 },
    }));
    expect(await measure(untimed, 'latency.p95')).toMatchObject({ kind: 'uncomputable' });
  });
});
