import { describe, expect, test } from 'vitest';
import { checkOf, type PlantedRecord, plantedRollout, seeded } from './planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const shadow = { stages: '[{ name: shadow, weight: 0 }, { name: full, weight: 1 }]' };
const source = { requests: '{ source: log.jsonl, segments: { locale: context.locale } }' };
const automatic = { guardrails: '[{ metric: accuracy, maxDecrease: 4pp, segments: auto }]' };

/** Share of right answers of the baseline and of the candidate, and how many users there are. */
type Locale = readonly [users: number, baseline: number, candidate: number];

/** Five requests of every user, around the clock over two days; in pairs, so that most answers agree. */
function logOf(locales: Readonly<Record<string, Locale>>, seed = 7): PlantedRecord[] {
  const random = seeded(seed);
  return Object.entries(locales).flatMap(([locale, [users, baseline, candidate]]) =>
    Array.from({ length: users * 5 }, (_, index): PlantedRecord => {
      const luck = random();
      return {
        request_id: `${locale}-${index}`,
        timestamp: start + Math.floor(random() * 48 * 3_600_000),
        user_id: `${locale}-${index % users}`,
        label: 'a',
        context: { locale },
        outcomes: {
          '1.0.0': { prediction: luck < baseline ? 'a' : 'b', latency_ms: 40 },
          '1.1.0': { prediction: luck < candidate ? 'a' : 'b', latency_ms: 40 },
        },
      };
    }),
  );
}

/** Better for most, worse in the two smallest locales that have enough data; `is` has too little. */
const simpson: Readonly<Record<string, Locale>> = {
  en: [600, 0.85, 0.9],
  de: [300, 0.85, 0.9],
  fr: [200, 0.85, 0.88],
  pt: [60, 0.9, 0.62],
  nl: [50, 0.9, 0.65],
  is: [9, 0.9, 0.2],
};

describe('a candidate that wins on the whole and loses in the two smallest locales', () => {
  test('is found by segments: auto, and rolled back', async () => {
    const rollout = plantedRollout().write('log.jsonl', logOf(simpson));
    const evidence = await rollout.evaluate({ ...source, ...shadow, ...automatic });
    const statuses = new Map(
      evidence.guardrails.map(({ segment, status }) => [segment === null ? 'whole' : segment['locale'], status]),
    );
    expect(statuses.get('whole')).toBe('pass');
    expect(statuses.get('pt')).toBe('breach');
    expect(statuses.get('nl')).toBe('breach');
    expect(statuses.has('is')).toBe(false);
    expect(evidence.verdict.decision).toBe('rollback');
  });

  test('is warned about by the check on segments where no guardrail looks, the worst first', async () => {
    const rollout = plantedRollout().write('log.jsonl', logOf(simpson));
    const guardrail = { guardrails: '[{ metric: accuracy, maxDecrease: 4pp }]' };
    const evidence = await rollout.evaluate({ ...source, ...shadow, ...guardrail });
    const { status, detail } = checkOf(evidence, 'segments');
    expect(status).toBe('warn');
    expect(detail).toMatch(/accuracy improves by \+\d.* on the whole but worsens for locale=pt .*; .*locale=nl/u);
    expect(detail).toContain('too small to judge: locale=is (9 users, 30 are needed)');
    expect(evidence.verdict.decision).toBe('increase');
    const strict = await rollout.evaluate({ ...source, ...shadow, ...guardrail, checks: '{ segments: hold }' });
    expect(strict.verdict.decision).toBe('hold');
  });

  test('is no reversal where every locale improves', async () => {
    const rollout = plantedRollout().write('log.jsonl', logOf({ en: [600, 0.85, 0.9], pt: [60, 0.85, 0.9] }));
    const evidence = await rollout.evaluate({ ...source, ...shadow, ...automatic });
    expect(checkOf(evidence, 'segments').status).toBe('pass');
  });
});

describe('segments: auto', () => {
  test('keeps the order of a first look when another segment grows past the others', async () => {
    const first = { en: [400, 0.9, 0.9], de: [100, 0.9, 0.9] } as const;
    const rollout = plantedRollout().write('log.jsonl', logOf(first));
    const before = await rollout.evaluate({ ...source, ...shadow, ...automatic });
    expect(before.statistics.segments).toEqual([{ locale: 'en' }, { locale: 'de' }]);
    rollout.write('log.jsonl', [...logOf(first), ...logOf({ pl: [700, 0.9, 0.9] })]);
    const after = await rollout.evaluate({ ...source, ...shadow, ...automatic });
    expect(after.stage).toMatchObject({ look: 2, series: 1 });
    expect(after.statistics.segments).toEqual([{ locale: 'en' }, { locale: 'de' }, { locale: 'pl' }]);
    expect(after.statistics.tests).toBe(before.statistics.tests);
  });

  test('takes one more test for the intervals of all segments together, and one for the bets on their users', async () => {
    const rollout = plantedRollout().write('log.jsonl', logOf(simpson));
    const evidence = await rollout.evaluate({ ...source, ...shadow, ...automatic });
    expect(evidence.statistics.tests).toBe(3);
  });

  test('does not hold a stage for segments too small to show a harmless candidate, and says which', async () => {
    const locales: Record<string, Locale> = { en: [1500, 0.9, 0.9] };
    for (let small = 0; small < 6; small += 1) locales[`x${small}`] = [40, 0.9, 0.88];
    const rollout = plantedRollout().write('log.jsonl', logOf(locales));
    const evidence = await rollout.evaluate({ ...source, ...shadow, ...automatic });
    expect(evidence.verdict.decision).toBe('increase');
    const { detail } = checkOf(evidence, 'segments');
    expect(detail).toContain('too small to judge: locale=x');
    expect(detail).toContain('(accuracy inconclusive)');
    expect(detail).toContain('and 1 more');
  });
});

/** The same records at other hours after the start. */
function at(hoursOf: (random: () => number) => number): PlantedRecord[] {
  const random = seeded(3);
  return logOf({ en: [300, 0.9, 0.9] }).map((record) => ({
    ...record,
    timestamp: start + Math.floor(hoursOf(random) * 3_600_000),
  }));
}

describe('the window of the log', () => {
  const guardrail = { guardrails: '[{ metric: accuracy, maxDecrease: 5pp }]' };

  test('of three nights is told, and coverage names the hours that are missing', async () => {
    const nights = at((random) => Math.floor(random() * 3) * 24 + ((22 + random() * 7) % 24));
    const rollout = plantedRollout().write('log.jsonl', nights);
    const told = await rollout.evaluate({ ...source, ...shadow, ...guardrail });
    expect(checkOf(told, 'coverage')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('from 05:00 to 21:59 UTC'),
    });
    expect(told.verdict.decision).toBe('increase');
    const held = await rollout.evaluate({ ...source, ...shadow, ...guardrail, coverage: '{ hours: [8, 20] }' });
    expect(checkOf(held, 'coverage')).toMatchObject({ status: 'hold', detail: expect.stringContaining('08:00 (0)') });
    expect(held.verdict.decision).toBe('hold');
    const warned = await rollout.evaluate({
      ...source,
      ...shadow,
      ...guardrail,
      coverage: '{ hours: [8, 20] }',
      checks: '{ coverage: warn }',
    });
    expect(warned.verdict.decision).toBe('increase');
  });

  test('of one night is shorter than a day, which warns; where the plan asks for a day it holds', async () => {
    const rollout = plantedRollout().write(
      'log.jsonl',
      at((random) => 22 + random() * 6),
    );
    const told = await rollout.evaluate({ ...source, ...shadow, ...guardrail });
    expect(checkOf(told, 'window').status).toBe('warn');
    expect(checkOf(told, 'window').detail).toContain('less than the 24 h required');
    const held = await rollout.evaluate({
      ...source,
      ...shadow,
      ...guardrail,
      checks: '{ window: { minDuration: 24h } }',
    });
    expect(held.verdict.decision).toBe('hold');
  });

  test('of the whole day passes', async () => {
    const rollout = plantedRollout().write(
      'log.jsonl',
      at((random) => random() * 24),
    );
    expect(checkOf(await rollout.evaluate({ ...source, ...shadow, ...guardrail }), 'window').status).toBe('pass');
  });
});
