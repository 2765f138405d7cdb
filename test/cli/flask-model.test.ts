import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { HttpArtifact } from '../../src/domain/registry.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { run } from './harness.ts';
import { writeRollout } from './http-rollout.ts';

const app = fileURLToPath(new URL('flask/app.py', import.meta.url));
/** Debian installs for its own Python, which need not be the first on the path. */
const python = ['python3', '/usr/bin/python3'].find(
  (name) => isWhole && spawnSync(name, ['-c', 'import flask, sklearn']).status === 0,
);
if (isWhole && python === undefined) console.warn('skipped: python3-flask and python3-sklearn are not installed');

interface Started {
  readonly port: number;
  readonly data: readonly (readonly number[])[];
  readonly target: readonly number[];
}

/** Starts the app, which ends with the test. */
async function startApp(model: string): Promise<Started> {
  const child = spawn(python ?? 'python3', [app, model], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const started: Started = JSON.parse(line);
    return started;
  }
  throw new Error('the Flask app ended before it listened');
}

function artifact({ port }: Started): HttpArtifact {
  return {
    runtime: 'http',
    url: `http://127.0.0.1:${port}/predict`,
    protocol: 'json',
    body: { features: ['{{input}}'] },
    answer: { label: 'prediction.0', scores: 'probability.0' },
  };
}

test.skipIf(python === undefined)(
  'a Flask service with a scikit-learn model is judged: a stump that knows two kinds of three is taken back',
  async () => {
    const [logistic, stump] = await Promise.all([startApp('logistic'), startApp('stump')]);
    const folder = writeRollout({
      baseline: artifact(logistic),
      candidate: artifact(stump),
      signature: { input: { kind: 'tensor', shape: [4] }, output: { kind: 'classification', labels: ['0', '1', '2'] } },
      records: [0, 1, 2].flatMap(() =>
        logistic.data.map((input, row) => ({ input, label: String(logistic.target[row]) })),
      ),
      guardrails: [
        '{ metric: accuracy, maxDecrease: 2pp }',
        '{ metric: error_rate, max: 5% }',
        '{ metric: log_loss, max: 1 }',
      ],
      replay: '{ concurrency: 2, timeout: 10s }',
    });
    const { exitCode, stdout } = await run(['evaluate', 'plan.yaml', '--format', 'json'], { cwd: folder });
    expect(exitCode).toBe(4);
    const { comparisons, outcomes } = parseEvidence(stdout, 'standard output');
    expect(outcomes.candidate.errors).toEqual({});
    const accuracy = comparisons.find(({ metric }) => metric === 'accuracy');
    // What scikit-learn itself finds for these two on its own data.
    expect(accuracy).toMatchObject({ baseline: expect.closeTo(0.973, 2), candidate: expect.closeTo(0.667, 2) });
  },
);
