import type { RejectReason } from './reject-reason.ts';
import type { Role } from './read-options.ts';

const nanosecondsPerMs = 1e6;
/** More does not fit into 64 bits of nanoseconds. */
const mostLatencyMs = 9e12;

/** First step: what a recorded outcome says, still with its mistakes. Expects the columns of `wantedFields`. */
export function decodedOutcomeSql(role: Role): string[] {
  const prediction = `${role}_prediction`;
  return [
    `${role}_present`,
    `${role}_latency`,
    `try_cast(${role}_latency AS DOUBLE) AS ${role}_latency_ms`,
    `nullif(${role}_error, '') AS ${role}_error`,
    prediction,
    `${statedLabelSql(prediction)} AS ${role}_stated_label`,
    `CASE WHEN ${prediction} LIKE '{%' THEN json_extract_string(${prediction}, '/score') END AS ${role}_stated_score`,
    `CASE WHEN ${prediction} LIKE '{%' THEN ${bestScoreSql(prediction)} END AS ${role}_best`,
  ];
}

/** Second step: the label with its score, and the number that it stands for. */
export function answerSql(role: Role): string[] {
  const label = `coalesce(${role}_stated_label, ${role}_best.label)`;
  const number = `try_cast(${label} AS DOUBLE)`;
  return [
    `${label} AS ${role}_label`,
    `CASE WHEN isfinite(${number}) THEN ${number} END AS ${role}_value`,
    `coalesce(try_cast(${role}_stated_score AS DOUBLE), -${role}_best.negated) AS ${role}_score`,
    `CASE WHEN ${goodLatencySql(role)} THEN round(${role}_latency_ms * ${nanosecondsPerMs})::BIGINT END AS ${role}_latency_ns`,
  ];
}

/** Names of the columns of the table `requests` that describe one version's outcome, with their types. */
export function outcomeColumns(role: Role): [name: string, type: string][] {
  return [
    [`${role}_present`, 'BOOLEAN'],
    [`${role}_latency_ns`, 'BIGINT'],
    [`${role}_error`, 'VARCHAR'],
    [`${role}_label`, 'VARCHAR'],
    [`${role}_value`, 'DOUBLE'],
    [`${role}_score`, 'DOUBLE'],
  ];
}

/** What is wrong with a recorded outcome, as conditions on the columns of both steps. */
export function outcomeRejects(role: Role): (readonly [RejectReason, string])[] {
  const prediction = `${role}_prediction`;
  const notText = `${prediction} NOT LIKE '"%' AND ${prediction} NOT LIKE '{%' AND ${prediction} NOT IN ('true', 'false')`;
  const unusable = [
    `${role}_label IS NULL`,
    `(${notText} AND ${role}_value IS NULL)`,
    `(${role}_stated_score IS NOT NULL AND NOT coalesce(isfinite(${role}_score), false))`,
  ].join(' OR ');
  const bothOrNeither = `(${prediction} IS NULL) = (${role}_error IS NULL)`;
  return [
    ['bad-latency', `${role}_latency IS NOT NULL AND ${role}_latency_ns IS NULL`],
    ['bad-outcome', `${role}_present AND (${bothOrNeither} OR (${prediction} IS NOT NULL AND (${unusable})))`],
  ];
}

function goodLatencySql(role: Role): string {
  return `${role}_latency_ms >= 0 AND ${role}_latency_ms < ${mostLatencyMs}`;
}

/** The prediction where it is a label, number or truth value itself, or the label that it names. */
function statedLabelSql(prediction: string): string {
  // Without a backslash nothing is escaped, and the text between the quotes is the label.
  return `CASE
    WHEN ${prediction} LIKE '"%' THEN
      CASE WHEN contains(${prediction}, '\\') THEN json_extract_string(${prediction}, '$') ELSE trim(${prediction}, '"') END
    WHEN ${prediction} LIKE '{%' THEN json_extract_string(${prediction}, '/label')
    WHEN ${prediction} LIKE '[%' THEN NULL
    ELSE ${prediction}
  END`;
}

/** The label of the greatest score, of equal ones the first in the alphabet; NULL unless every score is a finite number. */
function bestScoreSql(prediction: string): string {
  const entries = `map_entries(try_cast(json_extract(${prediction}, '/scores') AS MAP(VARCHAR, DOUBLE)))`;
  const unusable = `list_filter(${entries}, lambda entry: NOT coalesce(isfinite(entry.value), false))`;
  const ranked = `list_sort(list_transform(${entries}, lambda entry: {negated: -entry.value, label: entry.key}))`;
  return `CASE WHEN len(${unusable}) = 0 THEN ${ranked}[1] END`;
}
