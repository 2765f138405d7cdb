import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { run, runInstalled, temporaryFolder } from './harness.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A plan that replaces the TensorFlow.js version by the ONNX one, beside the shipped log. */
function onnxRollout(candidate = '1.5.1'): string {
  const folder = temporaryFolder();
  cpSync(join(root, 'fixtures/onnx-registry'), join(folder, 'registry'), { recursive: true });
  cpSync(join(root, 'fixtures/requests/2026-11-01.jsonl'), join(folder, 'requests.jsonl'));
  const plan = `apiVersion: canary/v1
kind: RolloutPlan
name: onnx
model: intent-classifier
registry: registry
baseline: stable
candidate: ${candidate}
requests: { source: requests.jsonl }
stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]
guardrails:
  - { metric: agreement, min: 100%, test: point }
  - { metric: accuracy, maxDecrease: 5pp }
  - { metric: error_rate, max: 2% }
`;
  writeFileSync(join(folder, 'plan.yaml'), plan);
  return folder;
}

test('a TensorFlow.js baseline and its ONNX export agree on every request of a plan', async () => {
  const result = await run(['evaluate', 'plan.yaml', '--format', 'json'], { cwd: onnxRollout() });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  const { comparisons, inputs, outcomes } = parseEvidence(result.stdout, 'standard output');
  expect(inputs).toMatchObject({
    baseline: { runtime: 'tfjs' },
    candidate: { runtime: 'onnx', backend: expect.stringMatching(/^onnxruntime \d/u) },
  });
  expect(outcomes.candidate.errors).toEqual({});
  const agreement = comparisons.find(({ metric }) => metric === 'agreement');
  expect(agreement).toMatchObject({ candidate: 1, requests: outcomes.candidate.requests });
});

/** An installation of canary with all packages of this one but onnxruntime-node. */
function installationWithoutOnnx(): string {
  const folder = temporaryFolder();
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(root, part), join(folder, part), { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === 'onnxruntime-node') continue;
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}

test('where onnxruntime-node is missing, the error names the command that adds it', async () => {
  const program = join(installationWithoutOnnx(), 'bin', 'canary.js');
  const result = await runInstalled(['evaluate', 'plan.yaml'], { cwd: onnxRollout(), program });
  expect(result).toMatchObject({ exitCode: 5, stdout: '' });
  expect(result.stderr).toContain(
    'Version 1.5.1 cannot be loaded: The runtime onnx needs the package onnxruntime-node',
  );
  expect(result.stderr).toContain('npm install onnxruntime-node');
});
