import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextBoundary } from '../../../src/stats/bounds/group-sequential.ts';
import { spentBy, type SpentLook, testLook } from '../../../src/stats/bounds/spending.ts';
import { normalUpperQuantile } from '../../../src/stats/distributions.ts';
import { Random } from '../../calibration/random.ts';

/** Looks at so many users whose information grows as they do, or as it is told. */
function looksAt(units: readonly number[], horizon: number, alpha: number, information = units): readonly SpentLook[] {
  return units.reduce<readonly SpentLook[]>(
    (past, users, at) => testLook(past, { units: users, information: information[at] ?? 0 }, { alpha, horizon }).looks,
    [],
  );
}

function boundariesAt(...told: Parameters<typeof looksAt>): number[] {
  return looksAt(...told).map(({ boundary }) => boundary);
}

function rounded(numbers: readonly number[]): number[] {
  return numbers.map((number) => Math.round(1000 * number) / 1000);
}

/*
 * Boundaries of the O'Brien-Fleming-type spending function that other programs print: gsDesign and ldbounds for R, and the tables of
 * Reboussin, DeMets, Kim and Lan 2000 (Programs for computing group sequential boundaries using the Lan-DeMets method).
 */
describe('planned boundaries are those of other programs', () => {
  it.each([
    [0.025, [0.5, 1], [2.9626, 1.9686]],
    [0.025, [1 / 3, 2 / 3, 1], [3.7103, 2.5114, 1.993]],
    [0.025, [0.25, 0.5, 0.75, 1], [4.3326, 2.9631, 2.359, 2.0141]],
    [0.025, [0.2, 0.4, 0.6, 0.8, 1], [4.8769, 3.357, 2.6803, 2.2898, 2.031]],
    [0.05, [0.2, 0.4, 0.6, 0.8, 1], [4.2292, 2.8881, 2.2981, 1.9618, 1.7397]],
  ])('at a one-sided %f with looks at %j', (alpha, times, expected) => {
    expect(rounded(boundariesAt(times, 1, alpha))).toEqual(rounded(expected));
  });

  it('with looks that lie close, an end that is overrun, and information in place of time', () => {
    expect(rounded(boundariesAt([30, 50, 51, 80, 130], 100, 0.045))).toEqual([3.478, 2.612, 2.663, 1.988, 1.855]);
  });

  it('at a single look of everything: the normal quantile', () => {
    expect(boundariesAt([1000], 1000, 0.045)[0]).toBeCloseTo(normalUpperQuantile(0.045), 9);
  });
});

describe('a planned series', () => {
  it('is crossed by a truth on its bound as often as it spends, whatever the information at its looks', () => {
    const random = new Random(5);
    const information = [1, 1.01, 4, 4.5, 9];
    const looks = looksAt([20, 40, 60, 80, 100], 100, 0.05, information);
    const runs = 40_000;
    let crossed = 0;
    for (let run = 0; run < runs; run += 1) {
      let [sum, before, crosses] = [0, 0, false];
      for (const { information: known, boundary } of looks) {
        sum += random.normal() * Math.sqrt(known - before);
        before = known;
        crosses ||= sum / Math.sqrt(known) >= boundary;
      }
      if (crosses) crossed += 1;
    }
    expect(looks).toHaveLength(5);
    expect(Math.abs(crossed / runs - 0.05)).toBeLessThan(3 * Math.sqrt((0.05 * 0.95) / runs));
  });

  it('gives the same boundaries from looks that were written down as at once', () => {
    const atOnce = looksAt([10, 25, 70, 100], 100, 0.045);
    // Doubles are written to their last digit, so that reading gives the same numbers in other objects.
    const read = atOnce.slice(0, 3).map((look) => ({ ...look }));
    expect(testLook(read, { units: 100, information: 100 }, { alpha: 0.045, horizon: 100 }).looks).toEqual(atOnce);
  });

  it('never changes a boundary that was tested, also where the next look would have given another', () => {
    const moved = looksAt([40], 100, 0.045).map((look) => ({ ...look, boundary: 2.5 }));
    const next = testLook(moved, { units: 100, information: 100 }, { alpha: 0.045, horizon: 100 });
    expect(next.looks[0]).toBe(moved[0]);
    // A nearer boundary has stopped more of the series, so that fewer are left to cross later.
    expect(next.boundary).toBeLessThan(boundariesAt([40, 100], 100, 0.045)[1] ?? 0);
  });

  it('takes the same look twice for one test', () => {
    const looks = looksAt([40, 70], 100, 0.045);
    const again = testLook(looks, { units: 70, information: 70 }, { alpha: 0.045, horizon: 100 });
    expect(again).toEqual({ boundary: looks[1]?.boundary, looks });
  });

  it.each([
    ['fewer than 1% of the users more', 70.9, 80],
    ['hardly any information more', 75, 70.1],
    ['less information', 75, 60],
  ])('skips a look with %s, and carries its alpha over', (_name, units, information) => {
    const looks = looksAt([40, 70], 100, 0.045);
    const plan = { alpha: 0.045, horizon: 100 };
    expect(testLook(looks, { units, information }, plan)).toEqual({ boundary: Infinity, looks });
    const next = testLook(looks, { units: 85, information: 85 }, plan).looks.at(-1);
    expect(next?.spent).toBeCloseTo(spentBy(0.045, 0.85), 12);
  });

  it('tests the first look at its end whatever it adds, and none after it', () => {
    const plan = { alpha: 0.045, horizon: 100 };
    const looks = looksAt([40, 99.5], 100, 0.045);
    const end = testLook(looks, { units: 100.1, information: 99 }, plan);
    expect(end.looks).toHaveLength(3);
    expect(end.looks.at(-1)).toMatchObject({ information: 99, spent: 0.045 });
    expect(end.boundary).toBeGreaterThan(1.69);
    expect(end.boundary).toBeLessThan(4);
    expect(testLook(end.looks, { units: 300, information: 300 }, plan)).toEqual({
      boundary: Infinity,
      looks: end.looks,
    });
  });

  it('has no boundary, and spends nothing, while there is less than 1e-12 to spend', () => {
    const tooEarly = testLook([], { units: 1, information: 1 }, { alpha: 0.0025, horizon: 100 });
    expect(tooEarly).toEqual({ boundary: Infinity, looks: [] });
  });

  it('leaves alpha unspent where the log ends before it', () => {
    expect(looksAt([20, 50], 100, 0.045).at(-1)?.spent).toBeLessThan(0.006);
  });

  it.each([
    ['later', 200],
    ['earlier', 80],
  ])('spends what is left on the way to an end that has moved to %s', (_name, horizon) => {
    const before = looksAt([30, 60], 100, 0.045);
    const spent = before.at(-1)?.spent ?? 0;
    const plan = { alpha: 0.045, horizon };
    const between = testLook(before, { units: 70, information: 70 }, plan);
    const end = testLook(between.looks, { units: horizon, information: horizon }, plan);
    expect(between.looks.at(-1)?.spent).toBeGreaterThan(spent);
    expect(between.looks.at(-1)?.spent).toBeLessThan(0.045);
    expect(end.looks.at(-1)?.spent).toBe(0.045);
  });

  it('has nothing left to spend on an end that moves after it was reached', () => {
    const over = looksAt([50, 100], 100, 0.045);
    const later = testLook(over, { units: 180, information: 180 }, { alpha: 0.045, horizon: 200 });
    expect(later).toEqual({ boundary: Infinity, looks: over });
  });

  it('spends ever more and never more than its alpha, whatever the looks and the ends', () => {
    const look = fc.record({
      units: fc.integer({ min: 1, max: 3000 }),
      information: fc.double({ min: 0.1, max: 1e6, noNaN: true }),
      horizon: fc.integer({ min: 10, max: 2000 }),
    });
    fc.assert(
      fc.property(fc.array(look, { minLength: 1, maxLength: 6 }), fc.constantFrom(0.045, 0.00175), (series, alpha) => {
        let looks: readonly SpentLook[] = [];
        for (const { horizon, ...now } of series) {
          const { boundary, looks: after } = testLook(looks, now, { alpha, horizon });
          if (after.length > looks.length) expect(after.at(-1)?.boundary).toBe(boundary);
          else expect([Infinity, looks.at(-1)?.boundary]).toContain(boundary);
          expect((after.at(-1)?.spent ?? 0) >= (looks.at(-1)?.spent ?? 0)).toBe(true);
          expect(after.at(-1)?.spent ?? 0).toBeLessThanOrEqual(alpha);
          looks = after;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses information that does not rise', () => {
    expect(() => nextBoundary([{ information: 2, boundary: 3 }], 2, 0.01)).toThrow(RangeError);
    expect(() => nextBoundary([], Infinity, 0.01)).toThrow(RangeError);
  });
});
