import { expect, test } from 'vitest';
import { type PlantedRecord, plantedRollout, planLines } from '../planted-log.ts';

const start = Date.parse('2026-11-01T00:00:00Z');
const users = 400;

/** Twenty minutes of a log: each user asks twice, and both versions are always right. */
const twentyMinutes = Array.from({ length: 2 * users }, (_, index): PlantedRecord => ({
  request_id: `r${index}`,
  timestamp: start + 1500 * index,
  user_id: `u${index % users}`,
  label: 'a',
  outcomes: {
    '1.0.0': { prediction: 'a', latency_ms: 40 },
    '1.1.0': { prediction: 'a', latency_ms: 40 },
  },
}));

const plan = (...keys: string[]) =>
  planLines([
    'requests: { source: log.jsonl }',
    'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
    'guardrails: [{ metric: error_rate, maxIncrease: 2pp }]',
    ...keys,
  ]);

test.each([
  ['a window that only warns', plan(), users],
  ['a window that warns as written', plan('checks: { window: { minDuration: 48h, action: warn } }'), users],
  ['a window that holds', plan('checks: { window: { minDuration: 24h, action: hold } }'), (users * 24 * 60) / 20],
])('a stage with %s is tuned for what it has when nothing holds it any more', async (_, text, horizon) => {
  const rollout = plantedRollout();
  rollout.write('log.jsonl', twentyMinutes);
  const { statistics } = await rollout.evaluate(text, { stage: 'shadow' });
  // The log lasts from its first to its last request, 1.5 s short of twenty minutes.
  expect((statistics.horizon ?? 0) / horizon).toBeCloseTo(1, 2);
});
