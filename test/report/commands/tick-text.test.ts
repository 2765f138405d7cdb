import { expect, test } from 'vitest';
import { tickText } from '../../../src/report/commands/tick-text.ts';

const at = '2026-11-05T10:00:00.000Z';
const why = `latency.p95 is 130 ms and at best 125 ms; ${'allowed: max 120 ms: breach; '.repeat(6)}`;
const tick = { plan: 'intent-1.5.0', did: 'held', stage: 'canary-5', why, weight: 0.05 };

test('a tick is one line in a log', () => {
  expect(tickText(at, tick).split('\n')).toHaveLength(2);
});

test('a tick is wrapped to a terminal, below itself', () => {
  const lines = tickText(at, tick, { color: 0, columns: 80, unicode: true }).trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(2);
  expect(lines[0]).toMatch(/^2026-11-05T10:00:00\.000Z intent-1\.5\.0 held canary-5/u);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
  for (const line of lines.slice(1)) expect(line).toMatch(/^ {25}\S/u);
});
