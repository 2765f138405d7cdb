/** What only some metrics need of a record. A log of millions of requests has no room for what none does. */
export interface WantedValues {
  /** Whether outcomes get `<role>_true_score`: the score of the true label. */
  readonly trueScores: boolean;
  /** Whether outcomes get `<role>_positive_score`: the score of the second of the two labels. */
  readonly positiveScores: boolean;
  /** Whether judged requests get `is_positive`. */
  readonly positives?: boolean;
  /** The labels of a binary classification, the positive one second; absent for anything else. */
  readonly binary?: readonly [negative: string, positive: string] | undefined;
  /** Dotted paths of the numeric or boolean fields that become `kpiColumn`s. */
  readonly kpis: readonly string[];
  /** Whether judged requests have their true label as a dimension too. */
  readonly byLabel?: boolean;
  /** Whether judged requests get `answers_differ` and `after_difference`: from the table `answer_differences`, or unknown. */
  readonly differences?: 'replayed' | 'unknown' | undefined;
  /** Whether judged requests get `at`, when they came. */
  readonly times?: boolean;
}

export const noWantedValues: WantedValues = { trueScores: false, positiveScores: false, kpis: [] };

/** The column, DOUBLE, of a field of the log: NULL where it is missing, NaN where it is neither number nor boolean. */
export function kpiColumn(field: string): string {
  return `kpi:${field}`;
}

/** The SQL of a field's number, from its text. */
export function kpiSql(text: string): string {
  const number = `try_cast(${text} AS DOUBLE)`;
  return `CASE WHEN nullif(${text}, '') IS NULL THEN NULL WHEN lower(${text}) = 'true' THEN 1 WHEN lower(${text}) = 'false' THEN 0
    WHEN isfinite(${number}) THEN ${number} ELSE 'NaN'::DOUBLE END`;
}
