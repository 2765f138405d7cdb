import type { LatencyField, LatencyUnit } from '../../domain/log/latency-field.ts';
import { quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { latencyMsSql, latencyNsSql } from '../values/latency-sql.ts';
import type { Role } from '../../domain/role.ts';
import { scoredIn, type ScoresSql } from '../../domain/scores/answer-numbers.ts';
import type { ValueReading } from '../values/read-options.ts';
import { errorKindSql, isStatusSql } from '../values/error.ts';
import { labelSql } from '../values/label.ts';
import { freeAnswerSql } from '../values/free-answer-sql.ts';
import { isMissingSql } from '../values/missing.ts';
import { kpiSql, outcomeNumbers, type WantedValues } from '../values/wanted-values.ts';

/** How recorded outcomes are read. */
export interface OutcomeReading {
  readonly wantedValues: WantedValues;
  readonly values: ValueReading | undefined;
  /** Whether an answer without a prediction is one: a gateway's log tells that there was an answer, not what it was. */
  readonly maySayNothing: boolean;
  /** Where the records of a live split keep their latency; absent for others. */
  readonly latency: LatencyField | undefined;
  /** The unit of a version's latencies. */
  readonly latencyUnit: (role: Role) => LatencyUnit;
}

/** First step: what a recorded outcome says, still with its mistakes. Expects the columns of `wantedFields`. */
export function decodedOutcomeSql(role: Role, { wantedValues, values, latencyUnit }: OutcomeReading): string[] {
  const prediction = `${role}_prediction`;
  const isObject = `${prediction} LIKE '{%' AND json_valid(${prediction})`;
  return [
    `${role}_present`,
    `${role}_latency`,
    `${latencyMsSql(`${role}_latency`, latencyUnit(role))} AS ${role}_latency_ms`,
    `${errorKindSql(`${role}_error`, values?.fine ?? [])} AS ${role}_failure`,
    `coalesce(${isStatusSql(`${role}_error`)}, false) AS ${role}_status`,
    `${role}_unscored`,
    `${role}_plain`,
    `${values?.free === 'text' ? prediction : `nullif(${prediction}, '')`} AS ${prediction}`,
    `${values?.free === undefined ? `CASE WHEN ${isObject} THEN json_extract_string(${prediction}, '/label') ELSE nullif(${prediction}, '') END` : freeAnswerSql(prediction, values.free)} AS ${role}_stated_label`,
    ...outcomeNumbers(wantedValues, role)
      .map(quoteIdentifier)
      .map((column) => `CASE WHEN ${role}_present THEN ${kpiSql(column)} END AS ${column}`),
    `CASE WHEN ${isObject} THEN json_extract_string(${prediction}, '/score') END AS ${role}_stated_score`,
    `CASE WHEN ${isObject} THEN ${bestScoreSql(prediction)} END AS ${role}_best`,
    ...(scoredIn(wantedValues.numbers).length > 0
      ? [`CASE WHEN ${isObject} THEN ${scoresSql(prediction)} END AS ${role}_scores`]
      : []),
  ];
}

/** Second step: the label that is meant, and the numbers that are stated. */
export function statedOutcomeSql(role: Role, { values, latency }: OutcomeReading): string[] {
  const stated = `coalesce(${role}_plain, ${role}_stated_label)`;
  const label =
    values?.free === undefined
      ? `CASE WHEN ${role}_best IS NULL THEN ${role}_stated_label ELSE coalesce(${role}_stated_label, ${role}_best.label) END`
      : `${role}_stated_label`;
  return [
    `coalesce(${role}_plain, ${values === undefined || values.free !== undefined ? label : labelSql(label, values.answers[role])}) AS ${role}_label`,
    // Digits, signs and the point come before the colon; trying the cast on every label would cost as much as the rest.
    `CASE WHEN ${stated} < ':' THEN try_cast(${stated} AS DOUBLE) END AS ${role}_value`,
    `CASE WHEN ${role}_stated_score IS NOT NULL OR ${role}_best IS NOT NULL
      THEN coalesce(try_cast(${role}_stated_score AS DOUBLE), -${role}_best.negated) END AS ${role}_score`,
    `${latencyNsSql(role, latency)} AS ${role}_latency_ns`,
  ];
}

/** Third step: whether an answer is there that cannot be read. */
export function unreadableAnswerSql(role: Role, reading: OutcomeReading): string {
  return `${role}_present AND ${role}_plain IS NULL AND ${unreadableSql(role, reading)} AS ${role}_unreadable`;
}

/**
 * Fourth step: what the outcome is. What tells of a failure is one, whatever stands beside it; an answer that cannot be read is the
 * failure `bad-outcome` of the version that gave it.
 */
export function answerSql(role: Role, reading: OutcomeReading): string[] {
  const { numbers, binary } = reading.wantedValues;
  const scores = `${role}_scores`;
  const own = scoresOfAnswer(`${role}_label`, `${role}_score`, 'label', binary);
  const scoreOf = (label: string) =>
    `CASE WHEN ${scores} IS NOT NULL THEN map_extract_value(${scores}, ${label}) ELSE ${own.scoreOf(label)} END`;
  return [
    `coalesce(${role}_failure, CASE WHEN ${role}_unreadable THEN 'bad-outcome' END) AS ${role}_error`,
    `CASE WHEN ${role}_failure IS NULL AND ${role}_unreadable THEN left(${role}_prediction, ${longestExample}) END AS ${role}_unread`,
    ...scoredIn(numbers).map(([name, { ofSql }]) => `${ofSql({ ...own, scores, scoreOf })} AS ${role}_${name}`),
  ];
}

/** Letters of an answer that cannot be read, as messages show it. */
const longestExample = 80;

function unreadableSql(role: Role, { values, maySayNothing }: OutcomeReading): string {
  const prediction = `${role}_prediction`;
  const nothing = `(${prediction} IS NULL OR (${isMissingSql(prediction)} AND ${role}_label IS NULL))`;
  if (values?.free !== undefined) {
    return maySayNothing ? `${prediction} IS NOT NULL AND ${role}_label IS NULL` : `${role}_label IS NULL`;
  }
  const numeric = values !== undefined && values.answers[role] === undefined;
  const unusable = [
    `${role}_label IS NULL`,
    `${prediction} LIKE '[%'`,
    `${prediction} IN (${notNumbers})`,
    `${role}_unscored > 0`,
    `(${role}_stated_score IS NOT NULL AND NOT coalesce(isfinite(${role}_score), false))`,
    ...(numeric ? [`NOT coalesce(isfinite(${role}_value), false)`] : []),
  ].join(' OR ');
  // An answer that says nothing has no label either, so that only where it may say nothing it matters in which words.
  return maySayNothing ? `NOT ${nothing} AND (${unusable})` : `(${prediction} IS NULL OR ${unusable})`;
}

/** The scores of an answer of which only its own is known. @param truth the true label */
export function scoresOfAnswer(
  answer: string,
  score: string,
  truth: string,
  binary: WantedValues['binary'],
): ScoresSql {
  return {
    scores: 'NULL::MAP(VARCHAR, DOUBLE)',
    scoreOf: (label) => scoreFromAnswerSql(answer, score, label, binary),
    truth,
    positive: quoteLiteral(binary?.[1] ?? ''),
  };
}

/**
 * The score of a label where only the answer's own is known: that of the answer where the answer is it; of two labels each
 * score tells the other's. NULL where nobody knows.
 */
export function scoreFromAnswerSql(
  answer: string,
  score: string,
  label: string,
  binary: WantedValues['binary'],
): string {
  const labels = (binary ?? []).map(quoteLiteral).join(', ');
  const other =
    labels === '' ? '' : `WHEN ${label} IN (${labels}) AND ${answer} IN (${labels}) THEN round(1 - ${score}, 15)`;
  return `(CASE WHEN ${answer} = ${label} THEN ${score} ${other} END)`;
}

/** Names of the columns of the table `requests` that describe one version's outcome, with their types. */
export function outcomeColumns(role: Role, wantedValues: WantedValues): [name: string, type: string][] {
  return [
    [`${role}_present`, 'BOOLEAN'],
    [`${role}_latency_ns`, 'BIGINT'],
    [`${role}_error`, 'VARCHAR'],
    [`${role}_label`, 'VARCHAR'],
    [`${role}_value`, 'DOUBLE'],
    [`${role}_score`, 'DOUBLE'],
    ...outcomeNumbers(wantedValues, role).map((column): [string, string] => [column, 'DOUBLE']),
    ...scoredIn(wantedValues.numbers).map(([name]): [string, string] => [`${role}_${name}`, 'DOUBLE']),
  ];
}

/** How the formats write a prediction that is not a number. */
const notNumbers = "'NaN', 'Infinity', '-Infinity', 'nan', 'inf', '-inf'";

function scoresSql(prediction: string): string {
  return `try_cast(json_extract(${prediction}, '/scores') AS MAP(VARCHAR, DOUBLE))`;
}

/** The label of the greatest score, of equal ones the first in the alphabet; NULL unless every score is a finite number. */
function bestScoreSql(prediction: string): string {
  const entries = `map_entries(${scoresSql(prediction)})`;
  const unusable = `list_filter(${entries}, lambda entry: NOT coalesce(isfinite(entry.value), false))`;
  const ranked = `list_sort(list_transform(${entries}, lambda entry: {negated: -entry.value, label: entry.key}))`;
  return `CASE WHEN len(${unusable}) = 0 THEN ${ranked}[1] END`;
}
