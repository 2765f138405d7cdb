import type { Decision } from '../../../src/domain/registry.ts';
import type { Design } from '../scenario.ts';
import { type NightlyLog, walkNights } from './nightly.ts';
import { atMost, type RolloutRow } from './rollout-table.ts';

const paired: Design = { kind: 'paired' };
const served: Design = { kind: 'served', candidateShare: 0.5 };

const errors = { kind: 'proportions', baselineRate: 0.1, candidateRate: 0.11, churn: 0.02, correlation: 0.3 } as const;
const times = { kind: 'durations', sigma: 0.8, ratio: 1.1, pairing: 0.7, correlation: 0.3 } as const;

const revenue: Omit<NightlyLog, 'usersANight' | 'mostRequests'> = {
  metric: 'kpi.revenue',
  harm: 'maxDecrease',
  population: { kind: 'spending', buyers: 0.05, sigma: 1, correlation: 0 },
  quantity: difference({ kind: 'served', candidateShare: 0.05 }, true),
};

const nightlyLogs: readonly (readonly [string, Omit<NightlyLog, 'usersANight' | 'mostRequests'>])[] = [
  ['error_rate, pairs', { metric: 'error_rate', population: errors, quantity: difference(paired, false) }],
  ['error_rate, served 50/50', { metric: 'error_rate', population: errors, quantity: difference(served, false) }],
  ['latency.mean, pairs', { metric: 'latency.mean', population: times, quantity: difference(paired, true) }],
  [
    'latency.p95, pairs',
    {
      metric: 'latency.p95',
      population: times,
      quantity: { kind: 'quantile-difference', probability: 0.95, relative: true, design: paired },
    },
  ],
  ['kpi.revenue of 5% who buy, served 5/95', revenue],
];

function difference(design: Design, relative: boolean) {
  return { kind: 'difference', relative, design } as const;
}

const nightly: readonly RolloutRow[] = nightlyLogs.flatMap(([name, log]) =>
  [
    [50, 20],
    [1000, 1],
  ].flatMap(([usersANight = 0, mostRequests = 0]) => {
    const walked = remembered((seed) => walkNights({ ...log, usersANight, mostRequests }, seed));
    return (['increase', 'rollback'] as const).map((decision) => ({
      question: `A plan without an end, on its bound, looked at for 30 nights: ${decision}`,
      population: `${name}, ${usersANight} users a night, ${mostRequests === 1 ? '1 request each' : `1 to ${mostRequests} requests`}`,
      runs: 200,
      allowed: atMost(0.05),
      happens: async (seed: number) => (await walked(seed)) === decision,
    }));
  }),
);

/** Of the metrics above those that few users may carry, and the most requests of one. */
const heavyLogs = nightlyLogs.flatMap(([name, log]) => {
  if (name.startsWith('latency.p95')) return [];
  const most = name.startsWith('error_rate') ? [20, 100] : [20];
  return most.map((mostRequests) => [name, { ...log, mostRequests }] as const);
});

const planned: readonly RolloutRow[] = heavyLogs.flatMap(([name, log]) => {
  const walked = remembered((seed) => walkNights({ ...log, usersANight: 100, isPlanned: true }, seed));
  return (['increase', 'rollback'] as const).map((decision) => ({
    question: `An end that is planned, heavy users, on the bound, looked at for 30 nights until it: ${decision}`,
    population: `${name}, 100 users a night, 1 to ${log.mostRequests} requests by Zipf’s law`,
    runs: 200,
    allowed: atMost(0.05),
    happens: async (seed: number) => (await walked(seed)) === decision,
  }));
});

const harmlessNights: RolloutRow = {
  question: 'A plan without an end and no harm, looked at for 30 nights: increase',
  population: 'error_rate, pairs, 300 users a night, 1 to 20 requests',
  runs: 200,
  allowed: { least: 0.95, most: 1 },
  happens: async (seed) => {
    const population = { ...errors, candidateRate: errors.baselineRate };
    const log = { metric: 'error_rate', population, quantity: difference(paired, false), bound: 0.02 };
    return (await walkNights({ ...log, usersANight: 300, mostRequests: 20 }, seed)) === 'increase';
  },
};

/** Two rows may ask the same rollouts. */
function remembered(walk: (seed: number) => Promise<Decision>): typeof walk {
  const walked = new Map<number, Promise<Decision>>();
  return (seed) => {
    const found = walked.get(seed) ?? walk(seed);
    walked.set(seed, found);
    return found;
  };
}

export const nightlyRows: readonly RolloutRow[] = [...nightly, ...planned, harmlessNights];
