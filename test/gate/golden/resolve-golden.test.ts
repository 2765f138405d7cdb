import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { UserError } from '../../../src/domain/errors.ts';
import type { OutputSignature } from '../../../src/domain/registry.ts';
import { readGolden } from '../../../src/gate/golden/read-golden.ts';
import { openRollout } from '../../../src/gate/rollout/rollout.ts';
import { worldAt } from '../world-at.ts';
import { type GoldenRollout, goldenRollout } from './golden-rollout.ts';

async function read(rollout: GoldenRollout) {
  const folder = goldenRollout(rollout);
  mkdirSync(join(folder, '.canary'));
  const world = worldAt(folder);
  return (await readGolden(world, await openRollout(world, 'plan.yaml')))?.requests ?? [];
}

/** What each label as it is written asks for. */
async function rightOf(labels: readonly unknown[], rollout: GoldenRollout): Promise<unknown[]> {
  const golden = labels.map((label, index) => ({ request_id: `g${index}`, input: 'x', label }));
  return (await read({ ...rollout, golden })).map(({ right }) => right);
}

async function problemsOf(labels: readonly unknown[], rollout: GoldenRollout): Promise<string[]> {
  const failure = await rightOf(labels, rollout).catch((error: UserError) => error);
  if (Array.isArray(failure)) return [];
  return failure.diagnostics.map(({ line, message, hint }) => `${line} ${message}; ${hint}`);
}

function labelled(...labels: string[]): { readonly output: OutputSignature } {
  return { output: { kind: 'classification', labels } };
}

test('a label is read as a log’s are: as it is written, else by its one value, and capitals are never guessed', async () => {
  expect(await rightOf(['1', 1, ' 1 ', '1.0', true], labelled('0', '1'))).toEqual(['1', '1', '1', '1', '1']);
  expect(await rightOf([true, 'true', 'False'], labelled('False', 'True'))).toEqual(['True', 'True', 'False']);
  expect(await rightOf(['None', 'NaN'], labelled('None', 'NaN'))).toEqual(['None', 'NaN']);
  expect(await rightOf(['1.10', '1.1'], labelled('1.1', '1.10'))).toEqual(['1.10', '1.1']);
});

test('a label that the candidate has not is told at its line, with the nearest one', async () => {
  const labels = ['refund', 'Refund', 'greeting', ['refund'], 'NULL'];
  expect(await problemsOf(labels, labelled('refund', 'cancel'))).toEqual([
    '2 the label "Refund" is not a label of 1.1.0; did you mean refund?',
    '3 the label "greeting" is not a label of 1.1.0; write one of refund, cancel',
    expect.stringContaining('4 the label "[\\"refund\\"]" is not a label of 1.1.0'),
    '5 the label "NULL" says nothing; write the right one',
  ]);
});

test('two labels of one number are told apart by how they are written', async () => {
  expect(await problemsOf([2], labelled('2.0', '2.00'))).toEqual([
    expect.stringContaining('1 the label "2" is not a label'),
  ]);
});

test('the names that the plan gives labels count, and labels that are right for neither version do not', async () => {
  const more = { requests: '{ source: log.jsonl, labelNames: { YES: a }, otherLabels: [neither] }' };
  expect(await rightOf(['YES', 'b'], more)).toEqual(['a', 'b']);
  expect(await problemsOf(['neither'], more)).toEqual([
    expect.stringContaining('1 the label "neither" is not a label'),
  ]);
});

test('with a label map a right answer may be a label of either version, but none that leads nowhere', async () => {
  const mapped = { candidateLabels: ['late', 'a', 'spam'], compat: { labels: { late: 'b' } } };
  expect(await rightOf(['a', 'b', 'late'], mapped)).toEqual(['a', 'b', 'b']);
  expect(await problemsOf(['spam'], mapped)).toEqual([
    '1 the label "spam" of 2.0.0 has no counterpart in compat.labels, so it can never be right; write one of a, b',
  ]);
});

test('ids are read as a log’s are, so that 101 and 101.0 are one', async () => {
  const golden = ['{"request_id":101,"input":"x","label":"a"}', '{"request_id":"101.0","input":"x","label":"a"}'];
  await expect(read({ golden })).rejects.toMatchObject({
    diagnostics: [{ line: 2, message: 'the id "101" is also that of golden.jsonl:1' }],
  });
});

async function recordedOf(outcomes: readonly unknown[], rollout: GoldenRollout, label: string | number = 'a') {
  const golden = outcomes.map((outcome, index) => ({
    request_id: `g${index}`,
    input: 'x',
    label,
    outcomes: { [rollout.candidateLabels === undefined ? '1.1.0' : '2.0.0']: outcome },
  }));
  return (await read({ ...rollout, golden })).map(({ recorded }) => recorded);
}

test('a recorded answer is read as a log’s is', async () => {
  const answers = ['a', { label: 'b', score: 0.9 }, { scores: { a: 0.2, b: 0.8 } }, 'A', ' a '];
  expect(
    await recordedOf(
      answers.map((prediction) => ({ prediction })),
      {},
    ),
  ).toEqual([
    { prediction: 'a' },
    { prediction: 'b' },
    { prediction: 'b' },
    { error: 'bad-label' },
    { prediction: 'a' },
  ]);
  expect(await recordedOf([{ prediction: 12.5 }], { output: { kind: 'regression' } }, 1)).toEqual([
    { prediction: 12.5 },
  ]);
});

test('a recorded error is one, whatever stands beside it, and what says that there was none is none', async () => {
  const errors = ['timeout', 503, true, 7, '', 'OK', '200 OK', false, null, 0];
  expect(
    await recordedOf(
      errors.map((error) => ({ error, prediction: 'a' })),
      {},
    ),
  ).toEqual([
    { error: 'timeout' },
    { error: 'http-503' },
    { error: 'error' },
    { error: 'code-7' },
    ...Array.from({ length: 6 }, () => ({ prediction: 'a' })),
  ]);
});

test('an outcome that cannot be read is an error, and one that is not there is no answer', async () => {
  expect(await recordedOf([{}, 'a', { prediction: null }, null], {})).toEqual([
    { error: 'bad-outcome' },
    { error: 'bad-outcome' },
    { error: 'bad-outcome' },
    undefined,
  ]);
});

test('a recorded answer of the candidate’s own labels is read in those that are compared', async () => {
  const mapped = { candidateLabels: ['1', '2', '3'], compat: { labels: { '1': 'a', '2': 'b' } } };
  expect(await recordedOf([{ prediction: 1 }, { prediction: '2.0' }, { prediction: 3 }], mapped)).toEqual([
    { prediction: 'a' },
    { prediction: 'b' },
    { error: 'bad-label' },
  ]);
});
