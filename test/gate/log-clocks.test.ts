import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PlanKeys } from '../fixtures/test-rollout.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { clocksCheck } from '../../src/verdict/checks/clocks.ts';
import { withWritings } from '../../src/gate/sources/objects.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';
import { worldAt } from './world-at.ts';
import { checkOf } from './planted-log.ts';
import { servedDay } from './served-day.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = Date.UTC(2026, 10, 6, 12);
const world = (folder: string, note = (_line: string) => {}) => worldAt(folder, { note, now: () => new Date(now) });
const right = { '1.0.0': 0.9, '1.1.0': 0.9 };

interface Skew {
  /** By how much the servers that wrote the log are ahead of this machine. */
  readonly aheadMs: number;
  /** How long ago the last request was served; the file was written then, unless something else is said. */
  readonly agoMs?: number;
  readonly writtenAgoMs?: number;
  readonly plan?: PlanKeys;
  /** The last time that is read, by how long ago it is. */
  readonly untilAgoMs?: number;
}

/** A day at 5% and a day at 25%, as servers with such a clock log it, whose weights are told by another clock. */
function skewed({ aheadMs, agoMs = 0, writtenAgoMs = agoMs, plan = {}, untilAgoMs }: Skew): TestRollout {
  const to = untilAgoMs === undefined ? '' : `, to: ${new Date(now - untilAgoMs).toISOString()}`;
  const end = now - agoMs;
  const [first, second] = [end - 48 * hour, end - 24 * hour];
  const log = [
    ...servedDay({ from: first + aheadMs, users: 5000, weight: 0.05, right }),
    ...servedDay({ from: second + aheadMs, users: 5000, weight: 0.25, right }),
  ];
  const weights = `[{ from: ${new Date(first).toISOString()}, weight: 5% }, { from: ${new Date(second).toISOString()}, weight: 25% }]`;
  const rollout = new TestRollout({
    plan: {
      requests: `{ source: log.jsonl, fields: { servedBy: served_by }, weights: ${weights}${to} }`,
      stages:
        '[{ name: five, weight: 5% }, { name: quarter, weight: 25% }, { name: half, weight: 50% }, { name: full, weight: 1 }]',
      guardrails: '[{ metric: accuracy, maxDecrease: 5pp }]',
      checks: '{ window: warn }',
      ...plan,
    },
    files: { 'log.jsonl': log },
  });
  const written = (now - writtenAgoMs) / 1000;
  utimesSync(join(rollout.folder, 'log.jsonl'), written, written);
  return rollout;
}

const evaluated = async (skew: Skew) => {
  const rollout = skewed(skew);
  const outside = world(rollout.folder, (line) => void rollout.notes.push(line));
  const { evidence } = await evaluate(outside, 'plan.yaml', { stage: 'half' });
  const { status, detail } = checkOf(evidence, 'clocks');
  return { decision: evidence.verdict.decision, status, detail, notes: rollout.notes.join('\n') };
};

describe('the clock of the servers that wrote a live log', () => {
  test('is right where no request is later than now', async () => {
    expect(await evaluated({ aheadMs: 0 })).toMatchObject({ decision: 'increase', status: 'pass' });
  });

  test('may be off by less than settle leaves out', async () => {
    expect(await evaluated({ aheadMs: 4 * minute })).toMatchObject({ decision: 'increase', status: 'pass' });
    expect(await evaluated({ aheadMs: -4 * minute })).toMatchObject({
      decision: 'increase',
      status: 'pass',
      notes: '',
    });
  });

  test('holds where requests are of times that have not come yet', async () => {
    expect(await evaluated({ aheadMs: 12 * minute, writtenAgoMs: -hour })).toMatchObject({
      decision: 'hold',
      status: 'hold',
      detail: expect.stringMatching(
        /^log\.jsonl has requests of up to 2\S+Z, 12 min after this machine's time: .*settle leaves out 5 min.*; set the clocks \(times without a zone are read as UTC\), or write settle: 13m$/u,
      ),
    });
  });

  test('holds where requests are of times after their file was last written, however long ago', async () => {
    expect(await evaluated({ aheadMs: 12 * minute, agoMs: 5 * hour })).toMatchObject({
      decision: 'hold',
      status: 'hold',
      detail: expect.stringContaining('12 min after the file was last written'),
    });
  });

  test('holds also where the requests of such times are not read', async () => {
    expect(await evaluated({ aheadMs: 12 * minute, agoMs: 5 * hour, untilAgoMs: 5 * hour })).toMatchObject({
      decision: 'hold',
      status: 'hold',
      detail: expect.stringMatching(/12 min after the file was last written.*or give a copied file the time/u),
    });
    expect(await evaluated({ aheadMs: 0, agoMs: hour, untilAgoMs: 2 * hour })).toMatchObject({
      status: 'pass',
      notes: '',
    });
  });

  test('says nothing of a file whose time of writing is no such time', async () => {
    const long = 400 * 24 * hour;
    expect(await evaluated({ aheadMs: 0, agoMs: hour, writtenAgoMs: long })).toMatchObject({ status: 'pass' });
  });

  test('that is behind, or a log that comes late, is told on standard error', async () => {
    expect(await evaluated({ aheadMs: -20 * minute })).toMatchObject({
      decision: 'increase',
      status: 'pass',
      notes: expect.stringMatching(/^log\.jsonl was last written 20 min after its newest request/u),
    });
  });

  test('and a candidate that answered before it had any weight, as where the clock is behind, are told together', async () => {
    const { folder } = skewed({ aheadMs: -6 * hour });
    const { evidence } = await evaluate(world(folder), 'plan.yaml', { stage: 'half' });
    expect(checkOf(evidence, 'periods')).toMatchObject({
      status: 'hold',
      detail: expect.stringContaining('or set the clock of the servers that log, if it is behind'),
    });
  });
});

test('a replay of requests from the future warns', async () => {
  const timestamp = new Date(now + 10 * minute).toISOString();
  const outcome = { latency_ms: 20, prediction: 'a' };
  const records = Array.from({ length: 200 }, (_, index) => ({
    request_id: `r${index}`,
    timestamp,
    user_id: `u${index}`,
    label: 'a',
    outcomes: { '1.0.0': outcome, '1.1.0': outcome },
  }));
  const { folder } = new TestRollout({ files: { 'log.jsonl': records } });
  utimesSync(join(folder, 'log.jsonl'), now / 1000, now / 1000);
  const { evidence } = await evaluate(world(folder), 'plan.yaml', {});
  expect(checkOf(evidence, 'clocks')).toMatchObject({
    status: 'warn',
    detail: expect.stringMatching(/10 min after .*: one of the two clocks is wrong$/u),
  });
});

test('an object was last written when its server says so, whenever it was fetched', () => {
  const url = 's3://logs/a.jsonl';
  const read = [{ path: url, at: '2026-11-05T10:12:00.000Z' }];
  const object = { url, etag: '"e"', path: '/kept/a.jsonl', written: '2026-11-05T10:00:00.000Z' };
  const facts = { now: '2026-11-05T12:00:00.000Z', settleMs: 5 * minute, isLive: true };
  expect(clocksCheck(read, facts).status).toBe('pass');
  expect(clocksCheck(withWritings(read, [object]), facts)).toMatchObject({
    status: 'hold',
    detail: expect.stringContaining('12 min after the file was last written'),
  });
  expect(withWritings(read, [{ ...object, written: undefined }])).toEqual(read);
});
