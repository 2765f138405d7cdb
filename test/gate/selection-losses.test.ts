import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { PlanKeys } from '../fixtures/test-rollout.ts';
import { checkOf, type PlantedRecord, plantedRollout, seeded } from './planted-log.ts';

const stages = { stages: '[{ name: canary-20, weight: 20% }, { name: full, weight: 1 }]' };

interface Served {
  readonly version: string;
  readonly user: number;
  readonly draw: () => number;
}

/** Two requests of each user, of whom a fifth has the candidate. */
function served(tell: (served: Served) => Record<string, unknown>, users = 4000, seed = 1): PlantedRecord[] {
  const draw = seeded(seed);
  return Array.from({ length: 2 * users }, (_, request) => {
    const user = Math.floor(request / 2);
    const version = user % 5 === 0 ? '1.1.0' : '1.0.0';
    return {
      request_id: `r${request}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + request * 30_000).toISOString(),
      user_id: `u${user}`,
      served_by: version,
      label: 'a',
      prediction: 'a',
      latency_ms: 40 + 5 * draw(),
      ...tell({ version, user, draw }),
    };
  });
}

interface JudgedOptions {
  readonly where?: string;
  readonly keys?: PlanKeys;
  readonly guardrail?: string;
}

async function judged(
  records: readonly PlantedRecord[],
  { where = '', keys = {}, guardrail = '{ metric: error_rate, maxIncrease: 2pp }' }: JudgedOptions = {},
): Promise<Evidence> {
  return await plantedRollout()
    .write('log.jsonl', records)
    .evaluate({
      requests: `{ source: log.jsonl, fields: { servedBy: served_by }, maxRejected: 50%${where} }`,
      ...stages,
      guardrails: [guardrail],
      ...keys,
    });
}

const failed = { state: 'failed', error: 'crash', prediction: undefined };
const ofDone = { where: ', where: { state: done }' };

/** A candidate that fails once in ten, which another field says too. */
function failing({ version, draw }: Served): Record<string, unknown> {
  return version === '1.1.0' && draw() < 0.1 ? failed : { state: 'done' };
}

describe('a filter that leaves out the failures of one version', () => {
  test('holds, and says which version lost how many', async () => {
    const evidence = await judged(served(failing), ofDone);
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass', value: 0 });
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'hold' });
    expect(checkOf(evidence, 'selection').detail).toMatch(
      /^requests\.where leaves out 1\d\d of 1,600 requests of the candidate \(\d+(\.\d+)?%\) and 0 of 6,400 of the baseline \(0%\), which could change error_rate by \d+(\.\d+)? pp, but its bound leaves \d(\.\d+)? pp/u,
    );
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('lets pass what so few could not change', async () => {
    const evidence = await judged(served(failing), {
      ...ofDone,
      guardrail: '{ metric: error_rate, maxIncrease: 30pp }',
    });
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'pass' });
  });

  test('passes where it leaves out as much of either version', async () => {
    const evidence = await judged(
      served(({ draw }: Served) => ({ state: draw() < 0.1 ? 'cached' : 'done' })),
      ofDone,
    );
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'pass' });
    expect(evidence.verdict.decision).toBe('increase');
  });

  test('does not count lines that are no request of a user', async () => {
    const evidence = await judged(
      served(({ version, draw }: Served) =>
        version === '1.1.0' && draw() < 0.1 ? { user_id: undefined } : { state: 'done' },
      ),
      ofDone,
    );
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'pass' });
  });

  test('does not count what is outside the window', async () => {
    const records = served((each) => ({
      ...(each.user < 1000 ? failing(each) : { state: 'done' }),
      ...(each.user < 1000 ? { timestamp: '2026-10-01T00:00:00Z' } : {}),
    }));
    const evidence = await judged(records, { where: ', where: { state: done }, from: 2026-11-01T00:00:00Z' });
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'pass' });
  });

  test('warns where the plan says so', async () => {
    const evidence = await judged(served(failing), { ...ofDone, keys: { checks: '{ selection: warn }' } });
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'warn' });
  });
});

describe('rejected records', () => {
  test('of one version alone hold', async () => {
    const evidence = await judged(
      served(({ version, draw }: Served) =>
        version === '1.1.0' && draw() < 0.1 ? { ...failed, user_id: undefined } : {},
      ),
    );
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass' });
    expect(checkOf(evidence, 'selection').detail).toMatch(
      /^1\d\d of 1,600 records of the candidate \(\d+(\.\d+)?%\) and 0 of 6,400 of the baseline \(0%\) are rejected/u,
    );
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('of both alike pass', async () => {
    expect(
      checkOf(await judged(served(({ draw }: Served) => (draw() < 0.1 ? { user_id: undefined } : {}))), 'selection'),
    ).toMatchObject({ status: 'pass' });
  });
});

/** The records of either version of each request. */
function inLongForm(tell: (served: Served) => Record<string, unknown>): PlantedRecord[] {
  const draw = seeded(3);
  return served(() => ({})).flatMap((record, request) =>
    ['1.0.0', '1.1.0'].map((version) => ({
      ...record,
      served_by: version,
      ...tell({ version, user: Math.floor(request / 2), draw }),
    })),
  );
}

test('of pairs in long form, failures that are left out hold', async () => {
  const evidence = await judged(inLongForm(failing), ofDone);
  expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'hold' });
  expect(evidence.verdict.decision).toBe('hold');
});
