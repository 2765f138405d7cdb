/** Users of paired requests that are alike: all have so many requests, of which the candidate lost or gained so many. */
export interface TalliedUsers {
  /** Paired requests of each of them, at least 1. */
  readonly requests: number;
  /** Sum of candidate minus baseline over them, a whole number in [-requests, requests]. */
  readonly change: number;
  /** How many users are so. */
  readonly users: number;
}

/** Counts users by what they have, in a fixed order. A user without requests does not count. */
export function userTally(
  requests: Float64Array,
  baseline: Float64Array,
  candidate: Float64Array,
): readonly TalliedUsers[] {
  const counts = new Map<string, TalliedUsers>();
  for (const [unit, count] of requests.entries()) {
    if (!(count > 0)) continue;
    const change = (candidate[unit] ?? Number.NaN) - (baseline[unit] ?? Number.NaN);
    const key = `${count} ${change}`;
    counts.set(key, { requests: count, change, users: (counts.get(key)?.users ?? 0) + 1 });
  }
  return [...counts.values()].toSorted((a, b) => a.requests - b.requests || a.change - b.change);
}
