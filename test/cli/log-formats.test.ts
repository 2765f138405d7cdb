import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { logFormats } from '../../src/domain/log/log-format.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { run, temporaryFolder } from './harness.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/formats', import.meta.url));

function copyOfFixtures(): string {
  const folder = temporaryFolder();
  cpSync(fixtures, folder, { recursive: true });
  return folder;
}

async function evaluate(folder: string, plan: string): Promise<Evidence> {
  const { stdout, stderr } = await run(['evaluate', plan, '--format', 'json'], { cwd: folder });
  expect(stderr).not.toContain('error');
  return parseEvidence(stdout, 'standard output');
}

/** Every folder of fixtures that holds a log, with the format that its plan names. */
const logs = readdirSync(fixtures)
  .filter((name) => name !== 'registry')
  .map((name) => {
    const plan = readFileSync(join(fixtures, name, 'plan.yaml'), 'utf8');
    return { log: name, format: /^ {2}format: (\S+)$/mu.exec(plan)?.[1] };
  });

test('every format has a log among the fixtures', () => {
  const shown = new Set(logs.map(({ format }) => format));
  expect(logFormats.filter((format) => format !== 'canary' && !shown.has(format))).toEqual([]);
});

test.each(logs)(
  '$log gives the verdict and the numbers of the same requests in format: canary',
  async ({ log, format }) => {
    const folder = copyOfFixtures();
    const imported = await evaluate(folder, `${log}/plan.yaml`);
    const own = await evaluate(folder, `${log}/same-in-canary.yaml`);
    expect(imported.inputs.format).toBe(format);
    expect(own.inputs.format).toBeUndefined();
    expect(imported.verdict).toEqual(own.verdict);
    expect(imported.verdict.decision).toBe('increase');
    expect(imported.guardrails).toEqual(own.guardrails);
    expect(imported.comparisons).toEqual(own.comparisons);
    expect(imported.cohorts).toEqual(own.cohorts);
    expect(imported.outcomes).toEqual(own.outcomes);
    for (const { rows, lines } of imported.inputs.requests) {
      // A file of which each line is a request has nothing to tell apart.
      const { lines: count = rows, unpacked = 0, joined = 0, unmatched = 0 } = lines ?? {};
      expect(count + unpacked).toBe(rows + joined + unmatched);
    }
  },
);

test('what SageMaker does not record is uncomputable, and nowhere zero', async () => {
  const folder = copyOfFixtures();
  const plan = join(folder, 'sagemaker-capture/plan.yaml');
  const guarded = readFileSync(plan, 'utf8').replace(
    /( {2}- \{ metric: agreement.*)/u,
    '  - { metric: error_rate, max: 1% }\n  - { metric: latency.p95, max: 100ms }',
  );
  writeFileSync(plan, guarded);
  const { stdout, exitCode } = await run(['evaluate', plan, '--verbose'], { cwd: folder });
  expect(exitCode).toBe(3);
  expect(stdout).toContain('1.0.0 not recorded, 1.1.0 not recorded');
  expect(stdout.replaceAll(/\s+/gu, ' ')).toContain('SageMaker data capture does not record response times');
  const review = await run(['plan', plan], { cwd: folder });
  expect(review.stderr).toContain(
    'error_rate cannot be computed, since SageMaker data capture records answers, not failures',
  );
});

test('a format that knows no user asks for one before anything is read', async () => {
  const folder = copyOfFixtures();
  const plan = join(folder, 'kserve-logger/plan.yaml');
  writeFileSync(plan, readFileSync(plan, 'utf8').replace('unit: metadata.x-user-id, ', ''));
  const { exitCode, stderr } = await run(['evaluate', plan], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("requests.fields.unit is missing: KServe's logger does not record users");
  expect(stderr).toContain('fields: { unit: id }');
});

test('two components that log one request are asked apart', async () => {
  const folder = copyOfFixtures();
  const plan = join(folder, 'kserve-outputs/plan.yaml');
  writeFileSync(plan, readFileSync(plan, 'utf8').replace('  component: predictor\n', ''));
  const { exitCode, stderr } = await run(['evaluate', plan], { cwd: folder });
  expect(exitCode).toBe(5);
  expect(stderr).toContain('predictor and transformer record the same requests');
  expect(stderr).toContain('component: predictor');
});

test('a label and a probability that could be two scores are asked for, and the answer is used', async () => {
  const folder = copyOfFixtures();
  const plan = join(folder, 'sagemaker-label-probability/plan.yaml');
  const registry = join(folder, 'registry/intent.json');
  writeFileSync(registry, readFileSync(registry, 'utf8').replaceAll('"other", "refund"', '"0", "1"'));
  for (const variant of ['AllTraffic', 'intent-shadow']) {
    const log = join(folder, `sagemaker-label-probability/capture/intent/${variant}/2026/11/01/09/a.jsonl`);
    writeFileSync(log, readFileSync(log, 'utf8').replaceAll(/(?:other|refund),[\d.]+/gu, '0,1.0'));
  }
  const asked = await run(['evaluate', plan], { cwd: folder });
  expect(asked.exitCode).toBe(5);
  expect(asked.stderr).toContain('can be read as "scores"');
  expect(asked.stderr).toContain('answers: "scores" or "label, probability"');
  writeFileSync(plan, readFileSync(plan, 'utf8').replace('requests:\n', 'requests:\n  answers: label, probability\n'));
  const said = await run(['evaluate', plan, '--format', 'json'], { cwd: folder });
  // Both versions then say 0 of everything, and no truth is one of the labels 0 and 1.
  expect(said.exitCode).toBe(3);
  expect(said.stdout).toContain('"decision": "hold"');
});

test('requests inspect tells why records of a serving system were left out', async () => {
  const folder = copyOfFixtures();
  const log = join(folder, 'kserve-logger/events.jsonl');
  const stranger =
    '{"specversion":"1.0","type":"org.kubeflow.serving.inference.response","id":"k-77","data":{"predictions":["x"]}}\n';
  writeFileSync(log, readFileSync(log, 'utf8') + stranger);
  const { exitCode, stdout } = await run(['requests', 'inspect', 'kserve-logger/plan.yaml'], { cwd: folder });
  expect(exitCode).toBe(0);
  expect(stdout.replaceAll(/\s+/gu, ' ')).toContain('k-77: a response whose request is not in the log');
  expect(stdout).toContain("KServe's logger records when it sent an event");
});
