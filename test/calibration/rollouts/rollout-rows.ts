import type { Decision } from '../../../src/domain/registry.ts';
import { biasedJudgeMisses } from './biased-judge.ts';
import { judgeSegments } from './destroyed-segment.ts';
import { keepsItsPromise } from './kept-promise.ts';
import { breachesTogether, loyalBuyers, loyalPeople } from './loyal-users.ts';
import { nightlyRows } from './nightly-rows.ts';
import { repeatedAnswersMiss } from './repeated-answers.ts';
import { atMost, type RolloutRow } from './rollout-table.ts';
import { breachesByHours, type ShockedLog } from './slow-hours.ts';
import { stabilityOf } from './stability.ts';
import { walkZipf, type ZipfRollout } from './zipf-locales.ts';

function zipf(question: string, population: string, decision: Decision, rollout: ZipfRollout): RolloutRow {
  return {
    question,
    population,
    runs: 40,
    allowed: decision === 'increase' ? { least: 0.95, most: 1 } : atMost(0.05),
    happens: async (seed) => (await walkZipf(rollout, 1000 + seed)) === decision,
  };
}

const harmless = [20_000, 80_000, 300_000].map((users) =>
  zipf('Forty locales, `segments: auto`, no harm: increase', `${users} users, 10 looks`, 'increase', {
    users,
    looks: 10,
  }),
);

const harmed: readonly RolloutRow[] = (
  [
    [3, 0.03, '5.8%', 0.36],
    [9, 0.1, '2.3%', 0.02],
  ] as const
).map(([harmedLocale, loss, share, most]) => ({
  ...zipf('Forty locales, `segments: auto`, one is harmed: increase', '', 'increase', {
    users: 300_000,
    looks: 10,
    loss: (locale) => (locale === harmedLocale ? loss : 0),
  }),
  population: `300000 users, 10 looks, ${share} of them lose ${100 * loss} pp`,
  allowed: atMost(most),
}));

const late: RolloutRow = {
  ...zipf(
    'Forty locales, `segments: [locale]`, each on its bound, all but ten appear late: rollback',
    '80000 users, 10 looks',
    'rollback',
    { users: 80_000, looks: 10, segments: '[locale]', loss: () => 0.01, since: (locale) => Math.floor(locale / 5) },
  ),
  runs: 400,
};

const everySixHours = Array.from({ length: 12 }, (_, look) => 6 * (look + 1));
const days = Array.from({ length: 20 }, (_, day) => day + 1);

const stability: readonly RolloutRow[] = [
  {
    question: 'The later half is on the bound and the whole within it: `stability` holds at its alpha of 5%',
    population: 'pairs, 3000 users a day, looked at for 20 days',
    runs: 200,
    allowed: atMost(0.05),
    happens: async (seed) => {
      const log = { days: 20, usersADay: 3000, loss: (day: number) => (day <= 4 ? 0 : 0.01), alpha: 0.05 };
      const looks = days.filter((day) => day >= 8);
      return (await stabilityOf(log, looks, seed)).includes('hold');
    },
  },
  {
    question: 'The last day loses 3 pp and the whole is within its 1 pp: `stability` holds',
    population: 'pairs, 20000 users a day, judged once after 5 days',
    runs: 200,
    allowed: { least: 0.8, most: 1 },
    happens: async (seed) => {
      const [said] = await stabilityOf(
        { days: 5, usersADay: 20_000, loss: (day) => (day === 5 ? 0.03 : 0) },
        [5],
        seed,
      );
      return said === undefined ? undefined : said === 'hold';
    },
  },
];

const promises: readonly RolloutRow[] = [100, 300, 1000].map((users) => ({
  question: 'At as many users as were said to decide with a chance of 80% were there no change: increase',
  population: `pairs, 1 request each, said at ${users} users`,
  runs: 400,
  // Few users have met so few differences that one more is a large part of what is planned for.
  allowed: { least: 0.74, most: 0.9 },
  happens: async (seed) => await keepsItsPromise(users, seed),
}));

const shocks: readonly (readonly [string, ShockedLog, RolloutRow['allowed']])[] = [
  ['1 hour', { hours: 72, shockMinutes: 60, hoursBetween: 12, slower: 0 }, atMost(0.05)],
  ['4 hours', { hours: 72, shockMinutes: 240, hoursBetween: 24, slower: 0 }, atMost(0.08)],
  ['12 hours', { hours: 72, shockMinutes: 720, hoursBetween: 48, slower: 0 }, atMost(0.22)],
  [
    '1 hour, and it is 20% slower',
    { hours: 72, shockMinutes: 60, hoursBetween: 24, slower: 0.2 },
    { least: 0.8, most: 1 },
  ],
];

const hourly: readonly RolloutRow[] = shocks.map(([name, log, allowed]) => ({
  question: 'Shocks double the latency of one version’s pods, allowed are 5% more: breach by hours too',
  population: `shocks of ${name}, looked at every 6 hours for 72`,
  runs: 400,
  allowed,
  happens: async (seed) => await breachesByHours(log, everySixHours, seed),
}));

const judges = (
  [
    ['its own 95% interval misses what people would say', false, { least: 0.95, most: 1 }],
    ['the corrected 95% interval misses what people would say', true, atMost(0.05)],
  ] as const
).map(([question, corrected, allowed]): RolloutRow => ({
  question: `A judge favours the candidate by 0.09: ${question}`,
  population: 'pairs, 1200 users, people scored a third of the answers',
  runs: 400,
  allowed,
  happens: async (seed) => await biasedJudgeMisses(corrected, seed),
}));

const repeated = (
  [
    ['the 95% interval of requests, by user, misses the truth', '10 looks', 'requests', atMost(0.05)],
    ['an interval that takes each asking for a user misses the truth', '1 look', 'askings', { least: 0.1, most: 1 }],
  ] as const
).map(([question, looked, counted, allowed]): RolloutRow => ({
  question: `Models that sample, asked four times each: ${question}`,
  population: `pairs, 300 users with 3 requests each, ${looked}`,
  runs: 400,
  allowed,
  happens: async (seed) => await repeatedAnswersMiss(counted, seed),
}));

const loyal = (
  [
    ['kpi.revenue, 600 users, 30% of them the candidate’s', loyalBuyers],
    ['macro_f1, 4800 people beside 1200 programs that come once and ask eight times', loyalPeople],
  ] as const
).map(([population, log]): RolloutRow => ({
  question: 'The same users come in four periods, on the bound, all judged together once: breach',
  population,
  runs: 60,
  allowed: atMost(0.05),
  happens: async (seed) => await breachesTogether(log, seed),
}));

const destroyed = (
  [
    ['does not increase', 0.62, 20, { least: 0.25, most: 1 }],
    ['does not increase', 0.62, 30, { least: 0.75, most: 1 }],
    ['does not increase', 0.62, 40, { least: 0.9, most: 1 }],
    ['rollback', 0.62, 40, { least: 0.75, most: 1 }],
    ['rollback', 0.05, 40, atMost(0.05)],
    ['does not increase', 0, 40, atMost(0.05)],
  ] as const
).map(([question, loss, users, allowed]): RolloutRow => ({
  question: `One of 77 segments loses ${100 * loss} pp, allowed are 5, judged once with \`segments: auto\`: ${question}`,
  population: `pairs, ${users} users in each segment, 1 request each`,
  runs: 400,
  allowed,
  happens: async (seed) => {
    const decision = await judgeSegments(users, loss, seed);
    return question === 'rollback' ? decision === 'rollback' : decision !== 'increase';
  },
}));

export const rolloutRows: readonly RolloutRow[] = [
  ...nightlyRows,
  ...harmless,
  ...harmed,
  late,
  ...stability,
  ...promises,
  ...hourly,
  ...judges,
  ...repeated,
  ...loyal,
  ...destroyed,
];
