import type { Role } from '../domain/role.ts';

/**
 * A metric that is a mean over requests, as SQL over the table `judged`. Values are whole numbers, so that their sums
 * are exact in any order; `divisor` brings the sum to the metric's unit.
 */
export interface MeanMetric {
  /** Condition under which a request counts for one version alone. */
  domain(role: Role): string;
  /** Condition under which a request counts for the two versions compared on it. */
  readonly pairedDomain: string;
  /** Whole-number value of a request that counts. */
  value(role: Role): string;
  readonly divisor: number;
  /** Why there is no number, where no request counts. */
  readonly absent: string;
}
