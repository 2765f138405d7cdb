import { expect, test } from 'vitest';
import type { OutputSignature } from '../../src/domain/registry.ts';
import { readDecoded, readOutput } from '../../src/models/decode.ts';

const probabilities: OutputSignature = { kind: 'classification', labels: ['a', 'b', 'c'] };
const logits: OutputSignature = { ...probabilities, activation: 'logits' };
const number: OutputSignature = { kind: 'regression', unit: 'EUR' };

function label(name: string, score?: number, scores?: ArrayLike<number>): unknown {
  const scored = { ...(score === undefined ? {} : { score }), ...(scores === undefined ? {} : { scores }) };
  return { ok: true, prediction: { kind: 'label', label: name, ...scored } };
}

test('probabilities give the most probable label and its probability', () => {
  expect(readOutput([0.25, 0.5, 0.25], probabilities)).toEqual(label('b', 0.5, [0.25, 0.5, 0.25]));
});

test('the first label wins a tie', () => {
  expect(readOutput([0.25, 0.375, 0.375], probabilities)).toEqual(label('b', 0.375, [0.25, 0.375, 0.375]));
});

test('logits give the softmax as score and do not overflow', () => {
  expect(readOutput([1000, 1000, -1000], logits)).toEqual(label('a', 0.5, Float64Array.of(0.5, 0.5, 0)));
});

test('a regression gives its one number', () => {
  expect(readOutput([-3.5], number)).toEqual({ ok: true, prediction: { kind: 'number', value: -3.5 } });
});

const badOutputs: [what: string, output: number[], signature: OutputSignature][] = [
  ['NaN', [0.5, Number.NaN, 0.5], probabilities],
  ['Infinity', [0, Infinity, 0], logits],
  ['too few labels', [0.5, 0.5], probabilities],
  ['too many labels', [0, 0, 0, 1], probabilities],
  ['logits declared as probabilities', [-2, 7, 1], probabilities],
  ['two numbers for a regression', [1, 2], number],
  ['nothing', [], number],
];

test.each(badOutputs)('%s is a bad response', (_, output, signature) => {
  expect(readOutput(output, signature)).toMatchObject({ ok: false, error: 'bad-response' });
});

test('decode may return a label, a label with its score, or scores', () => {
  expect(readDecoded('b', probabilities)).toEqual(label('b'));
  expect(readDecoded({ label: 'c', score: 0.75 }, probabilities)).toEqual(label('c', 0.75));
  expect(readDecoded({ scores: { c: 0.75, a: 0.25 } }, probabilities)).toEqual(
    label('c', 0.75, [0.25, Number.NaN, 0.75]),
  );
  expect(readDecoded(4, number)).toEqual({ ok: true, prediction: { kind: 'number', value: 4 } });
});

test('a label outside the signature is a bad label', () => {
  expect(readDecoded('d', probabilities)).toMatchObject({ ok: false, error: 'bad-label' });
  expect(readDecoded({ scores: { d: 0.9, a: 0.1 } }, probabilities)).toMatchObject({ ok: false, error: 'bad-label' });
});

test.each([
  [undefined],
  [null],
  [3],
  [{}],
  [{ label: 3 }],
  [{ label: 'a', score: 2 }],
  [{ label: 'a', score: 'x' }],
  [{ scores: { a: Number.NaN } }],
  [{ scores: {} }],
])('decode returning %j is a bad response', (decoded) => {
  expect(readDecoded(decoded, probabilities)).toMatchObject({ ok: false, error: 'bad-response' });
});

test.each([['4'], [Number.NaN], [Infinity], [undefined]])(
  'decode returning %j for a regression is a bad response',
  (decoded) => {
    expect(readDecoded(decoded, number)).toMatchObject({ ok: false, error: 'bad-response' });
  },
);

test('scores that lack a label are read where that label cannot have the highest', () => {
  expect(readDecoded({ scores: { a: 0.6, b: 0.3 } }, probabilities)).toEqual(label('a', 0.6, [0.6, 0.3, Number.NaN]));
  expect(readDecoded({ scores: { a: 0.1 } }, probabilities)).toEqual({
    ok: false,
    error: 'bad-response',
    detail: 'the scores lack b, c, which may have the highest',
  });
});
