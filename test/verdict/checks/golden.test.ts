import { describe, expect, test } from 'vitest';
import { goldenCheck, type GoldenResult, isRight } from '../../../src/verdict/checks/golden.ts';

function right(count: number): GoldenResult[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `g${index}`,
    right: 'refund',
    answer: { prediction: 'refund' },
  }));
}

const wrong: GoldenResult = { id: 'must-1', right: 'cancel', answer: { prediction: 'refund' } };

test('passes where every answer is the right one', () => {
  expect(goldenCheck('hold', '1.5.0', right(40))).toEqual({
    name: 'golden',
    status: 'pass',
    detail: '1.5.0 answered all of 40 golden requests right',
  });
});

test('holds for one wrong answer among thousands, and says what was answered and what was right', () => {
  expect(goldenCheck('hold', '1.5.0', [...right(9999), wrong])).toEqual({
    name: 'golden',
    status: 'hold',
    detail: '1.5.0 answered 1 of 10,000 golden requests wrong: must-1 (refund, right is cancel)',
  });
});

test('holds for an error as for a wrong answer', () => {
  const failed: GoldenResult = { id: 'must-2', right: 'cancel', answer: { error: 'timeout' } };
  const { status, detail } = goldenCheck('hold', '1.5.0', [...right(3), failed]);
  expect(status).toBe('hold');
  expect(detail).toContain('1 of 4 golden requests wrong: must-2 (error timeout, right is cancel)');
});

test('names ten ids and counts the rest', () => {
  const results = Array.from({ length: 13 }, (_, index) => ({ ...wrong, id: `w${index}` }));
  const { detail } = goldenCheck('hold', '1.5.0', results);
  expect(detail).toMatch(/w9 \(refund, right is cancel\), and 3 more$/u);
  expect(detail).not.toContain('w10');
});

test('holds where a version that cannot be run has no recorded answer', () => {
  const results: GoldenResult[] = [...right(2), { id: 'must-3', right: 'cancel' }, wrong];
  expect(goldenCheck('hold', '1.5.0', results)).toMatchObject({
    status: 'hold',
    detail:
      '1.5.0 answered 1 of 4 golden requests wrong: must-1 (refund, right is cancel); 1.5.0 cannot be run, and 1 of 4 golden requests has no recorded outcome of it: must-3',
  });
});

test('holds where nothing was asked', () => {
  expect(goldenCheck('hold', '1.5.0', []).status).toBe('hold');
});

test('only warns where the plan says so', () => {
  expect(goldenCheck('warn', '1.5.0', [wrong]).status).toBe('warn');
  expect(goldenCheck('warn', '1.5.0', right(1)).status).toBe('pass');
});

describe('a number', () => {
  const cases: [right: number, tolerance: number | undefined, answered: number, isIt: boolean][] = [
    [12.5, undefined, 12.5, true],
    [12.5, undefined, 12.500001, false],
    [12.5, 0.5, 13, true],
    [12.5, 0.5, 13.01, false],
    [1, 0.1, 1.1, true],
    [0, undefined, -0, true],
    [0, undefined, 1e-12, false],
    [-3, 1, -4, true],
    [-3, 1, -1.9, false],
  ];
  test.each(cases)('right is %d within %s: %d is %s', (value, tolerance, prediction, isIt) => {
    expect(isRight({ id: 'g', right: value, tolerance, answer: { prediction } })).toBe(isIt);
  });

  test('is told with its tolerance', () => {
    const result = { id: 'g', right: 12.5, tolerance: 0.5, answer: { prediction: 14 } };
    expect(goldenCheck('hold', '2.0.0', [result]).detail).toContain('g (14, right is 12.5 within 0.5)');
  });
});
