import type { ContributionSums } from './contribution-sums.ts';
import type { ResidualSums } from './residual-sums.ts';

/** Sums over units with the same number of requests, as whole numbers, so that nothing is lost however many units there are. */
export interface WholeGroup {
  /** Requests of each unit, above 0. */
  readonly requests: number;
  readonly units: number;
  /** Of the units' own sums y, in the smallest unit of the metric: sum y, sum y^2, sum y^3. */
  readonly sum: bigint;
  readonly squares: bigint;
  readonly cubes: bigint;
}

/** The sums of two sides of the same units, with the products of the two. */
export interface WholePair {
  readonly requests: number;
  readonly units: number;
  readonly baseline: Moments;
  readonly candidate: Moments;
  /** sum b c, sum b^2 c, sum b c^2. */
  readonly products: { readonly once: bigint; readonly baselineTwice: bigint; readonly candidateTwice: bigint };
}

/** sum y, sum y^2, sum y^3. */
export type Moments = Pick<WholeGroup, 'sum' | 'squares' | 'cubes'>;

/** Bits of a quotient that are computed: more than a double holds, so that it is rounded once. */
const quotientBits = 66;

/** The double nearest to a ratio of whole numbers. @param below above 0. */
export function nearest(above: bigint, below: bigint): number {
  if (above < 0n) return -nearest(-above, below);
  if (above === 0n) return 0;
  const shift = quotientBits - (bitsOf(above) - bitsOf(below));
  const [top, bottom] = shift >= 0 ? [above << BigInt(shift), below] : [above, below << BigInt(-shift)];
  const quotient = top / bottom;
  // What is cut off decides a tie, and nothing else.
  const rounded = Number(quotient * bottom === top ? quotient : quotient | 1n);
  return shift > 1000 ? (rounded / 2 ** 1000) * 2 ** (1000 - shift) : rounded * 2 ** -shift;
}

function bitsOf(value: bigint): number {
  return value.toString(16).length * 4;
}

/** What units of candidate minus baseline add up to. */
export function differenceOf({ requests, units, baseline, candidate, products }: WholePair): WholeGroup {
  const { once, baselineTwice, candidateTwice } = products;
  return {
    requests,
    units,
    sum: candidate.sum - baseline.sum,
    squares: candidate.squares - 2n * once + baseline.squares,
    cubes: candidate.cubes - 3n * candidateTwice + 3n * baselineTwice - baseline.cubes,
  };
}

/**
 * Squares and cubes of the leave-one-out residuals of a mean (see `leaveOneOutResiduals`), r_u = (y_u - n_u S / n) / (1 - n_u / n), which
 * over units with the same n_u are polynomials in their sums: sum r^2 = (n^2 sum y^2 - 2 n n_u S sum y + U n_u^2 S^2) / (n - n_u)^2. Each is rounded once.
 * @param groups in order of their requests.
 * @param divisor how many of the smallest unit are one of the metric's.
 */
export function wholeResiduals(groups: readonly WholeGroup[], divisor: number): ResidualSums {
  const all = BigInt(groups.reduce((sum, { requests, units }) => sum + requests * units, 0));
  const total = groups.reduce((sum, group) => sum + group.sum, 0n);
  const scale = BigInt(divisor);
  const powers = groups.map(({ requests, units, ...moments }) => {
    const [own, count] = [BigInt(requests), BigInt(units)];
    const share = own * total;
    const below = scale * (all - own);
    const squares = all ** 2n * moments.squares - 2n * all * share * moments.sum + count * share ** 2n;
    const cubes =
      all ** 3n * moments.cubes -
      3n * all ** 2n * share * moments.squares +
      3n * all * share ** 2n * moments.sum -
      count * share ** 3n;
    return { requests, units, squares: nearest(squares, below ** 2n), cubes: nearest(cubes, below ** 3n) };
  });
  return residualSumsOf(powers);
}

/** Squares and cubes of what units with the same number of requests move the ratio of two sums by, `ratioResidual`, in whole numbers. */
export interface RatioGroup {
  readonly requests: number;
  readonly units: number;
  readonly squares: bigint;
  readonly cubes: bigint;
}

/** A whole number of each side. */
interface BothSides {
  readonly baseline: bigint;
  readonly candidate: bigint;
}

/**
 * The leave-one-out residual of the ratio of two sums over units, r_u = (c_u - b_u C / B) / (1 - b_u / B) = (B c_u - C b_u) / (B - b_u), rounded to the
 * nearest whole number, halves away from 0: unlike that of a mean it is no polynomial in what a unit has, and so would not add up exactly.
 * @param unit what it has on both sides, b below B.
 * @param all what all units have.
 */
export function ratioResidual(unit: BothSides, all: BothSides): bigint {
  const left = all.baseline - unit.baseline;
  const twice = 2n * (all.baseline * unit.candidate - all.candidate * unit.baseline);
  return (twice < 0n ? twice - left : twice + left) / (2n * left);
}

/**
 * Squares and cubes of the residuals of a ratio, each rounded once.
 * @param groups in order of their requests; several may have the same number.
 * @param divisor how many of the smallest unit are one of the metric's.
 */
export function wholeRatioResiduals(groups: readonly RatioGroup[], divisor: number): ResidualSums {
  const byRequests = new Map<number, RatioGroup>();
  for (const group of groups) {
    const known = byRequests.get(group.requests) ?? { units: 0, squares: 0n, cubes: 0n };
    byRequests.set(group.requests, {
      requests: group.requests,
      units: known.units + group.units,
      squares: known.squares + group.squares,
      cubes: known.cubes + group.cubes,
    });
  }
  const scale = BigInt(divisor);
  return residualSumsOf(
    [...byRequests.values()]
      .toSorted((a, b) => a.requests - b.requests)
      .map(({ squares, cubes, ...size }) => ({
        ...size,
        squares: nearest(squares, scale ** 2n),
        cubes: nearest(cubes, scale ** 3n),
      })),
  );
}

/**
 * The same of units of which some are alike, such as those of a metric that is made of 0 and 1, whose residuals are not rounded to whole numbers.
 * @param kinds in order of their requests, each with units that are alike, all of whose b are below the sum of all.
 */
export function alikeRatioResiduals(kinds: readonly WholePair[]): ResidualSums {
  const left = kinds.reduce((sum, { baseline }) => sum + baseline.sum, 0n);
  const right = kinds.reduce((sum, { candidate }) => sum + candidate.sum, 0n);
  return residualSumsOf(
    kinds.map(({ requests, units, baseline, candidate }) => {
      const count = BigInt(units);
      const above = left * candidate.sum - right * baseline.sum;
      const below = count * left - baseline.sum;
      return {
        requests,
        units,
        squares: nearest(count * above ** 2n, below ** 2n),
        cubes: nearest(count * above ** 3n, below ** 3n),
      };
    }),
  );
}

function residualSumsOf(
  groups: readonly Readonly<Record<'requests' | 'units' | 'squares' | 'cubes', number>>[],
): ResidualSums {
  return {
    requests: Float64Array.from(groups, ({ requests }) => requests),
    units: Float64Array.from(groups, ({ units }) => units),
    squares: Float64Array.from(groups, ({ squares }) => squares),
    cubes: Float64Array.from(groups, ({ cubes }) => cubes),
  };
}

/**
 * What contributions of -1, 0 or 1 add up to by number of requests, from whole groups and the alike units in them.
 * @param groups of the contributions, in order of their requests.
 * @param alike each with its own sum of contributions, and how many of its requests contribute.
 */
export function wholeContributions(
  groups: readonly WholeGroup[],
  alike: readonly { readonly requests: number; readonly units: number; readonly events: number }[],
): ContributionSums {
  const all = BigInt(groups.reduce((sum, { requests, units }) => sum + requests * units, 0));
  const total = groups.reduce((sum, group) => sum + group.sum, 0n);
  const deviations = groups.map(({ requests, units, sum, squares }) => {
    const share = BigInt(requests) * total;
    return nearest(all ** 2n * squares - 2n * all * share * sum + BigInt(units) * share ** 2n, all ** 2n);
  });
  const events = new Map<number, number>();
  let [withEvent, withOther] = [0, 0];
  for (const { requests, units, events: own } of alike) {
    events.set(requests, (events.get(requests) ?? 0) + units * own);
    if (own > 0) withEvent += units;
    if (own < requests) withOther += units;
  }
  return {
    requests: Float64Array.from(groups, ({ requests }) => requests),
    units: Float64Array.from(groups, ({ units }) => units),
    total: Float64Array.from(groups, ({ sum }) => Number(sum)),
    squares: Float64Array.from(groups, ({ requests }) => events.get(requests) ?? 0),
    deviations: Float64Array.from(deviations),
    withEvent,
    withOther,
  };
}
