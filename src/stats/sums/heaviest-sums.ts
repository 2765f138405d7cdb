/** The units that count as heaviest, in (0, 1]; rounded up to whole units. */
const heaviestShare = 0.01;

/** How many of so many units count as the heaviest. */
export function heaviestUnits(units: number): number {
  return Math.ceil(heaviestShare * units);
}

/** What a metric's sums by unit add up to. */
export interface HeaviestSums {
  readonly all: number;
  /** Of the heaviest hundredth of units. */
  readonly heaviest: number;
  /** The smallest unit's, or 0. */
  readonly least: number;
}

/** Adds up per-unit sums in memory. */
export function heaviestSums(sum: Float64Array): HeaviestSums {
  const heaviestFirst = sum.toSorted((one, other) => other - one);
  const top = heaviestUnits(sum.length);
  let all = 0;
  let heaviest = 0;
  let least = 0;
  for (const [rank, own] of heaviestFirst.entries()) {
    all += own;
    if (rank < top) heaviest += own;
    least = Math.min(least, own);
  }
  return { all, heaviest, least };
}
