import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { addToRegistry } from '../../src/gate/registry/add-version.ts';
import { exportCompatibility } from '../../src/gate/registry/export-compat.ts';
import { temporaryFolder } from '../models/fixtures/tiny-model.ts';
import { worldAt } from './world-at.ts';

const own = ['refund-late', 'refund-open', 'other', 'spam'];

function version(labels: readonly string[]): object {
  const output = { kind: 'classification', labels };
  return { status: 'registered', artifact: { runtime: 'recorded' }, signature: { output } };
}

/** A rollout of two recorded versions, of which the candidate has finer labels than the baseline. */
function rollout(compat: unknown, extra = ''): string {
  const folder = temporaryFolder();
  const registry = {
    schemaVersion: 1,
    model: 'm',
    revision: 0,
    versions: {
      '1.0.0': { ...version(['other', 'refund']), status: 'stable' },
      '2.0.0': { ...version(own), ...(compat === undefined ? {} : { compat }) },
    },
  };
  mkdirSync(join(folder, 'registry'));
  writeFileSync(join(folder, 'registry', 'm.json'), JSON.stringify(registry));
  writeFileSync(
    join(folder, 'plan.yaml'),
    `apiVersion: canary/v1
kind: RolloutPlan
name: finer-labels
model: m
registry: registry
baseline: stable
candidate: 2.0.0
requests: { source: log.jsonl }
stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]
guardrails: [{ metric: agreement, min: 90% }, { metric: recall(refund), min: 50% }, { metric: accuracy, min: 50% }]
${extra}`,
  );
  const lines = Array.from({ length: 400 }, (_, index) => {
    const label = index % 2 === 0 ? 'refund' : 'other';
    const finer = index === 7 ? 'spam' : label === 'other' ? 'other' : (own[index % 4 === 0 ? 0 : 1] ?? '');
    return JSON.stringify({
      request_id: `r${index}`,
      timestamp: 1_790_000_000 + index * 60,
      user_id: `u${index}`,
      label,
      outcomes: { '1.0.0': { prediction: label }, '2.0.0': { prediction: finer } },
    });
  });
  writeFileSync(join(folder, 'log.jsonl'), `${lines.join('\n')}\n`);
  return folder;
}

const labels = { 'refund-late': 'refund', 'refund-open': 'refund' };

function valueOf({ comparisons }: Evidence, metric: string): unknown {
  const found = comparisons.find((each) => each.metric === metric);
  return found !== undefined && 'candidate' in found ? found.candidate : found;
}

test('a candidate with a label map is judged in the baseline’s labels', async () => {
  const { evidence } = await evaluate(worldAt(rollout({ labels })), 'plan.yaml', {});
  expect(evidence.outcomes.candidate).toEqual({ requests: 400, errors: { 'bad-label': 1 } });
  expect(valueOf(evidence, 'agreement')).toBe(1);
  expect(valueOf(evidence, 'recall(refund)')).toBe(1);
  // The answer that is not a label of the candidate is none, and so it is not right.
  expect(valueOf(evidence, 'accuracy')).toBe(399 / 400);
});

test('without a map other labels are a plan error, unless the plan says why none is needed', async () => {
  await expect(evaluate(worldAt(rollout(undefined)), 'plan.yaml', {})).rejects.toMatchObject({ exitCode: 2 });
  const reason = 'withoutLabelMap: The only caller shows every label.\n';
  const plan = rollout(undefined, reason);
  const path = join(plan, 'plan.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('{ metric: recall(refund), min: 50% }, ', ''));
  const { evidence } = await evaluate(worldAt(plan), 'plan.yaml', {});
  expect(valueOf(evidence, 'agreement')).toBe(0.4975);
});

test.each([
  ['no label of the candidate', { 'refund-lat': 'refund' }, 'maps refund-lat, which is not a label of 2.0.0'],
  ['no label of the baseline', { spam: 'junk' }, 'maps spam to junk, which is not a label of 1.0.0'],
])('a map that names %s is a plan error', async (_, wrong, message) => {
  const failed = evaluate(worldAt(rollout({ labels: { ...labels, ...wrong } })), 'plan.yaml', {});
  await expect(failed).rejects.toMatchObject({
    exitCode: 2,
    diagnostics: expect.arrayContaining([expect.objectContaining({ message: expect.stringContaining(message) })]),
  });
});

test('the exported module speaks the old labels, imported and run', async () => {
  const folder = rollout({ labels });
  const written = await exportCompatibility(worldAt(folder), 'plan.yaml', 'client/compat.mjs');
  expect(written.map).toMatchObject({ model: 'm', from: '1.0.0', to: '2.0.0', unmapped: ['spam'] });
  expect(JSON.parse(readFileSync(join(folder, 'client/compat.json'), 'utf8'))).toEqual({
    schemaVersion: 1,
    ...written.map,
  });

  const file = join(folder, 'client/compat.mjs');
  const { toOldLabel, withOldLabels, UnmappedLabelError } = await import(pathToFileURL(file).href);
  expect(toOldLabel('refund-open')).toBe('refund');
  expect(() => toOldLabel('spam')).toThrow(UnmappedLabelError);
  const predict = withOldLabels((input: string) =>
    Promise.resolve({ label: input, scores: { 'refund-late': 0.5, 'refund-open': 0.25, spam: 0.25 } }),
  );
  expect(await predict('refund-late')).toEqual({ label: 'refund', scores: { refund: 0.75 } });

  const input =
    '{"id":"1","prediction":"refund-open"}\n\n"other"\n{"id":"3","prediction":"spam"}\n{"id":"4","error":"no"}\n';
  const { stdout, status } = spawnSync(process.execPath, [file], { input, encoding: 'utf8' });
  expect(status).toBe(0);
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    { id: '1', prediction: 'refund' },
    'other',
    { id: '3', error: 'm 2.0.0 answered "spam", which has no label of 1.0.0' },
    { id: '4', error: 'no' },
  ]);
});

test('the exported module passes on what is not an answer, and ends quietly when nobody reads any more', async () => {
  const folder = rollout({ labels });
  await exportCompatibility(worldAt(folder), 'plan.yaml', 'compat.mjs');
  const input = `Loading the model\n${'{"id":"1","prediction":"refund-open"}\n'.repeat(20_000)}`;
  const file = join(folder, 'compat.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { input, encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout.split('\n').slice(0, 2)).toEqual(['Loading the model', '{"id":"1","prediction":"refund"}']);
  expect(stderr).toBe('This line is not an answer in JSON and was passed on as it is: Loading the model\n');
  const cut = spawnSync('bash', ['-c', `"${process.execPath}" "${file}" | head -1`], { input, encoding: 'utf8' });
  expect(cut.stdout).toBe('Loading the model\n');
  expect(cut.stderr).toBe('This line is not an answer in JSON and was passed on as it is: Loading the model\n');
});

test('a version without a label map has nothing to export', async () => {
  const folder = rollout(undefined, 'withoutLabelMap: Nobody reads labels.\n');
  const path = join(folder, 'plan.yaml');
  writeFileSync(path, readFileSync(path, 'utf8').replace('{ metric: recall(refund), min: 50% }, ', ''));
  await expect(exportCompatibility(worldAt(folder), 'plan.yaml', 'compat.mjs')).rejects.toMatchObject({
    exitCode: 2,
    message: '2.0.0 has no label map, so there is nothing to write',
  });
  await expect(exportCompatibility(worldAt(folder), 'plan.yaml', 'compat.py')).rejects.toMatchObject({ exitCode: 2 });
});

test('a version whose label map speaks of labels that there are not is not added', async () => {
  const folder = rollout(undefined);
  const registry = join(folder, 'registry');
  const before = readFileSync(join(registry, 'm.json'), 'utf8');
  const signature = { output: { kind: 'classification', labels: ['refund-open', 'spam'] } };
  const add = (map: Readonly<Record<string, string>>) =>
    addToRegistry(worldAt(folder), 'registry', 'm', '3.0.0', {
      runtime: 'recorded',
      signature: JSON.stringify(signature),
      compat: JSON.stringify({ labels: map }),
      bump: 'auto',
    });
  await expect(add({ 'refund-opne': 'refund', 'refund-open': 'refnud' })).rejects.toMatchObject({
    exitCode: 2,
    message:
      'compat.labels maps refund-opne, which is not a label of 3.0.0, and maps refund-open to refnud, which is not a label of 1.0.0',
    hint: expect.stringContaining('refund-open'),
  });
  expect(readFileSync(join(registry, 'm.json'), 'utf8')).toBe(before);
  expect(await add({ 'refund-open': 'refund' })).toMatchObject({ version: '3.0.0' });
});
