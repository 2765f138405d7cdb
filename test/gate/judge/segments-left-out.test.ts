import { describe, expect, test } from 'vitest';
import { checkOf, type PlantedRecord, plantedRollout, planLines, seeded } from '../planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const shadow = 'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]';
const source = 'requests: { source: log.jsonl, segments: { locale: context.locale } }';

interface Locale {
  readonly users: number;
  readonly outcomes: (random: () => number) => PlantedRecord;
}

/** Three requests of every user, over two days. */
function logOf(locales: Readonly<Record<string, Locale>>): PlantedRecord[] {
  const random = seeded(11);
  return Object.entries(locales).flatMap(([locale, { users, outcomes }]) =>
    Array.from({ length: users * 3 }, (_, index) => ({
      request_id: `${locale}-${index}`,
      timestamp: start + Math.floor(random() * 48 * 3_600_000),
      user_id: `${locale}-${index % users}`,
      label: 'a',
      context: { locale },
      outcomes: outcomes(random),
    })),
  );
}

function answered(random: () => number) {
  return { prediction: 'a', latency_ms: 40 + 10 * random() };
}

const healthy = (random: () => number) => ({ '1.0.0': answered(random), '1.1.0': answered(random) });
const unanswered = (random: () => number) => ({ '1.0.0': answered(random), '1.1.0': { error: 'crash' } });
const untimed = () => ({ '1.0.0': { prediction: 'a' }, '1.1.0': { prediction: 'a' } });

const worse = (random: () => number) => ({
  '1.0.0': { prediction: random() < 0.95 ? 'a' : 'b', latency_ms: 40 },
  '1.1.0': { prediction: random() < 0.8 ? 'a' : 'b', latency_ms: 40 },
});
const alike = (random: () => number) => {
  const prediction = random() < 0.95 ? 'a' : 'b';
  return { '1.0.0': { prediction, latency_ms: 40 }, '1.1.0': { prediction, latency_ms: 40 } };
};

describe('a segment that nothing can be computed on', () => {
  let rollout: ReturnType<typeof plantedRollout>;
  const latency = 'guardrails: [{ metric: latency.mean, maxIncrease: 20ms, segments: auto }]';

  test('is uncomputable where one version has nothing there', async () => {
    rollout = plantedRollout().write(
      'log.jsonl',
      logOf({ en: { users: 2000, outcomes: healthy }, xx: { users: 160, outcomes: unanswered } }),
    );
    const evidence = await rollout.evaluate(planLines([source, shadow, latency, 'checks: { selection: warn }']));
    expect(evidence.guardrails.find(({ segment }) => segment?.['locale'] === 'xx')?.status).toBe('uncomputable');
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('is left out and named where neither version has anything there', async () => {
    rollout = plantedRollout().write(
      'log.jsonl',
      logOf({ en: { users: 2000, outcomes: healthy }, xx: { users: 160, outcomes: untimed } }),
    );
    const evidence = await rollout.evaluate(planLines([source, shadow, latency]));
    expect(evidence.verdict.decision).toBe('increase');
    expect(checkOf(evidence, 'segments')).toMatchObject({ status: 'pass', told: true });
    expect(checkOf(evidence, 'segments').detail).toContain('locale=xx');
  });
});

describe('a segment that is too small to judge', () => {
  let rollout: ReturnType<typeof plantedRollout>;

  test('is named with what was observed on it, and shows in the default output', async () => {
    rollout = plantedRollout().write(
      'log.jsonl',
      logOf({ en: { users: 3000, outcomes: alike }, xx: { users: 12, outcomes: worse } }),
    );
    const guardrail = 'guardrails: [{ metric: accuracy, maxDecrease: 4pp, segments: auto }]';
    const evidence = await rollout.evaluate(planLines([source, shadow, guardrail]));
    const { told, detail } = checkOf(evidence, 'segments');
    expect(told).toBe(true);
    expect(detail).toMatch(/locale=xx \(12 users, 30 are needed\), observed accuracy -\d+\.\d+ pp/u);
  });
});
