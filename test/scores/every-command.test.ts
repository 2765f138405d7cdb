import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../cli/harness.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';
import { helpful, scoredLog, textOutput } from './logged-scores.ts';

let folder: string;

beforeAll(() => {
  ({ folder } = new TestRollout(
    {
      plan: {
        ...helpful,
        scores:
          '{ helpful: { from: log, range: [0, 1], better: higher }, refused: { use: refusal, pattern: "^I cannot" }, long: { command: [node, long.mjs], range: [0, 100], better: lower } }',
        guardrails: [
          '{ metric: rouge_l, maxDecrease: 5pp }',
          '{ metric: score.helpful, maxDecrease: 0.05 }',
          '{ metric: score.refused, maxIncrease: 5pp }',
          '{ metric: score.long, maxIncrease: 20 }',
          '{ metric: error_rate, maxIncrease: 5pp }',
        ],
      },
      version: textOutput,
      files: { 'log.jsonl': scoredLog({ requests: 1200, record: (index) => ({ label: `baseline says ${index}` }) }) },
    },
    afterAll,
  ));
  writeFileSync(
    join(folder, 'long.mjs'),
    `import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, prediction } = JSON.parse(line);
  console.log(JSON.stringify({ id, scores: { long: String(prediction?.text ?? prediction).length } }));
});`,
  );
});

it('plan runs no scorer, and says what its score could tell once an evaluation ran it', async () => {
  const plan = await run(['plan', 'plan.yaml'], { cwd: folder });
  expect(plan).toMatchObject({ exitCode: 0 });
  expect(plan.stdout).toContain('score.long: unknown');
  await run(['evaluate', 'plan.yaml'], { cwd: folder });
  expect((await run(['plan', 'plan.yaml'], { cwd: folder })).stdout).toMatch(/^ +score\.long +[\d.]+/mu);
});

it('a gross regression of each score is planted and caught', async () => {
  const { stdout, stderr } = await run(['selftest', 'plan.yaml'], { cwd: folder });
  expect(stderr).toBe('');
  for (const metric of ['rouge_l', 'score.helpful', 'score.refused', 'score.long']) {
    expect(stdout).toMatch(new RegExp(`${metric.replace('.', '\\.')} .*caught`, 'u'));
  }
});

it('an effect on a score can be simulated', async () => {
  const effect = ['--effect', 'score.helpful=-20pp', '--runs', '3', '--looks', '2'];
  const { exitCode, stdout } = await run(['simulate', 'plan.yaml', ...effect], { cwd: folder });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/rolled back +3 +100%/u);
});
