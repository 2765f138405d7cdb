import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { promote } from '../../src/gate/act/promote.ts';
import { rolloutStatus } from '../../src/gate/look/rollout-status.ts';
import { reviewPlan } from '../../src/gate/review/review-plan.ts';
import { planText } from '../../src/report/commands/plan-text.ts';
import { baseline, candidate, jsonLines, TestRollout } from '../fixtures/test-rollout.ts';
import { worldAt } from './world-at.ts';

/** Requests by 300 users from a time on, a minute apart, with both versions' answers. */
function requests(from: string, count: number): object[] {
  const outcome = { prediction: 'a' };
  return Array.from({ length: count }, (_, index) => ({
    request_id: `${from}-${index}`,
    timestamp: new Date(Date.parse(from) + index * 60_000).toISOString(),
    user_id: `u${index % 300}`,
    label: index % 10 === 0 ? 'b' : 'a',
    outcomes: { [baseline]: outcome, [candidate]: outcome },
  }));
}

test('a stage waits for its time, for new requests and for its window, and plan and status say until when', async () => {
  const { folder } = new TestRollout({
    plan: {
      stages: [
        '{ name: shadow, weight: 0 }',
        `{ name: full, weight: 1, bake: 24h, newRequests: 400, increaseWindow: 'Mon-Fri 09:00-17:00 Europe/Berlin' }`,
      ],
    },
    files: { 'log.jsonl': requests('2026-11-04T00:00:00Z', 1500) },
  });
  const at = (time: string) => worldAt(folder, { now: () => new Date(time) });
  const checks = async (time: string) => {
    const { evidence } = await evaluate(at(time), 'plan.yaml', { stage: 'full' });
    const told = new Map(evidence.checks.map(({ name, status, detail }) => [name, `${status}: ${detail}`]));
    return [evidence.verdict.decision, ...['bake', 'newRequests', 'increaseWindow'].map((name) => told.get(name))];
  };
  // Thursday, 11 in the morning in Berlin.
  await evaluate(at('2026-11-05T10:00:00Z'), 'plan.yaml', {});
  await promote(at('2026-11-05T10:00:00Z'), 'plan.yaml', {});
  const { review } = await reviewPlan(at('2026-11-05T11:00:00Z'), 'plan.yaml');
  expect(review.stages.map(({ waitsFor }) => waitsFor)).toEqual([
    undefined,
    [
      '24 h of stage shadow in force, until 2026-11-06T10:00:00.000Z',
      '400 requests since stage shadow was entered',
      'an increase Mon-Fri 09:00-17:00 Europe/Berlin',
    ],
  ]);
  expect(planText(review, { color: 0, columns: 80, unicode: false })).toContain(
    'What stages wait for\n  full: 24 h of',
  );
  const status = await rolloutStatus(at('2026-11-05T11:00:00Z'), 'plan.yaml');
  expect(status.next.why).toContain(
    'wait until 2026-11-06T10:00:00.000Z; it needs 400 requests since 2026-11-05T10:00',
  );

  expect(await checks('2026-11-05T11:00:00Z')).toEqual([
    'hold',
    'hold: stage shadow has been in force since 2026-11-05T10:00:00.000Z; 24 h are required: wait until 2026-11-06T10:00:00.000Z',
    'hold: 0 requests came since stage shadow was entered (2026-11-05T10:00:00.000Z), the stage requires 400: 400 more needed',
    'pass: an increase is allowed Mon-Fri 09:00-17:00 Europe/Berlin, which includes now',
  ]);
  appendFileSync(join(folder, 'log.jsonl'), jsonLines(requests('2026-11-05T10:00:00Z', 450)));
  expect(await checks('2026-11-07T12:00:00Z')).toEqual([
    'hold',
    expect.stringMatching(/^pass/u),
    'pass: 450 requests came since stage shadow was entered (2026-11-05T10:00:00.000Z); 400 are required',
    'hold: an increase is allowed Mon-Fri 09:00-17:00 Europe/Berlin: wait until Mon 2026-11-09 09:00 Europe/Berlin',
  ]);
  // What was found in the window may be acted on in a window alone, and what was found outside of it is found again.
  expect((await checks('2026-11-09T08:00:00Z'))[0]).toBe('increase');
  await expect(promote(at('2026-11-09T16:00:00Z'), 'plan.yaml', {})).rejects.toMatchObject({ exitCode: 3 });
  expect((await promote(at('2026-11-10T15:59:00Z'), 'plan.yaml', {})).action).toBe('complete');
});
