import { describe, expect, test } from 'vitest';
import { labelAgreement, numberAgreement } from '../../../src/domain/log/truth-agreement.ts';

describe('truths and answers', () => {
  test('that agree as often as chance would are not associated', () => {
    const counts = [
      { truths: 500, answers: 500, right: 250 },
      { truths: 500, answers: 500, right: 250 },
    ];
    expect(labelAgreement(counts)).toEqual({ requests: 1_000, same: 500, right: 500, associated: 'no' });
  });

  test('that agree less than chance would are not associated either: they are turned round', () => {
    const counts = [
      { truths: 500, answers: 500, right: 50 },
      { truths: 500, answers: 500, right: 50 },
    ];
    expect(labelAgreement(counts).associated).toBe('no');
  });

  // Two labels: the statistic is sqrt((n - 1) / n) times that of the chi-squared test of a 2x2 table, here sqrt(999 / 1000 * 10) and 9.
  test.each([
    [550, 'yes'],
    [548, 'no'],
  ])('%i right of 1,000 are associated: %s', (right, associated) => {
    const half = { truths: 500, answers: 500, right: right / 2 };
    expect(labelAgreement([half, half]).associated).toBe(associated);
  });

  test('tell nothing where all are the same, or where even perfect answers could not', () => {
    expect(labelAgreement([{ truths: 100, answers: 100, right: 100 }]).associated).toBe('unknown');
    expect(
      labelAgreement([
        { truths: 90, answers: 100, right: 90 },
        { truths: 10, answers: 0, right: 0 },
      ]).associated,
    ).toBe('unknown');
    expect(
      labelAgreement([
        { truths: 4, answers: 4, right: 4 },
        { truths: 4, answers: 4, right: 4 },
      ]).associated,
    ).toBe('unknown');
    expect(labelAgreement([]).associated).toBe('unknown');
  });

  test('that are numbers go by their correlation', () => {
    expect(numberAgreement(1_000, 0, 0.2).associated).toBe('yes');
    expect(numberAgreement(1_000, 0, 0.05).associated).toBe('no');
    expect(numberAgreement(1_000, 0, -0.9).associated).toBe('no');
    expect(numberAgreement(1_000, 0, null).associated).toBe('unknown');
    expect(numberAgreement(5, 0, 1).associated).toBe('unknown');
  });
});
