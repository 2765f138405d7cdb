import type { Role } from '../../domain/role.ts';
import type { UnitInfluences } from '../../stats/sums/influence-sums.ts';
import type { JudgedTable } from './judged-table.ts';
import type { UnusableRequests } from './mean-metric.ts';

/** A metric that is no mean over requests, computed together with what each unit moves it by. */
export interface InfluenceMetric {
  /** Condition under which a request counts for one version alone. */
  domain(role: Role): string;
  /** Condition under which a request counts for the two versions compared on it. */
  readonly pairedDomain: string;
  readonly unusable?: UnusableRequests;
  /** Why there is no number, where no request counts. */
  readonly absent: string;
  /** Computes the metric of one version on the requests for which the condition holds; the units are in the order of their index. */
  compute(judged: JudgedTable, role: Role, condition: string): Promise<UnitInfluences>;
}
