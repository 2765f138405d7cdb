import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { run, temporaryFolder } from './harness.ts';
import { shippedRollouts, serveShippedModels } from './shipped.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const log = readFileSync(join(root, 'fixtures/requests/2026-11-01.jsonl'), 'utf8').split('\n').slice(0, 200);

interface GoldenRecord {
  readonly request_id: string;
  readonly input: string;
  readonly label: string;
}

/** Requests that every shipped version answers right. */
const mustWork: readonly GoldenRecord[] = [
  { request_id: 'refund', input: 'you still owe me for the desk chair', label: 'refund-status' },
  { request_id: 'agent', input: 'call me back please', label: 'speak-to-agent' },
  { request_id: 'portuguese', input: 'canceelar meu pedido', label: 'cancel-order' },
];

/** The shipped models of a registry with a day's first requests and golden requests beside the plan. */
function goldenPlan(folder: string, registry: string, candidate: string, golden: readonly GoldenRecord[]): string {
  cpSync(join(root, 'fixtures', registry), join(folder, registry), { recursive: true });
  writeFileSync(join(folder, 'log.jsonl'), `${log.join('\n')}\n`);
  writeGolden(folder, golden);
  writeFileSync(
    join(folder, 'plan.yaml'),
    `apiVersion: canary/v1
kind: RolloutPlan
name: golden
model: intent-classifier
registry: ${registry}
baseline: stable
candidate: ${candidate}
golden: golden.jsonl
requests: { source: log.jsonl }
stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]
guardrails: [{ metric: error_rate, maxIncrease: 10pp }]
`,
  );
  return folder;
}

function writeGolden(folder: string, golden: readonly GoldenRecord[]): void {
  writeFileSync(join(folder, 'golden.jsonl'), golden.map((record) => `${JSON.stringify(record)}\n`).join(''));
}

async function evaluate(cwd: string, ...args: string[]) {
  const result = await run(['evaluate', 'plan.yaml', '--format', 'json', ...args], { cwd });
  if (result.stdout === '') throw new Error(result.stderr);
  return { ...result, evidence: parseEvidence(result.stdout, 'standard output') };
}

function wronged(golden: readonly GoldenRecord[], id: string): GoldenRecord[] {
  return golden.map((record) => (record.request_id === id ? { ...record, label: 'opening-hours' } : record));
}

test('a shipped model must answer every golden request right, is asked once, and promote sees the file change', async () => {
  const folder = goldenPlan(temporaryFolder(), 'registry', '1.5.0', mustWork);
  const passed = await evaluate(folder);
  expect(passed.exitCode).toBe(0);
  expect(passed.evidence.checks.at(-1)).toMatchObject({ name: 'golden', status: 'pass' });
  expect(passed.evidence.inputs.golden).toMatchObject([{ path: 'golden.jsonl', requests: 3 }]);

  // Another right answer asks nothing: the model is broken by now, and would be refused.
  const model = join(folder, 'registry/models/intent-classifier/1.5.0');
  const weights = join(model, readdirSync(model).find((name) => name.endsWith('.bin')) ?? '');
  const whole = readFileSync(weights);
  writeFileSync(weights, '');
  writeGolden(folder, wronged(mustWork, 'agent'));
  const held = await evaluate(
    folder,
    '--report',
    'r.html',
    '--report',
    'r.md',
    '--report',
    'r.xml',
    '--report',
    'r.csv',
  );
  const told = '1.5.0 answered 1 of 3 golden requests wrong: agent (speak-to-agent, right is opening-hours)';
  expect(held.exitCode).toBe(3);
  expect(held.evidence.verdict.reasons).toEqual([told]);
  for (const file of ['r.html', 'r.md', 'r.xml', 'r.csv']) {
    expect(readFileSync(join(folder, file), 'utf8')).toContain('answered 1 of 3 golden requests wrong');
  }
  expect(readFileSync(join(folder, 'r.html'), 'utf8')).toContain(held.evidence.inputs.golden?.[0]?.sha256);
  expect((await run(['evaluate', 'plan.yaml', '--fresh'], { cwd: folder })).exitCode).toBe(5);

  writeFileSync(weights, whole);
  writeGolden(folder, mustWork);
  const refused = await run(['promote', 'plan.yaml'], { cwd: folder });
  expect(refused.exitCode).toBe(5);
  expect(refused.stderr).toContain('the golden requests in golden.jsonl have changed since');
});

test('an ONNX candidate is asked its golden requests', async () => {
  const golden = wronged(mustWork, 'portuguese');
  const { evidence } = await evaluate(goldenPlan(temporaryFolder(), 'onnx-registry', '1.5.1', golden));
  expect(evidence.checks.at(-1)?.detail).toBe(
    '1.5.1 answered 1 of 3 golden requests wrong: portuguese (cancel-order, right is opening-hours)',
  );
});

test('a candidate on a server is asked its golden requests', async () => {
  const folder = shippedRollouts();
  const stop = await serveShippedModels(folder);
  try {
    const registry = readFileSync(join(folder, 'fixtures/served-registry/intent-classifier.json'), 'utf8');
    goldenPlan(folder, 'served-registry', '1.5.0', wronged(mustWork, 'refund'));
    writeFileSync(join(folder, 'served-registry/intent-classifier.json'), registry);
    const { evidence } = await evaluate(folder);
    expect(evidence.checks.at(-1)?.detail).toBe(
      '1.5.0 answered 1 of 3 golden requests wrong: refund (refund-status, right is opening-hours)',
    );
  } finally {
    stop();
  }
});

test('what is wrong in a golden file is told by its lines, and nothing is written', async () => {
  const folder = goldenPlan(temporaryFolder(), 'registry', '1.5.0', mustWork);
  expect((await run(['plan', 'plan.yaml'], { cwd: folder })).stdout).toMatch(/golden +3 requests in 1 file/u);
  writeFileSync(
    join(folder, 'golden.jsonl'),
    '{"request_id":"g1","input":"hello","label":"cancel-ordr"}\n{"request_id":"g2","input":"hello"\n',
  );
  const { exitCode, stdout, stderr } = await run(['evaluate', 'plan.yaml'], { cwd: folder });
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
  expect(stderr).toContain(
    'golden.jsonl:1 the label "cancel-ordr" is not a label of 1.5.0; did you mean cancel-order?',
  );
  expect(stderr).toContain('golden.jsonl:2 is not a JSON object');
});
