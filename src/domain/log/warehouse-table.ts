/** The databases whose SQL `canary sql` writes. */
export const sqlDialects = ['postgres', 'bigquery', 'snowflake', 'clickhouse', 'trino', 'spark', 'duckdb'] as const;
export type SqlDialect = (typeof sqlDialects)[number];

/** The columns that hold one version's outcome; a version without one of them has nothing there. */
export interface OutcomeColumns {
  /** Milliseconds, a number. */
  readonly latency?: string;
  /** Text, NULL or empty where nothing failed. */
  readonly error?: string;
  /** The answer's label. */
  readonly prediction?: string;
}

/** A table of a warehouse that has one row per request, with both versions' outcomes. */
export interface WarehouseTable {
  /** As the warehouse names it: `requests`, `ml.requests`, `project.dataset.requests`. */
  readonly table: string;
  readonly unit: string;
  /** The true label, where the table knows it. */
  readonly label?: string;
  readonly baseline: OutcomeColumns;
  readonly candidate: OutcomeColumns;
}

/** The columns of a query's result, in their order. */
export const sumsColumns = [
  'plan',
  'result_rows',
  'part',
  'metric',
  'cohort',
  'dimension',
  'segment',
  'requests',
  'units',
  'b1',
  'b2',
  'b3',
  'c1',
  'c2',
  'c3',
  'bc',
  'bbc',
  'bcc',
  'b_largest',
  'c_largest',
  'cut',
  'alike',
] as const;
export type SumsColumn = (typeof sumsColumns)[number];
