import type { WarehouseTable } from '../../domain/log/warehouse-table.ts';
import type { Role } from '../../domain/role.ts';
import type { SummedMetric } from './summed-metric.ts';

/** What a stage asks of a warehouse. */
export interface SumsQuestion {
  readonly table: WarehouseTable;
  /** Dimensions and the columns that hold them. */
  readonly segments: readonly (readonly [dimension: string, column: string])[];
  readonly salt: string;
  /** Users whose first 32 bits of the hash are below this are in the canary. */
  readonly cutoff: number;
  /** The labels that each version may answer with, and those that may be true; undefined where answers are no labels. */
  readonly labels: Readonly<Record<Role | 'truth', readonly string[]>> | undefined;
  readonly metrics: readonly SummedMetric[];
  /** What a timeout without a time counts as. */
  readonly timeoutMs: number;
}
