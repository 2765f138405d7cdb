import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Comparison } from '../../src/domain/evidence.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { run } from './harness.ts';
import { repeatingProgram, writeRollout } from './http-rollout.ts';

/** A rollout of two programs, the second of which is wrong on 12 of 100 requests. */
function rolloutOfPrograms(): string {
  const labels = ['a', 'b'];
  const folder = writeRollout({
    baseline: { runtime: 'command', command: ['node', 'model.mjs', '0'] },
    candidate: { runtime: 'command', command: ['node', 'model.mjs', '12'] },
    signature: { input: { kind: 'text' }, output: { kind: 'classification', labels } },
    records: Array.from({ length: 400 }, (_, index) => {
      const label = labels[(index * 7 + Math.floor(index / 3)) % 2] ?? '';
      return { input: `say ${index} ${label}`, label };
    }),
    guardrails: ['{ metric: accuracy, maxDecrease: 5pp }'],
  });
  writeFileSync(join(folder, 'registry/model.mjs'), repeatingProgram);
  return folder;
}

function onDevice(line: string | undefined, device: string): string {
  return `${JSON.stringify({ ...JSON.parse(line ?? ''), device })}\n`;
}

async function accuracyOf(folder: string, ...options: string[]): Promise<Comparison | undefined> {
  const { stdout, stderr } = await run(['evaluate', 'plan.yaml', '--format', 'json', ...options], { cwd: folder });
  if (stdout === '') throw new Error(stderr);
  const { comparisons } = parseEvidence(stdout, 'standard output');
  return comparisons.find(({ metric, segment }) => metric === 'accuracy' && segment === null);
}

test('stored outcomes are not taken for those of other requests when the plan leaves one request out', async () => {
  const folder = rolloutOfPrograms();
  // The first request was logged twice. Only a plan that looks at devices can tell that the two records differ.
  const log = join(folder, 'log.jsonl');
  const records = readFileSync(log, 'utf8').trimEnd().split('\n');
  writeFileSync(log, records.map((line) => onDevice(line, 'ios')).join('') + onDevice(records[0], 'android'));
  expect(await accuracyOf(folder)).toMatchObject({ requests: 400, baseline: 1, candidate: 0.88 });

  const plan = join(folder, 'plan.yaml');
  writeFileSync(plan, readFileSync(plan, 'utf8').replace('log.jsonl }', 'log.jsonl, segments: { device: device } }'));
  const judgedAgain = await accuracyOf(folder);
  expect(judgedAgain).toMatchObject({ requests: 399, baseline: 1 });
  expect(judgedAgain).toEqual(await accuracyOf(folder, '--fresh'));
});
