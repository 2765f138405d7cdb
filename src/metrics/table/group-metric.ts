import type { Role } from '../../domain/role.ts';
import type { JudgedTable } from './judged-table.ts';
import type { UnusableRequests } from './mean-metric.ts';

/** A metric that is no mean over requests, and so is computed on all requests and again without each group of units. */
export interface GroupMetric {
  /** Condition under which a request counts for one version alone. */
  domain(role: Role): string;
  /** Condition under which a request counts for the two versions compared on it. */
  readonly pairedDomain: string;
  readonly unusable?: UnusableRequests;
  /** Why there is no number, where no request counts. */
  readonly absent: string;
  /** Computes the metric of one version on the requests for which the condition holds. */
  compute(judged: JudgedTable, role: Role, condition: string): Promise<LeaveGroupOut>;
}

/** A metric on some requests, and on the same without each of the 50 groups of units. */
export interface LeaveGroupOut {
  readonly value: number;
  /** By group; the value itself for a group that has none of the requests, NaN where nothing is left to compute it on. */
  readonly without: Float64Array;
  /**
   * Effective number of units with requests of the kind that the fewest have, where the metric compares two kinds of requests; absent for
   * others. A metric is no better known than what it knows least of.
   */
  readonly effectiveUnits?: number;
  /** Of a metric that is made of 0 and 1, the floor of its variance for requests that each stand for one; 0 for others. */
  readonly floorVariance: number;
}
