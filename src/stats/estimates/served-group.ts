/** One side of a served comparison: its mean and the cumulants of that mean. */
export interface ServedGroup {
  readonly kind: 'group';
  readonly mean: number;
  /** Squared standard error of the mean, without the floor. */
  readonly variance: number;
  readonly floorVariance: number;
  /** Sums over units of (r_u / n)^2 and (r_u / n)^3. */
  readonly second: number;
  readonly third: number;
  readonly units: number;
  readonly requests: number;
  readonly effectiveUnits: number;
  readonly clusterSize: number;
  /** Effective number of units by their share of the metric's sum instead of the requests. */
  readonly effectiveContributors: number;
  /** The same by the size of what they add to it, whatever its sign: how many units the spread is known from. */
  readonly contributingUnits: number;
}
