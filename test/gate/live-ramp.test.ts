import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { promote } from '../../src/gate/act/promote.ts';
import type { World } from '../../src/gate/world.ts';
import { baseline, candidate, TestRollout } from '../fixtures/test-rollout.ts';
import { checkOf } from './planted-log.ts';
import { worldAt } from './world-at.ts';
import { casesOf } from '../fixtures/tiers.ts';

const hour = 3_600_000;
const friday = Date.UTC(2026, 10, 6);

interface Served {
  readonly version: string;
  readonly users: number;
  readonly converted: number;
}

/** The published paradox of a ramp, a twentieth of it: users who each come once, spread evenly over the day. */
function dayOf(name: string, from: number, sides: readonly Served[]): string[] {
  const rows = sides.flatMap(({ version, users, converted }) =>
    Array.from({ length: users }, (_, index) => {
      const at = from + Math.floor(((index + 0.5) * 24 * hour) / users);
      const isConverted = Math.floor(((index + 1) * converted) / users) > Math.floor((index * converted) / users);
      return { at, row: [version, 40, 'a', 'a', Number(isConverted)] };
    }),
  );
  return rows
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, row }, index) =>
      [`${name}${index}`, new Date(at).toISOString(), `${name}-u${index}`, ...row].join(','),
    );
}

function sidesOf([stable = 0, canary = 0]: readonly number[], users: readonly [number, number]): Served[] {
  return [
    { version: baseline, users: users[0], converted: stable },
    { version: candidate, users: users[1], converted: canary },
  ];
}

/** The candidate is better on each day and worse over both, or worse on each day and better over both. */
function days(isBetter: boolean): { readonly friday: string[]; readonly saturday: string[] } {
  const converted = isBetter
    ? { friday: [1000, 12], saturday: [250, 300] }
    : { friday: [495, 4], saturday: [575, 505] };
  return {
    friday: dayOf('f', friday, sidesOf(converted.friday, [49_500, 500])),
    saturday: dayOf('s', friday + 24 * hour, sidesOf(converted.saturday, [25_000, 25_000])),
  };
}

const header = 'request_id,timestamp,user_id,version,duration_ms,prediction,label,converted';
const fields = '{ servedBy: version, latency: duration_ms }';

function rampRollout(isBetter: boolean, weights = ''): TestRollout {
  const logs = days(isBetter);
  return new TestRollout({
    plan: {
      requests: `{ source: "day-*.csv", fields: ${fields}${weights} }`,
      stages: '[{ name: canary-1, weight: 1% }, { name: half, weight: 50% }, { name: full, weight: 1 }]',
      guardrails: ['{ metric: kpi.converted, maxDecrease: 0.001 }'],
    },
    files: {
      'day-1.csv': `${[header, ...logs.friday].join('\n')}\n`,
      'saturday.csv': `${[header, ...logs.saturday].join('\n')}\n`,
    },
  });
}

/** The same rollout at another time. */
function worldOf({ folder }: TestRollout, time: number): World {
  return worldAt(folder, { now: () => new Date(time) });
}

const personal = { override: 'increase', by: 'ana', reason: 'ramp' } as const;

/** Walks the ramp through the registry: 1% from Friday on, 50% from Saturday on, and asks whether the rest may follow. */
async function walked(isBetter: boolean): Promise<Evidence> {
  const rollout = rampRollout(isBetter);
  await promote(worldOf(rollout, friday), 'plan.yaml', { stage: 'canary-1', ...personal });
  const before = await evaluate(worldOf(rollout, friday + 24 * hour - 1), 'plan.yaml', { stage: 'half' });
  expect(before.evidence.verdict.decision).toBe('hold');
  await promote(worldOf(rollout, friday + 24 * hour), 'plan.yaml', { stage: 'half', ...personal });
  rollout.write('day-2.csv', `${[header, ...days(isBetter).saturday].join('\n')}\n`);
  return (await evaluate(worldOf(rollout, friday + 48 * hour), 'plan.yaml', { stage: 'full' })).evidence;
}

const ramp = `, weights: [{ from: ${new Date(friday).toISOString()}, weight: 1% }, { from: ${new Date(friday + 24 * hour).toISOString()}, weight: 50% }]`;

async function told(isBetter: boolean): Promise<Evidence> {
  const rollout = rampRollout(isBetter, ramp);
  rollout.write('day-2.csv', `${[header, ...days(isBetter).saturday].join('\n')}\n`);
  return (await evaluate(worldOf(rollout, friday + 48 * hour), 'plan.yaml', { stage: 'full' })).evidence;
}

function conversions({ comparisons }: Evidence) {
  return comparisons.find(({ metric, segment }) => metric === 'kpi.converted' && segment === null);
}

const sources = [
  ['the registry', walked],
  ['requests.weights', told],
] as const;

describe.each(casesOf(sources, 2, 1))('a ramp of which %s tells the weights', (_, evaluated) => {
  test('does not roll back a candidate that is better on each day and worse over both', async () => {
    const evidence = await evaluated(true);
    expect(evidence.verdict.decision).not.toBe('rollback');
    expect(conversions(evidence)).toMatchObject({ delta: expect.closeTo(0.002, 4) });
    expect(checkOf(evidence, 'periods').detail).toContain('in force is 50% since 2026-11-07T00:00:00.000Z');
  });

  test('does not increase one that is worse on each day and better over both', async () => {
    const evidence = await evaluated(false);
    expect(evidence.verdict.decision).not.toBe('increase');
    expect(conversions(evidence)).toMatchObject({ delta: expect.closeTo(-0.0028, 4) });
  });
});
