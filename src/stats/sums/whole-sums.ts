import { type ContributionSums } from './contribution-sums.ts';
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
    return { squares: nearest(squares, below ** 2n), cubes: nearest(cubes, below ** 3n) };
  });
  return {
    requests: Float64Array.from(groups, ({ requests }) => requests),
    units: Float64Array.from(groups, ({ units }) => units),
    squares: Float64Array.from(powers, ({ squares }) => squares),
    cubes: Float64Array.from(powers, ({ cubes }) => cubes),
  };
}

/**
 * The same of the ratio of two sums over units, candidate over baseline, r_u = q_u / (1 - b_u / B) of q_u = c_u - b_u C / B, which is no polynomial
 * in the sums of a group. Since 1 / (1 - x)^2 is convex, its chord from b = 0 to the group's largest b = L bounds the squares from above:
 * sum r^2 <= sum q^2 + sum q^2 b (2 B - L) / (B - L)^2, equal where every unit has L, as those of events are told, or where there is one unit.
 * The cubes, whose sign matters and which would need a fourth power, are taken at the group's mean b: off by a share of 3 L / B at most to the first order.
 * @param groups each with the largest b of its units, below the sum of all.
 * @param divisor how many of the smallest unit are one of the metric's.
 */
export function wholeRatioResiduals(
  groups: readonly (WholePair & { readonly largest: bigint })[],
  divisor: number,
): ResidualSums {
  const left = groups.reduce((sum, { baseline }) => sum + baseline.sum, 0n);
  const right = groups.reduce((sum, { candidate }) => sum + candidate.sum, 0n);
  const powers = groups.map((group) => ratioPowers(group, left, right, divisor));
  return {
    requests: Float64Array.from(groups, ({ requests }) => requests),
    units: Float64Array.from(groups, ({ units }) => units),
    squares: Float64Array.from(powers, ({ squares }) => squares),
    cubes: Float64Array.from(powers, ({ cubes }) => cubes),
  };
}

function ratioPowers(
  { units, baseline, candidate, products, largest }: WholePair & { readonly largest: bigint },
  left: bigint,
  right: bigint,
  divisor: number,
) {
  const { once, baselineTwice, candidateTwice } = products;
  const count = BigInt(units);
  // B (c - b C / B) = B c - C b: its squares and cubes, and its squares times b.
  const squares = left ** 2n * candidate.squares - 2n * left * right * once + right ** 2n * baseline.squares;
  const cubes =
    left ** 3n * candidate.cubes -
    3n * left ** 2n * right * candidateTwice +
    3n * left * right ** 2n * baselineTwice -
    right ** 3n * baseline.cubes;
  const squaresByBaseline =
    left ** 2n * candidateTwice - 2n * left * right * baselineTwice + right ** 2n * baseline.cubes;
  // U (B - mean b), which every unit's denominator B - b is about.
  const about = count * left - baseline.sum;
  const below = BigInt(divisor) * about;
  const rest = left - largest;
  return {
    squares: nearest(
      squares * rest ** 2n + squaresByBaseline * (2n * left - largest),
      (BigInt(divisor) * left * rest) ** 2n,
    ),
    cubes: nearest(cubes * count ** 3n, below ** 3n),
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
