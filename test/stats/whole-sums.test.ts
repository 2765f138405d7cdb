import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { leaveOneOutResiduals } from '../../src/stats/sums/residual-sums.ts';
import {
  alikeRatioResiduals,
  nearest,
  ratioResidual,
  wholeRatioResiduals,
  wholeResiduals,
} from '../../src/stats/sums/whole-sums.ts';

test('a ratio of whole numbers is rounded once, to the nearest double', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 2 ** 31 }), (above, below) => {
      expect(nearest(BigInt(above), BigInt(below))).toBe(above === 0 ? 0 : above / below);
    }),
  );
  expect(nearest(10n ** 60n, 3n * 10n ** 59n)).toBe(10 / 3);
  expect(nearest(1n, 10n ** 30n)).toBe(1e-30);
});

const someUnit = fc.record({ requests: fc.integer({ min: 1, max: 4 }), own: fc.nat(1e9) });
const sample = fc.array(someUnit, { minLength: 8, maxLength: 60 });

test('sums of groups give the squares and cubes of leave-one-out residuals', () => {
  fc.assert(
    fc.property(sample, (units) => {
      const requests = Float64Array.from(units, (each) => each.requests);
      const own = Float64Array.from(units, (each) => each.own / 1e6);
      const all = totalOf(requests);
      const residuals = leaveOneOutResiduals(requests, own, totalOf(own) / all, all);
      const counts = [...new Set(requests)].toSorted((a, b) => a - b);
      const groups = counts.map((count) => {
        const alike = units.filter((each) => each.requests === count);
        return { requests: count, units: alike.length, ...momentsOf(alike.map((each) => each.own)) };
      });
      const sums = wholeResiduals(groups, 1e6);
      const largest = Math.max(1, ...residuals.map(Math.abs), ...own);
      for (const [index, count] of counts.entries()) {
        const powerOf = (exponent: number) =>
          totalOf(residuals.map((each, row) => (requests[row] === count ? each ** exponent : 0)));
        expect(Math.abs((sums.squares[index] ?? 0) - powerOf(2))).toBeLessThan(1e-10 * largest ** 2);
        expect(Math.abs((sums.cubes[index] ?? 0) - powerOf(3))).toBeLessThan(1e-10 * largest ** 3);
      }
    }),
  );
});

test('residuals of a ratio are exact where the units of a group are alike', () => {
  const groups = [
    { requests: 2, units: 7, left: 1, right: 2 },
    { requests: 3, units: 5, left: 2, right: 0 },
  ].map(({ requests, units, left, right }) => ({
    requests,
    units,
    baseline: momentsOf(Array<number>(units).fill(left)),
    candidate: momentsOf(Array<number>(units).fill(right)),
    products: {
      once: BigInt(units * left * right),
      baselineTwice: BigInt(units * left * left * right),
      candidateTwice: BigInt(units * left * right * right),
    },
  }));
  const sums = alikeRatioResiduals(groups);
  expect(sums.squares[0]).toBeCloseTo(7 * residualOf(1, 2) ** 2, 12);
  expect(sums.squares[1]).toBeCloseTo(5 * residualOf(2, 0) ** 2, 12);
  expect(sums.cubes[1]).toBeCloseTo(5 * residualOf(2, 0) ** 3, 12);
});

const pair = fc.record({ left: fc.nat(1e9), right: fc.nat(1e9) });

test('the residual of a ratio is the leave-one-out one, to the nearest whole number', () => {
  fc.assert(
    fc.property(fc.array(pair, { minLength: 12, maxLength: 40 }), (units) => {
      const [left, right] = [units.map((each) => each.left), units.map((each) => each.right)];
      const [all, other] = [sumOf(left), sumOf(right)];
      fc.pre(Math.max(...left) < all / 2);
      const exact = leaveOneOutResiduals(Float64Array.from(left), Float64Array.from(right), other / all, all);
      const whole = units.map((each) =>
        ratioResidual(
          { baseline: BigInt(each.left), candidate: BigInt(each.right) },
          { baseline: BigInt(all), candidate: BigInt(other) },
        ),
      );
      const rounding = 0.5 + 1e-14 * (all + other);
      for (const [unit, moved] of whole.entries())
        expect(Math.abs(Number(moved) - (exact[unit] ?? Number.NaN))).toBeLessThanOrEqual(rounding);
      const each = whole.map((moved) => ({ requests: 3, units: 1, squares: moved ** 2n, cubes: moved ** 3n }));
      const sums = wholeRatioResiduals(each, 10);
      expect([sums.requests.length, sums.units?.[0]]).toEqual([1, units.length]);
      const squares = whole.reduce((sum, moved) => sum + moved ** 2n, 0n);
      expect(sums.squares[0]).toBe(nearest(squares, 100n));
    }),
  );
});

test.each([
  [7n, 4n],
  [-7n, -4n],
  [6n, 3n],
  [-6n, -3n],
])('half of a whole number is rounded away from 0: %s / 2 to %s', (above, rounded) => {
  // B = 3, b = 1 and C = 0: the residual is 3 c / 2; of C = 3 and c = 0 it is -3 / 2.
  const [times, sign] = [above < 0n ? -above : above, above < 0n ? -1n : 1n];
  const own = { baseline: 1n, candidate: sign > 0n ? times : 0n };
  const all = { baseline: 3n, candidate: sign > 0n ? 2n * times : times };
  expect(ratioResidual(own, all)).toBe(rounded);
});

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Leave-one-out, of 14 over 17. */
function residualOf(left: number, right: number): number {
  return (right - (left * 14) / 17) / (1 - left / 17);
}

function momentsOf(values: readonly number[]) {
  const power = (exponent: bigint) => values.reduce((sum, value) => sum + BigInt(value) ** exponent, 0n);
  return { sum: power(1n), squares: power(2n), cubes: power(3n) };
}

function totalOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
