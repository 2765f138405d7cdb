import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countRows, inOrder, rowsBeside, rowsWithin, type RowRange } from '../../../src/replay/store/row-range.ts';

test('rows beside ranges are what none of them has', () => {
  const ranges = [
    { from: 6, to: 8 },
    { from: 0, to: 2 },
    { from: 2, to: 3 },
  ];
  expect(rowsBeside(ranges, { from: 0, to: 10 })).toEqual([
    { from: 3, to: 6 },
    { from: 8, to: 10 },
  ]);
  expect(rowsBeside([], { from: 0, to: 0 })).toEqual([]);
});

test('ranges that go beyond the whole count only within it', () => {
  expect(rowsBeside([{ from: 4, to: 20 }], { from: 0, to: 6 })).toEqual([{ from: 0, to: 4 }]);
  expect(rowsWithin([{ from: 4, to: 20 }], { from: 0, to: 6 })).toEqual([{ from: 4, to: 6 }]);
  expect(rowsWithin([{ from: 6, to: 20 }], { from: 0, to: 6 })).toEqual([]);
});

test('what is beside ranges and what is within them make up the whole', () => {
  const cuts = fc.uniqueArray(fc.nat({ max: 60 }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(cuts, fc.nat({ max: 50 }), (places, rows) => {
      const sorted = places.toSorted((left, right) => left - right);
      // Every other stretch between the cuts, the last one first.
      const ranges = sorted
        .flatMap((from, index): RowRange[] => (index % 2 === 0 ? [{ from, to: sorted[index + 1] ?? from }] : []))
        .toReversed();
      const whole = { from: 0, to: rows };
      const parts = inOrder([...rowsBeside(ranges, whole), ...rowsWithin(ranges, whole)]);
      expect(countRows(parts)).toBe(rows);
      parts.forEach((part, index) => expect(part.from).toBe(index === 0 ? 0 : parts[index - 1]?.to));
    }),
  );
});
