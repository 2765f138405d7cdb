import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, describe, test } from 'vitest';
import { isWhole } from '../fixtures/tiers.ts';
import { blocksOf } from './doc-blocks.ts';
import { run } from './harness.ts';
import { writeRollout } from './http-rollout.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';

const python = new URL('../python/.venv/bin/python', import.meta.url).pathname;
const [withSpark = '', withRay = ''] = blocksOf('spark-ray.md', 'python');
const [planPart = ''] = blocksOf('spark-ray.md', 'yaml');
const requests = 400;

/** Repeats the label that a text ends in; the candidate is wrong on every tenth. */
const models = `def load(version):
    def answer(texts):
        words = [text.split(" ") for text in texts]
        wrong = version == "1.1.0"
        return ["b" if wrong and int(number) % 10 == 0 else label for _, number, label in words]
    return answer
`;

function hasPackage(name: string): boolean {
  return isWhole && spawnSync(python, ['-c', `import ${name}`]).status === 0;
}

/** A rollout of recorded versions, whose outcomes are still to be made. */
function rollout(): string {
  const recorded = { runtime: 'recorded' } as const;
  const folder = writeRollout({
    baseline: recorded,
    candidate: recorded,
    signature: { input: { kind: 'text' }, output: { kind: 'classification', labels: ['a', 'b'] } },
    records: Array.from({ length: requests }, (_, index) => ({ input: `say ${index} a`, label: 'a' })),
    guardrails: ['{ metric: accuracy, maxDecrease: 5pp }'],
  });
  writeFileSync(join(folder, 'requests.jsonl'), readFileSync(join(folder, 'log.jsonl')));
  writeFileSync(join(folder, 'models.py'), models);
  const plan = readFileSync(join(folder, 'plan.yaml'), 'utf8').replace('requests: { source: log.jsonl }\n', '');
  writeFileSync(join(folder, 'plan.yaml'), plan.replace('replay: {}\n', '') + planPart);
  return folder;
}

describe.each([
  ['pyspark', withSpark],
  ['ray', withRay],
])('the example of %s (skipped where it is not installed)', (name, script) => {
  test.runIf(hasPackage(name))(
    'makes outcomes of which canary judges every one',
    async () => {
      const cwd = rollout();
      writeFileSync(join(cwd, 'example.py'), script);
      const made = spawnSync(python, ['example.py'], {
        cwd,
        encoding: 'utf8',
        env: {
          ...process.env,
          PYTHONPATH: cwd,
          PYSPARK_PYTHON: python,
          SPARK_LOCAL_IP: '127.0.0.1',
          RAY_USAGE_STATS_ENABLED: '0',
        },
      });
      expect({ status: made.status, stderr: made.status === 0 ? '' : made.stderr }).toEqual({ status: 0, stderr: '' });
      const { stdout, stderr } = await run(['evaluate', 'plan.yaml', '--format', 'json'], { cwd });
      expect(stderr).not.toMatch(/error/iu);
      const { inputs, comparisons } = parseEvidence(stdout, 'evidence');
      expect(inputs.requests.reduce((sum, { rows }) => sum + rows, 0)).toBe(requests);
      const accuracy = comparisons.find((each) => each.metric === 'accuracy');
      expect(accuracy).toMatchObject({ baseline: 1, candidate: 0.9 });
    },
    240_000,
  );
});
