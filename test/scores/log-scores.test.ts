import { expect, it } from 'vitest';
import { TestRollout } from '../fixtures/test-rollout.ts';
import { guardHelpful, helpful, scoredLog, textOutput } from './logged-scores.ts';

async function evaluated(shift: number) {
  const rollout = new TestRollout({
    plan: { ...helpful, guardrails: guardHelpful },
    version: textOutput,
    files: { 'log.jsonl': scoredLog({ shift }) },
  });
  return await rollout.evaluate();
}

it('scores in the log let a version begin whose answers are as good, and roll back one whose answers are worse', async () => {
  const good = await evaluated(0);
  expect(good.verdict).toMatchObject({ decision: 'increase' });
  expect(good.guardrails[0]).toMatchObject({ metric: 'score.helpful', unit: 'proportion', status: 'pass' });
  const worse = await evaluated(-0.15);
  expect(worse.verdict.decision).toBe('rollback');
});
