import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { artifactSha256 } from '../../src/models/artifact.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { type Run, run, temporaryFolder } from '../cli/harness.ts';

const folder = fileURLToPath(new URL('../python/', import.meta.url));
const python = join(folder, '.venv', 'bin', 'python');
const isThere = isWhole && existsSync(python);
if (isWhole && !isThere) {
  console.warn(
    'test/python/.venv is missing, so models of scikit-learn, LightGBM and Keras are not tested; see .ci/run',
  );
}

let made = '';
beforeAll(() => {
  if (!isThere) return;
  made = mkdtempSync(join(tmpdir(), 'canary-python-'));
  execFileSync(python, [join(folder, 'make-models.py'), made], { stdio: ['ignore', 'ignore', 'pipe'] });
});
afterAll(() => rmSync(made, { recursive: true, force: true }));

/** A plan that replaces Python's recorded predictions by the exported model. */
async function evaluated(name: string, runtime: 'tfjs' | 'onnx', preprocess?: string): Promise<Run> {
  const rollout = temporaryFolder();
  cpSync(join(made, name), rollout, { recursive: true });
  const artifact = join(rollout, 'artifact');
  if (preprocess !== undefined) writeFileSync(join(artifact, 'preprocess.mjs'), preprocess);
  const signature: unknown = JSON.parse(readFileSync(join(rollout, 'signature.json'), 'utf8'));
  const sha256 = await artifactSha256(artifact);
  const versions = {
    '1.0.0': { status: 'stable', artifact: { runtime: 'recorded' }, signature },
    '1.1.0': { status: 'registered', artifact: { runtime, path: 'artifact', sha256 }, signature },
  };
  writeFileSync(
    join(rollout, 'm.json'),
    JSON.stringify({ schemaVersion: 1, model: 'm', revision: 0, aliases: { stable: '1.0.0' }, versions }),
  );
  const isRegression = JSON.stringify(signature).includes('regression');
  writeFileSync(
    join(rollout, 'plan.yaml'),
    `apiVersion: canary/v1
kind: RolloutPlan
name: ${name}
model: m
registry: .
baseline: stable
candidate: 1.1.0
requests: { source: log.jsonl }
stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]
guardrails:
  - { metric: error_rate, max: 2% }
${isRegression ? '  - { metric: mae, maxIncrease: 0.1 }' : '  - { metric: agreement, min: 100%, test: point }\n  - { metric: log_loss, maxIncrease: 0.1 }'}
`,
  );
  return await run(['evaluate', 'plan.yaml', '--format', 'json'], { cwd: rollout });
}

function evidenceOf(result: Run): Evidence {
  expect(result).toMatchObject({ stdout: expect.stringContaining('"schemaVersion"') });
  return parseEvidence(result.stdout, 'standard output');
}

/** The metric's change from Python's predictions to canary's; 0 where all are equal to the last digit. */
function changeOf({ comparisons }: Evidence, metric: string): number {
  const found = comparisons.find((one) => one.metric === metric);
  if (found !== undefined && 'delta' in found) return found.delta;
  expect(found).toMatchObject({ uncomputable: 'every user has the same difference' });
  return 0;
}

/** How canary's answers compare with Python's: errors, equal labels, and whether the scores are the same. */
function comparedWithPython(evidence: Evidence): unknown {
  const agreement = evidence.comparisons.find(({ metric }) => metric === 'agreement');
  const { requests, errors } = evidence.outcomes.candidate;
  const scores = Math.abs(changeOf(evidence, 'log_loss')) < 1e-5 ? 'same' : 'other';
  return {
    requests,
    errors,
    agreement: agreement !== undefined && 'candidate' in agreement && agreement.candidate,
    scores,
  };
}

const equal = { requests: 300, errors: {}, agreement: 1, scores: 'same' };

describe.skipIf(!isThere)('a model that Python made', () => {
  test.each([
    ['a scikit-learn classifier through skl2onnx', 'scikit-learn', 'onnx'],
    ['a scikit-learn pipeline over columns of numbers and texts', 'scikit-learn-columns', 'onnx'],
    ['a LightGBM classifier through onnxmltools', 'lightgbm', 'onnx'],
    ['a network that onnxruntime quantised', 'quantised', 'onnx'],
    ['a Keras model through tensorflowjs', 'keras-layers', 'tfjs'],
  ] as const)('%s answers what it answers in Python', async (_, name, runtime) => {
    expect(comparedWithPython(evidenceOf(await evaluated(name, runtime)))).toEqual(equal);
  });

  test('a graph of several inputs and outputs through tensorflowjs answers what it answers in Python', async () => {
    const decode = `export const encode = (input) => input;
      export const decode = ({ scores }) => ({ scores: { first: scores[0], second: scores[1], third: scores[2] } });`;
    expect(comparedWithPython(evidenceOf(await evaluated('keras-graph', 'tfjs', decode)))).toEqual(equal);
  });

  test('a scikit-learn regression answers what it answers in Python', async () => {
    const evidence = evidenceOf(await evaluated('scikit-learn-regression', 'onnx'));
    expect(evidence.outcomes.candidate).toMatchObject({ requests: 300, errors: {} });
    expect(Math.abs(changeOf(evidence, 'mae'))).toBeLessThan(1e-5);
  });

  test('a network that onnxruntime quantised is asked one by one from the start', async () => {
    const { inputs } = evidenceOf(await evaluated('quantised', 'onnx'));
    expect(inputs.candidate.oneByOne).toContain('DynamicQuantizeLinear');
  });

  test.each(['keras-3-layers', 'keras-3-file'])('%s is refused with what to export instead', async (name) => {
    const result = await evaluated(name, 'tfjs');
    expect(result).toMatchObject({ exitCode: 5, stdout: '' });
    expect(result.stderr).toMatch(/Keras 3[^]*tensorflowjs_converter/u);
  });
});
