import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { PlanKeys } from '../fixtures/test-rollout.ts';
import { checkOf, inCanary, type PlantedRecord, plantedRollout, seeded } from './planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const half = { stages: '[{ name: half, weight: 50% }, { name: full, weight: 1 }]' };
const accuracy = { guardrails: '[{ metric: accuracy, maxDecrease: 5pp }]' };
const source = { requests: '{ source: log.jsonl, segments: { device: context.device } }' };

interface LogShape {
  readonly users: number;
  readonly perUser: number;
  /** What the canary's or the stable users' records say; undefined for a record that was lost. */
  readonly record: (user: { readonly isCanary: boolean; readonly random: () => number }) => PlantedRecord | undefined;
}

/** Two days of requests around the clock. */
function logOf({ users, perUser, record }: LogShape): PlantedRecord[] {
  const random = seeded(42);
  const records: PlantedRecord[] = [];
  for (let request = 0; request < users * perUser; request += 1) {
    const user = `u${request % users}`;
    const own = record({ isCanary: inCanary(user, 0.5), random });
    if (own === undefined) continue;
    const timestamp = start + Math.floor(((request + random()) / (users * perUser)) * 48 * 3_600_000);
    records.push({ request_id: `r${request}`, timestamp, user_id: user, ...own });
  }
  return records;
}

function answer(random: () => number, right = 0.9): { readonly prediction: string; readonly latency_ms: number } {
  return { prediction: random() < right ? 'a' : 'b', latency_ms: 40 + 10 * random() };
}

/** Each request went to the version of its user's cohort. */
function liveSplit(isCanary: boolean, random: () => number, name: string): PlantedRecord {
  return { label: 'a', context: { device: name }, outcomes: { [isCanary ? '1.1.0' : '1.0.0']: answer(random) } };
}

function device(random: () => number, ios: number): string {
  return random() < ios ? 'ios' : 'android';
}

function pairs(random: () => number, name: string, baselineRight = 0.9): PlantedRecord {
  const outcomes = { '1.0.0': answer(random, baselineRight), '1.1.0': answer(random) };
  return { label: 'a', context: { device: name }, outcomes };
}

async function evaluate(shape: LogShape, checks: PlanKeys = {}): Promise<Evidence> {
  const rollout = plantedRollout().write('log.jsonl', logOf(shape));
  return await rollout.evaluate({ ...source, ...half, ...accuracy, ...checks });
}

describe('cohorts that cannot be compared', () => {
  test('a canary cohort with another mix of devices holds a live split and is named', async () => {
    const evidence = await evaluate({
      users: 1500,
      perUser: 2,
      record: ({ isCanary, random }) => liveSplit(isCanary, random, device(random, isCanary ? 0.4 : 0.2)),
    });
    const { status, detail } = checkOf(evidence, 'parity');
    expect(status).toBe('hold');
    expect(detail).toContain('device=');
    expect(detail).toMatch(/of the canary's users and .* of the stable ones/u);
    expect(evidence.verdict.decision).toBe('hold');
    expect(evidence.verdict.reasons.join()).toContain('the cohorts differ');
  });

  test('another mix of devices only warns where pairs decide, unless the plan says hold', async () => {
    const shape: LogShape = {
      users: 1500,
      perUser: 2,
      record: ({ isCanary, random }) => pairs(random, device(random, isCanary ? 0.5 : 0.2)),
    };
    expect(checkOf(await evaluate(shape), 'parity').status).toBe('warn');
    expect(checkOf(await evaluate(shape, { checks: '{ parity: hold }' }), 'parity').status).toBe('hold');
  });

  test('a baseline that answers worse on the canary cohort is named with both values', async () => {
    const evidence = await evaluate({
      users: 1500,
      perUser: 3,
      record: ({ isCanary, random }) => pairs(random, 'ios', isCanary ? 0.8 : 0.92),
    });
    const { status, detail } = checkOf(evidence, 'parity');
    expect(status).toBe('warn');
    expect(detail).toMatch(/baseline accuracy \d+\.\d+% on the canary cohort and \d+\.\d+% on the stable one/u);
  });

  test('2% of outcomes lost in one cohort are named', async () => {
    const evidence = await evaluate({
      users: 2000,
      perUser: 4,
      record: ({ isCanary, random }) =>
        isCanary && random() < 0.02
          ? { label: 'a', context: { device: 'ios' }, outcomes: {} }
          : liveSplit(isCanary, random, 'ios'),
    });
    const { status, detail } = checkOf(evidence, 'parity');
    expect(status).toBe('hold');
    expect(detail).toContain('requests with an outcome');
  });

  test('2% of records lost in one cohort are named where users send about as many each', async () => {
    const evidence = await evaluate({
      users: 1200,
      perUser: 10,
      record: ({ isCanary, random }) => (isCanary && random() < 0.02 ? undefined : liveSplit(isCanary, random, 'ios')),
    });
    const { status, detail } = checkOf(evidence, 'parity');
    expect(status).toBe('hold');
    expect(detail).toContain('requests per user');
  });

  test('users lost in one cohort hold by the sample ratio', async () => {
    const evidence = await evaluate({
      users: 3000,
      perUser: 1,
      record: ({ isCanary, random }) => (isCanary && random() < 0.25 ? undefined : liveSplit(isCanary, random, 'ios')),
    });
    const { status, detail } = checkOf(evidence, 'sample ratio');
    expect(status).toBe('hold');
    expect(detail).toContain('where the weight says 50%');
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('alike cohorts pass, and the check says what was compared', async () => {
    const evidence = await evaluate({
      users: 1500,
      perUser: 2,
      record: ({ isCanary, random }) => liveSplit(isCanary, random, device(random, 0.3)),
    });
    expect(checkOf(evidence, 'sample ratio').status).toBe('pass');
    const parity = checkOf(evidence, 'parity');
    expect(parity.status).toBe('pass');
    expect(parity.detail).toContain('mix of device, requests per user, requests with an outcome');
    expect(parity.detail).toContain('not compared: ');
  });
});

/** A few users send most; of ios users, `iosShare` of the requests go to the candidate. */
function requestsOf(iosShare: number): PlantedRecord[] {
  const random = seeded(5);
  return Array.from({ length: 6000 }, (_, index) => {
    const user = Math.floor(600 * random() ** 2);
    const name = user % 3 === 0 ? 'ios' : 'android';
    const isCandidate = random() < (name === 'ios' ? iosShare : 0.2);
    return {
      request_id: `r${index}`,
      timestamp: start + index * 28_000,
      user_id: `u${user}`,
      label: 'a',
      context: { device: name },
      served_by: isCandidate ? '1.1.0' : '1.0.0',
      ...answer(random),
    };
  });
}

describe('a router that assigns requests instead of users', () => {
  const live = {
    requests: '{ source: log.jsonl, segments: { device: context.device }, fields: { servedBy: served_by } }',
    stages: '[{ name: some, weight: 20% }, { name: full, weight: 1 }]',
    ...accuracy,
  };

  test('is no mismatch of cohorts, although heavy users are on both sides', async () => {
    const rollout = plantedRollout().write('log.jsonl', requestsOf(0.2));
    const evidence = await rollout.evaluate(live);
    expect(checkOf(evidence, 'served users').status).toBe('warn');
    expect(checkOf(evidence, 'sample ratio').status).toBe('pass');
    expect(checkOf(evidence, 'parity')).toMatchObject({
      status: 'pass',
      detail: expect.stringContaining('mix of device'),
    });
  });

  test('is one where it sends the requests of one device elsewhere', async () => {
    const rollout = plantedRollout().write('log.jsonl', requestsOf(0.35));
    const evidence = await rollout.evaluate(live);
    expect(checkOf(evidence, 'parity')).toMatchObject({ status: 'hold', detail: expect.stringContaining('device=') });
    expect(checkOf(evidence, 'parity').detail).toContain("of the canary's requests");
  });
});

describe('at a weight of 0', () => {
  test('sample ratio and parity do not apply, and hold nothing', async () => {
    const rollout = plantedRollout().write(
      'log.jsonl',
      logOf({ users: 500, perUser: 4, record: ({ random }) => pairs(random, 'ios') }),
    );
    const shadow = { stages: '[{ name: shadow, weight: 0 }, { name: full, weight: 1 }]' };
    const evidence = await rollout.evaluate({ ...source, ...shadow, ...accuracy });
    expect(checkOf(evidence, 'sample ratio').status).toBe('not-applicable');
    expect(checkOf(evidence, 'parity').status).toBe('not-applicable');
    expect(evidence.verdict.decision).toBe('increase');
  });
});
