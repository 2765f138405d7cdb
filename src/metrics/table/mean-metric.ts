import type { Role } from '../../domain/role.ts';

/**
 * A metric that is a mean over requests, as SQL over a table of judged requests. Sums have to be exact, so that they do not depend on the
 * order in which they are added: values are whole numbers and `divisor` brings their sum to the metric's unit, or they
 * are rounded to the 52 bits below the largest.
 */
export interface MeanMetric {
  /** Condition under which a request counts for one version alone. */
  domain(role: Role): string;
  /** Condition under which a request counts for the two versions compared on it. */
  readonly pairedDomain: string;
  /** Which requests of the paired domain are one version's denominator, where the two have one each. */
  pairedDenominator?(role: Role): string;
  /** Value of a request that counts. */
  value(role: Role): string;
  readonly divisor: number;
  /** Whether values are squares, and the metric is the root of their mean. */
  readonly root?: true;
  /** Whether values are any numbers, so that they have to be rounded. */
  readonly fractional?: true;
  /**
   * Of a metric that no data show the extremes of, how far apart two values of a request may be, in the unit of values: what one more request
   * could change is never taken for nothing. Where absent, that of the metric's row in `src/domain/metric.ts`. Shares of requests need none,
   * since 0 and 1 are their extremes.
   */
  readonly range?: number;
  /** Whether values may exceed the range, or nobody knows one: then the largest value that was seen is the range where it is larger. */
  readonly rangeSeen?: true;
  /** Condition under which a request that counts is worth more than the cap. */
  isCut?(role: Role): string;
  /** Requests that should count and cannot: a number without them would be about other requests than it says. */
  readonly unusable?: UnusableRequests;
  /** Why a comparison on the same requests would mean nothing; absent where it does mean something. */
  readonly neverPaired?: string;
  /** Why there is no number, where no request counts. */
  readonly absent: string;
}

/** What makes a metric uncomputable: as soon as one request is like it, or more than a share of them. */
export interface UnusableRequests {
  condition(role: Role): string;
  /** What is wrong with them: `no score of the true label`. */
  readonly problem: string;
  /** Share of a version's requests, in [0, 1), that may be like it; 0 where absent. */
  readonly tolerated?: number;
}
