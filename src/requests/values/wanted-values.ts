import type { Role } from '../../domain/role.ts';
import { type AnswerNumber, toldIn } from '../../domain/scores/answer-numbers.ts';

/** What only some metrics need of a record. A log of millions of requests has no room for what none does. */
export interface WantedValues {
  /** The numbers that outcomes get, as `<role>_true_score`. */
  readonly numbers: readonly AnswerNumber[];
  /** Whether judged requests get `is_positive`. */
  readonly positives?: boolean;
  /** The labels of a binary classification, the positive one second; absent for anything else. */
  readonly binary?: readonly [negative: string, positive: string] | undefined;
  /** Dotted paths of the numeric or boolean fields that become `kpiColumn`s. */
  readonly kpis: readonly string[];
  /** Scores per answer that outcomes hold, or that are computed once they are there. */
  readonly scores?: readonly WantedScore[];
  /** Whether each request was asked several times, so that outcomes get `<role>_failed_share`. */
  readonly repeated?: boolean;
  /** Whether judged requests have their true label as a dimension too. */
  readonly byLabel?: boolean;
  /** Whether judged requests get `answers_differ` and `after_difference`: from the table `answer_differences`, or unknown. */
  readonly differences?: 'replayed' | 'unknown' | undefined;
  /** Whether judged requests get `at`, when they came. */
  readonly times?: boolean;
}

/** A score of each answer: a number in the log, a preference between the two answers, or one that canary computes. */
export interface WantedScore {
  readonly name: string;
  readonly from: 'outcome' | 'preference' | 'computed';
  /** Of a preference, the dotted path of what holds it in a record. */
  readonly field?: string;
  /** Whether it is the mean over several askings, so that outcomes get `repeatSpreadColumn`s. */
  readonly repeated?: true;
  /** The score that people gave to a part of the answers, by which this one is corrected, and the range of both. */
  readonly correctedBy?: { readonly truth: string; readonly range: readonly [number, number] };
}

/** The column, DOUBLE, of a version's score: NULL where there is none, NaN where it is not a number. */
export function scoreColumn(role: Role, name: string): string {
  return `${role}_score:${name}`;
}

/** The column, DOUBLE, of a judge's score from which its mean error was taken out; NULL where that is unknown. */
export function correctedColumn(role: Role, name: string): string {
  return `${scoreColumn(role, name)}:corrected`;
}

/** The column, DOUBLE, of the variance of a version's score between the askings of one request. */
export function repeatSpreadColumn(role: Role, name: string): string {
  return `${scoreColumn(role, name)}:spread`;
}

/** The column, BOOLEAN, that says of a computed score whether the request was to be scored. */
export function askedColumn(name: string): string {
  return `asked:${name}`;
}

/** The column, VARCHAR, of the version whose answer was shown first to whoever preferred one. */
export function shownFirstColumn(name: string): string {
  return `shown_first:${name}`;
}

/** The columns, DOUBLE, of numbers that a log holds of a version's outcome. */
export function outcomeNumbers({ scores = [], numbers }: WantedValues, role: Role): readonly string[] {
  return [
    ...scores.filter(({ from }) => from !== 'computed').map(({ name }) => scoreColumn(role, name)),
    ...toldIn(numbers).map(([name]) => `${role}_${name}`),
  ];
}

export const noWantedValues: WantedValues = { numbers: [], kpis: [] };

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
