import { describe, expect, test } from 'vitest';
import { checkOf } from './planted-log.ts';
import { evaluated, logOf, refusing, usual } from './selected-log.ts';

const qualityAndTime = ['{ metric: accuracy, maxDecrease: 3pp }', '{ metric: latency.p95, maxIncrease: 10% }'];

describe.each(['pairs', 'live'] as const)('in %s, a candidate that times out on exactly the hard requests', (shape) => {
  test.each([
    ['without a time', { error: 'timeout' }],
    ['with its time', { error: 'timeout', latency_ms: 1000 }],
  ])('gains neither accuracy nor speed by it (%s)', async (_title, error) => {
    const evidence = await evaluated(logOf({ shape, baseline: usual, candidate: refusing(error) }), qualityAndTime);
    expect(evidence.verdict.decision).not.toBe('increase');
    const [accuracy, p95] = evidence.guardrails;
    expect(accuracy?.value).toBeLessThan(-0.03);
    expect(p95?.status).not.toBe('pass');
  });
});

test('the same candidate is let on where it answers', async () => {
  const evidence = await evaluated(logOf({ baseline: usual, candidate: usual }), [
    '{ metric: accuracy, maxDecrease: 4pp }',
  ]);
  expect(evidence.verdict.decision).toBe('increase');
  expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'pass' });
});
