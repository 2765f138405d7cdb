import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { evidenceDigest, serializeEvidence } from '../../src/report/document/serialize-evidence.ts';
import { treeOf } from './harness.ts';
import { edit, editRecords, evaluate, judgeAll, plan, planName, promote, registryFile, starter } from './starter.ts';

const shadowEvidence = `.canary/${planName}/shadow/evidence.json`;

/** Rewrites evidence and its digest, as somebody would who wants a certain verdict. */
function forge(folder: string, change: (evidence: Evidence) => Evidence): void {
  edit(folder, shadowEvidence, (text) => {
    const forged = change(parseEvidence(text, shadowEvidence));
    return serializeEvidence({ ...forged, digest: evidenceDigest(forged) });
  });
}

type Moved = [evidence: string, happened: (folder: string) => unknown, told: string, ...args: string[]];
/** What happened between evaluating shadow and promoting it, what promote says, and with what it was called. */
const moved: Moved[] = [
  [
    'evidence that was edited',
    (folder) => edit(folder, shadowEvidence, (text) => text.replace('"look": 1', '"look": 2')),
    'its digest does not match its content',
  ],
  [
    'evidence whose verdict contradicts its guardrails, sealed anew',
    (folder) =>
      forge(folder, (evidence) => ({
        ...evidence,
        guardrails: evidence.guardrails.map((result) => ({ ...result, status: 'breach' })),
      })),
    'its verdict increase does not follow from its guardrails and checks',
  ],
  [
    'evidence that leaves a guardrail of the plan out, sealed anew',
    (folder) =>
      forge(folder, (evidence) => ({
        ...evidence,
        guardrails: evidence.guardrails.filter(({ metric }) => metric !== 'accuracy'),
      })),
    'it does not say what happened to accuracy',
  ],
  [
    'evidence that was cut',
    (folder) => edit(folder, shadowEvidence, (text) => text.slice(0, text.length / 2)),
    'is cut',
  ],
  [
    'evidence of another plan',
    (folder) => edit(folder, plan, (text) => text.replace(`name: ${planName}`, 'name: another')),
    `it is for the plan ${planName}`,
    '--evidence',
    shadowEvidence,
  ],
  [
    'evidence of a plan that has changed',
    (folder) => edit(folder, plan, (text) => text.replace('max: 150ms', 'max: 151ms')),
    'the plan changed since',
  ],
  [
    'evidence of another stage',
    () => undefined,
    'it is for stage shadow',
    '--stage',
    'half',
    '--evidence',
    shadowEvidence,
  ],
  [
    'evidence of a log that has changed',
    (folder) => editRecords(folder, (record, index) => (index === 0 ? { ...record, label: 'refund' } : record)),
    'requests.jsonl is no longer what was evaluated',
  ],
  [
    'evidence of a log that is shorter now',
    (folder) => editRecords(folder, (record, index) => (index < 1000 ? record : undefined)),
    'requests.jsonl is no longer what was evaluated',
  ],
  [
    'evidence from before a stage was entered, for the next',
    async (folder) => {
      await promote(folder);
      cpSync(join(folder, '.canary', planName, 'shadow'), join(folder, '.canary', planName, 'canary-10'), {
        recursive: true,
      });
    },
    'it is for stage shadow',
  ],
  [
    'evidence of other traffic',
    (folder) =>
      edit(folder, registryFile, (text) =>
        text.replace('"traffic": { "1.0.0": 1 }', '"traffic": { "1.0.0": 0.9, "1.1.0": 0.1 }'),
      ),
    'the traffic of 1.0.0 moved since',
  ],
  ['a stage that was not evaluated', () => undefined, 'There is no evidence for stage half', '--stage', 'half'],
];

test.each(moved)('%s, with exit 5, and changes nothing', async (_, happened, told, ...args) => {
  const folder = await starter('evaluated');
  await happened(folder);
  const before = treeOf(folder);
  const { exitCode, stdout, stderr } = await promote(folder, ...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
  expect(stderr).toContain(told);
  expect(treeOf(folder)).toEqual(before);
});

test('to enter a stage out of turn', async () => {
  const folder = await starter();
  judgeAll(folder);
  await evaluate(folder, ['--stage', 'half']);
  const before = treeOf(folder);
  const { exitCode, stderr } = await promote(folder, '--stage', 'half');
  expect(exitCode).toBe(5);
  expect(stderr).toContain('has not entered shadow');
  expect(treeOf(folder)).toEqual(before);
});

test('before any evidence is there, and names the command that writes it', async () => {
  const { exitCode, stderr } = await promote(await starter());
  expect(exitCode).toBe(5);
  expect(stderr).toContain('canary evaluate rollout.yaml --stage shadow writes it');
});
