import { describe, expect, test } from 'vitest';
import { binomialUpperTail, chanceOfFall, chanceOfLosses } from '../../src/stats/distances/binomial-tail.ts';

describe('the tail of a binomial', () => {
  test('is the sum of its probabilities', () => {
    // 10 choose 8, 9 and 10 over 2^10.
    expect(binomialUpperTail(8, 10, 0.5)).toBeCloseTo(56 / 1024, 12);
    expect(binomialUpperTail(0, 10, 0.5)).toBe(1);
    expect(binomialUpperTail(3, 3, 0.2)).toBeCloseTo(0.008, 12);
  });
});

describe('what chance makes', () => {
  test('of losses without a gain halves with each of them', () => {
    expect(chanceOfLosses(11, 0)).toBeCloseTo(2 ** -11, 12);
    expect(chanceOfLosses(0, 4)).toBe(1);
    expect(chanceOfLosses(4, 0)).toBeGreaterThan(0.05);
  });

  test('of a fall is certain where nothing fell, or one side is empty', () => {
    expect(chanceOfFall({ requests: 10, correct: 5 }, { requests: 10, correct: 6 })).toBe(1);
    expect(chanceOfFall({ requests: 0, correct: 0 }, { requests: 10, correct: 0 })).toBe(1);
    expect(chanceOfFall({ requests: 34, correct: 27 }, { requests: 31, correct: 0 })).toBeLessThan(1e-6);
  });
});
