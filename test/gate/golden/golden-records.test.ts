import { describe, expect, test } from 'vitest';
import { logFormatTraits } from '../../../src/domain/log/log-format.ts';
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
  const { records, diagnostics } = read(record, as);
  expect(records).toEqual([]);
  const [found] = diagnostics;
  return `${found?.file}:${found?.line} ${found?.message}; ${found?.hint}`;
}

const good = { request_id: 'g1', input: { text: 'money back' }, label: 'refund' };

test('a record of the log is a golden request, whatever else it holds', () => {
  const record = { ...good, timestamp: 'never', user_id: 7, context: {}, outcomes: { '1.0.0': { prediction: 'x' } } };
  expect(read(record)).toEqual({
    records: [{ id: 'g1', input: '{"text":"money back"}', label: 'refund', file: 'g.jsonl', line: 1 }],
    diagnostics: [],
  });
});

test('blank lines, a byte order mark and Windows line ends do not matter, and lines keep their numbers', () => {
  const text = `\uFEFF${JSON.stringify(good)}\r\n\r\n${JSON.stringify({ ...good, request_id: 2 })}\r\n`;
  const { records, diagnostics } = readGoldenRecords('g.jsonl', text, words);
  expect(diagnostics).toEqual([]);
  expect(records.map(({ id, line }) => [id, line])).toEqual([
    ['g1', 1],
    ['2', 3],
  ]);
});

test('fields are where the plan says', () => {
  const elsewhere = { id: 'meta.id', input: 'payload', label: 'truth.intent', outcomes: 'outcomes' };
  const record = { meta: { id: 'g9' }, payload: [1, 2], truth: { intent: 'cancel' } };
  expect(read(record, { ...words, fields: elsewhere }).records[0]).toMatchObject({
    id: 'g9',
    input: '[1,2]',
    label: 'cancel',
  });
});

test('whole numbers beyond 2^53 reach the model as they are written', () => {
  const line = '{"request_id":9007199254740993,"input":{"account":9007199254740993},"label":"refund"}';
  expect(read(line).records[0]).toMatchObject({ id: '9007199254740993', input: '{"account":9007199254740993}' });
});

describe('what is no golden request is told by file and line', () => {
  test.each([
    ['{"request_id":', 'is not a JSON object; write one golden request per line, or delete the line'],
    ['[]', 'is not a JSON object'],
    ['"g1"', 'is not a JSON object'],
    [{ ...good, request_id: undefined }, 'has no id; write it under request_id'],
    [{ ...good, request_id: '' }, 'has no id'],
    [{ ...good, request_id: { a: 1 } }, 'has no id'],
    [{ ...good, input: null }, 'has no input; write it under input'],
    [{ ...good, label: undefined }, 'has no right answer; write it under label'],
    [{ ...good, label: null }, 'has no right answer'],
    [{ ...good, label: '' }, 'has no right answer'],
    [{ ...good, tolerance: 0.1 }, 'has a tolerance, but 2.0.0 answers labels'],
  ])('%j', (record, told) => {
    expect(problemOf(record)).toContain(`g.jsonl:1 ${told}`);
  });

  test.each([
    [{ ...good, label: '12.5' }, 'the label "12.5" is not a number, but 2.0.0 answers numbers'],
    [{ ...good, label: 12.5, tolerance: -1 }, 'the tolerance -1 is not a number of 0 or more'],
    [{ ...good, label: 12.5, tolerance: '5%' }, 'the tolerance "5%" is not a number of 0 or more'],
  ])('of a regression: %j', (record, told) => {
    expect(problemOf(record, reader({ kind: 'regression' }))).toContain(`g.jsonl:1 ${told}`);
  });
});
