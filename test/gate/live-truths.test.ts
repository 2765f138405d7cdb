import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/domain/registry.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { Random } from '../calibration/random.ts';
import { casesOf } from '../fixtures/tiers.ts';
import { baseline, candidate, TestRollout } from '../fixtures/test-rollout.ts';
import { worldAt } from './world-at.ts';

const day = 86_400_000;
const begin = Date.UTC(2026, 10, 2);

/** A live split of which it is known what the candidate does. */
interface Traffic {
  readonly users: number;
  /** Most requests of one user; few send many. */
  readonly mostRequests: number;
  readonly days: number;
  /** Weights of the candidate, each from a day on. */
  readonly weights: readonly (readonly [day: number, weight: number])[];
  /** How many of a hundred answers are wrong for both versions on a day, beside those of every day. */
  readonly worse?: (day: number) => number;
  /** The locale on whose users the candidate does what it does; on all where absent. */
  readonly only?: string;
  readonly segments?: 'auto';
}

const half = [[0, 0.5]] as const;

const traffics: readonly (readonly [string, Traffic])[] = [
  ['a few users send most requests', { users: 5000, mostRequests: 300, days: 4, weights: half }],
  ['nobody comes at night', { users: 7000, mostRequests: 20, days: 3, weights: half }],
  [
    'the answers get worse for both versions when the weight rises',
    {
      users: 12_000,
      mostRequests: 10,
      days: 5,
      weights: [
        [0, 0.1],
        [2, 0.5],
      ],
      worse: (of) => (of < 2 ? 0 : 12),
    },
  ],
  [
    'one locale of five has all of the harm',
    { users: 16_000, mostRequests: 5, days: 3, weights: half, only: 'l2', segments: 'auto' },
  ],
];

/** What the candidate does to a right answer and to a request, as probabilities. */
const truths = {
  increase: { loss: -0.02, failures: 0 },
  rollback: { loss: 0.16, failures: 0.02 },
} as const;

/** Rare values of u are many requests: a Pareto tail of exponent 1.2. */
function requestsOf(random: Random, most: number): number {
  return Math.min(most, Math.floor((1 - random.uniform()) ** (-1 / 1.2)));
}

/** A time of the log, by day more often than at night. */
function timeIn(random: Random, days: number): number {
  const at = random.uniform() * days;
  return Math.sin(2 * Math.PI * (at - 0.25)) > 2 * random.uniform() - 1 ? at : timeIn(random, days);
}

function logOf(traffic: Traffic, { loss, failures }: (typeof truths)[Decision & keyof typeof truths], seed: number) {
  const random = new Random(seed);
  const { users, mostRequests, days, weights, worse = () => 0, only } = traffic;
  const requests = Array.from({ length: users }, (_, user) => {
    const place = random.uniform();
    const skill = 0.75 + 0.2 * random.uniform();
    const locale = `l${Math.floor(5 * random.uniform())}`;
    return Array.from({ length: requestsOf(random, mostRequests) }, () => {
      const at = timeIn(random, days);
      const weight = weights.findLast(([from]) => from <= at)?.[1] ?? 0;
      const isCandidate = place < weight;
      const isHit = isCandidate && (only === undefined || only === locale);
      const right = skill - worse(at) / 100 - (isHit ? loss : 0);
      const fails = random.uniform() < 0.005 + (isHit ? failures : 0);
      return {
        at,
        user_id: `u${user}`,
        served_by: isCandidate ? candidate : baseline,
        latency_ms: Math.round(30 + 20 * random.uniform()),
        label: 'a',
        locale,
        ...(fails ? { error: 'boom' } : { prediction: random.uniform() < right ? 'a' : 'b' }),
      };
    });
  }).flat();
  return requests
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, ...rest }, index) => ({ request_id: `r${index}`, timestamp: timeOf(at), ...rest }));
}

function timeOf(days: number): string {
  return new Date(begin + Math.round(days * day)).toISOString();
}

describe.each(casesOf(traffics, 2))('a live split in which %s', (_, traffic) => {
  test.each(['increase', 'rollback'] as const)('ends in %s where that is right', async (decision) => {
    const weights = traffic.weights.map(([from, weight]) => `{ from: ${timeOf(from)}, weight: ${weight} }`);
    const auto = traffic.segments === undefined ? '' : `, segments: ${traffic.segments}`;
    const rollout = new TestRollout({
      plan: {
        requests: `{ source: log.jsonl, fields: { servedBy: served_by }, segments: { locale: locale }, weights: [${weights.join(', ')}] }`,
        stages: '[{ name: next, weight: 60% }, { name: full, weight: 1 }]',
        guardrails: [`{ metric: accuracy, maxDecrease: 3pp${auto} }`, '{ metric: error_rate, maxIncrease: 1pp }'],
        statistics: '{ inference: planned, looks: 1 }',
      },
      files: { 'log.jsonl': logOf(traffic, truths[decision], 7) },
    });
    const world = worldAt(rollout.folder, { now: () => new Date(begin + traffic.days * day) });
    const { verdict } = (await evaluate(world, 'plan.yaml', {})).evidence;
    expect([verdict.decision, verdict.reasons[0]]).toEqual([decision, expect.any(String)]);
  });
});
