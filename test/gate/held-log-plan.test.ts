import { describe, expect, test } from 'vitest';
import { reviewPlan } from '../../src/gate/review/review-plan.ts';
import { heldRollout, pairs, words } from './held-logs.ts';

const today = { now: () => new Date('2026-11-29') };

describe('canary plan', () => {
  test('warns of truths that are not labels', async () => {
    const records = pairs((truth, baseline, candidate) => words(truth ? 'FRAUD' : 'LEGIT', baseline, candidate));
    const { warnings } = await reviewPlan(heldRollout(records, { labels: ['legit', 'fraud'] }).world, 'plan.yaml');
    expect(warnings.map(({ message }) => message).join()).toContain('true labels are not labels of the model');
  });

  test.each([
    ['labelNames: { DECLINE: fraudulent }', 'labelNames: DECLINE leads to fraudulent'],
    ['maxUnknownLabels: 2', 'maxUnknownLabels'],
    ['labelNames: { DECLINE: 1 }', 'labelNames'],
  ])('refuses %s', async (requests, message) => {
    const { world } = heldRollout([words('fraud', true, true)], {
      labels: ['legit', 'fraud'],
      requests: `, ${requests}`,
    });
    const refused = await reviewPlan(world, 'plan.yaml').catch((error: unknown) => error);
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(JSON.stringify(refused)).toContain(message);
  });

  test('says what times, ids and statuses were read as', async () => {
    const records = Array.from({ length: 200 }, (_, index) => ({
      request_id: `r${index}`,
      timestamp: 1_790_000_000_000_000 + index * 1e9,
      user_id: `${index % 50}.0`,
      label: '1',
      outcomes: { '1.0.0': { prediction: '1', error: '200 OK' }, '1.1.0': { prediction: '1', error: '200 OK' } },
    }));
    const { world } = heldRollout([], {}).write('log.jsonl', records);
    const { review } = await reviewPlan({ ...world, ...today }, 'plan.yaml');
    expect(JSON.stringify(review.log)).toMatch(/microseconds.*200 records.*statuses of HTTP/u);
  });

  test.each([
    ['20261101', 'the first request is of 1970-08-23'],
    ['20261101090000', 'the last request is of 2612'],
    ['46327.375', 'the first request is of 1970-01-01'],
  ])('warns of the time %s', async (timestamp, message) => {
    const record = { request_id: 'r', timestamp, user_id: 'u', label: 'fraud', outcomes: {} };
    const { world } = heldRollout([], { labels: ['legit', 'fraud'] }).write('log.jsonl', [record]);
    const { warnings } = await reviewPlan({ ...world, ...today }, 'plan.yaml');
    expect(warnings.map(({ message: text }) => text).join()).toContain(message);
  });
});
