/** Sums over units of powers of the leave-one-out residuals of a ratio of sums. */
export interface ResidualMoments {
  readonly second: number;
  readonly third: number;
}
