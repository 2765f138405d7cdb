import { describe, expect, test } from 'vitest';
import { logFormatTraits } from '../../../src/domain/log-format.ts';
import type { OutputSignature } from '../../../src/domain/registry.ts';
import { type GoldenReader, readGoldenRecords } from '../../../src/gate/golden/golden-records.ts';

const { fields } = logFormatTraits.canary;

function reader(output: OutputSignature, changes: Partial<GoldenReader> = {}): GoldenReader {
  return { fields, version: '2.0.0', output, ...changes };
}

const words = reader({ kind: 'classification', labels: ['refund', 'cancel'] });

function read(record: object | string, as: GoldenReader = words) {
  const line = typeof record === 'string' ? record : JSON.stringify(record);
  return readGoldenRecords('g.jsonl', line, as);
}

function problemOf(record: object | string, as: GoldenReader = words): string {
  const { requests, diagnostics } = read(record, as);
  expect(requests).toEqual([]);
  const [found] = diagnostics;
  return `${found?.file}:${found?.line} ${found?.message}; ${found?.hint}`;
}

function rightOf(label: unknown, output: OutputSignature): string | number | undefined {
  return read({ request_id: 'g', input: 'x', label }, reader(output)).requests[0]?.right;
}

const good = { request_id: 'g1', input: { text: 'money back' }, label: 'refund' };

test('a record of the log is a golden request, whatever else it holds', () => {
  const record = { ...good, timestamp: 'never', user_id: 7, context: {}, outcomes: { '1.0.0': { prediction: 'x' } } };
  expect(read(record)).toEqual({
    requests: [{ id: 'g1', input: '{"text":"money back"}', right: 'refund', file: 'g.jsonl', line: 1 }],
    diagnostics: [],
  });
});

test('blank lines, a byte order mark and Windows line ends do not matter, and lines keep their numbers', () => {
  const text = `\uFEFF${JSON.stringify(good)}\r\n\r\n${JSON.stringify({ ...good, request_id: 2 })}\r\n`;
  const { requests, diagnostics } = readGoldenRecords('g.jsonl', text, words);
  expect(diagnostics).toEqual([]);
  expect(requests.map(({ id, line }) => [id, line])).toEqual([
    ['g1', 1],
    ['2', 3],
  ]);
});

test('fields are where the plan says', () => {
  const elsewhere = { id: 'meta.id', input: 'payload', label: 'truth.intent', outcomes: 'outcomes' };
  const record = { meta: { id: 'g9' }, payload: [1, 2], truth: { intent: 'cancel' } };
  expect(read(record, { ...words, fields: elsewhere }).requests[0]).toMatchObject({
    id: 'g9',
    input: '[1,2]',
    right: 'cancel',
  });
});

test('whole numbers beyond 2^53 reach the model as they are written', () => {
  const line = '{"request_id":9007199254740993,"input":{"account":9007199254740993},"label":"refund"}';
  expect(read(line).requests[0]).toMatchObject({ id: '9007199254740993', input: '{"account":9007199254740993}' });
});

describe('what is no golden request is told by file and line', () => {
  test.each([
    ['{"request_id":', 'is not a JSON object; write one golden request a line, or delete the line'],
    ['[]', 'is not a JSON object'],
    ['"g1"', 'is not a JSON object'],
    [{ ...good, request_id: undefined }, 'has no id; write it under request_id'],
    [{ ...good, request_id: '' }, 'has no id'],
    [{ ...good, request_id: { a: 1 } }, 'has no id'],
    [{ ...good, input: null }, 'has no input; write it under input'],
    [{ ...good, label: undefined }, 'has no right answer; write it under label'],
    [{ ...good, label: null }, 'has no right answer'],
    [{ ...good, label: '' }, 'has no right answer'],
    [{ ...good, label: 'Refund' }, 'the label "Refund" is no label of 2.0.0; did you mean refund?'],
    [{ ...good, label: 'greeting' }, 'the label "greeting" is no label of 2.0.0; write one of refund, cancel'],
    [{ ...good, label: ['refund'] }, 'the label ["refund"] is no label of 2.0.0'],
    [{ ...good, tolerance: 0.1 }, 'has a tolerance, and 2.0.0 answers labels'],
  ])('%j', (record, told) => {
    expect(problemOf(record)).toContain(`g.jsonl:1 ${told}`);
  });

  test.each([
    [{ ...good, label: '12.5' }, 'the label "12.5" is not a number, and 2.0.0 answers numbers'],
    [{ ...good, label: 12.5, tolerance: -1 }, 'the tolerance -1 is not a number from 0 on'],
    [{ ...good, label: 12.5, tolerance: '5%' }, 'the tolerance "5%" is not a number from 0 on'],
  ])('of a regression: %j', (record, told) => {
    expect(problemOf(record, reader({ kind: 'regression' }))).toContain(`g.jsonl:1 ${told}`);
  });
});

describe('the right answer', () => {
  test.each([
    ['1', ['0', '1'], '1'],
    [1, ['0', '1'], '1'],
    [1, ['0.0', '1.0'], '1.0'],
    [true, ['false', 'true'], 'true'],
    [true, ['False', 'True'], 'True'],
    ['None', ['None', 'Some'], 'None'],
    ['1.10', ['1.1', '1.10'], '1.10'],
    // Two labels are that number, and neither is written so.
    [2, ['2.0', '2.00'], undefined],
    // Capitals are never guessed.
    ['TRUE', ['false', 'true'], undefined],
  ])('%j of the labels %j is %s', (label, labels, is) => {
    expect(rightOf(label, { kind: 'classification', labels })).toBe(is);
  });

  const mapped: OutputSignature = {
    kind: 'classification',
    labels: ['other', 'refund'],
    translation: { own: ['refund-late', 'other', 'spam'], to: { 'refund-late': 'refund', other: 'other' } },
  };

  test('may be a label of either version where a label map leads to it', () => {
    expect(rightOf('refund', mapped)).toBe('refund');
    expect(rightOf('refund-late', mapped)).toBe('refund');
    expect(rightOf('other', mapped)).toBe('other');
  });

  test('is none that the label map leads nowhere', () => {
    expect(problemOf({ ...good, label: 'spam' }, reader(mapped))).toContain(
      'the label "spam" of 2.0.0 has no counterpart in compat.labels',
    );
  });
});

describe('the recorded outcome of the candidate', () => {
  const mapped = reader({
    kind: 'classification',
    labels: ['other', 'refund'],
    translation: { own: ['1', '2', '3'], to: { '1': 'refund', '2': 'other' } },
  });

  test.each([
    [{ prediction: 'refund' }, words, { prediction: 'refund' }],
    [{ prediction: { label: 'cancel', score: 0.9 } }, words, { prediction: 'cancel' }],
    [{ prediction: { scores: { refund: 0.2, cancel: 0.8 } } }, words, { prediction: 'cancel' }],
    [{ prediction: 'Refund' }, words, { error: 'bad-label' }],
    [{ error: 'timeout' }, words, { error: 'timeout' }],
    [{ error: 503, prediction: 'refund' }, words, { error: '503' }],
    [{ error: '', prediction: 'refund' }, words, { prediction: 'refund' }],
    [{}, words, { error: 'bad-outcome' }],
    ['refund', words, { error: 'bad-outcome' }],
    [{ prediction: 1 }, mapped, { prediction: 'refund' }],
    [{ prediction: '2' }, mapped, { prediction: 'other' }],
    [{ prediction: 3 }, mapped, { error: 'bad-label' }],
    [{ prediction: 12.5 }, reader({ kind: 'regression' }), { prediction: 12.5 }],
    [null, words, undefined],
  ])('%j', (outcome, as, recorded) => {
    const label = as === words ? 'refund' : as === mapped ? 'other' : 1;
    const record = { ...good, label, outcomes: { '2.0.0': outcome } };
    expect(read(record, as).requests[0]?.recorded).toEqual(recorded);
  });
});
