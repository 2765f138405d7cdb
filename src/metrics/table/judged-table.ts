import { type Role, roles } from '../../domain/role.ts';
import { scoredIn, toldIn } from '../../domain/scores/answer-numbers.ts';
import { trueLabelDimension } from '../../domain/segments.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { laterUnit } from '../../requests/table/live-split.ts';
import { scoresOfAnswer } from '../../requests/table/outcome-sql.ts';
import { segmentColumn } from '../../requests/values/read-options.ts';
import { kpiColumn, noWantedValues, type WantedValues } from '../../requests/values/wanted-values.ts';
import { isTimeout } from './conditions.ts';
import { besideAnswers, correctScore, hasComputed, scoreEndings, scoringColumns } from './scored-answers.ts';

/** A table of judged requests, on which metrics are computed. */
export interface JudgedTable {
  readonly db: Database;
  readonly name: string;
  /** The table that this is a part of, with the same units. */
  readonly partOf?: JudgedTable;
}

/** Where the outcomes of one version come from. */
export interface OutcomeSource {
  /** `recorded`: the log's columns; `replayed`: the table `<role>_outcomes`. */
  readonly predictions: 'recorded' | 'replayed';
  /** `recorded`: the log's times; `measured`: the table `measured_latency`; `none`: nobody timed this version. */
  readonly latency: 'recorded' | 'measured' | 'none';
  /** What a recorded timeout without a time counts as, in ms. */
  readonly timeoutMs: number;
  /**
   * False for a log that has no place for this version's errors, so that none in it means nothing. `timed` where the requests that were timed,
   * at the load that the plan asks for, are the only ones whose errors are those of that load.
   */
  readonly errorsKnown: boolean | 'timed';
}

/**
 * Joins requests, units and outcomes to the table `judged`, on which every metric is computed. One row per request:
 * `unit_index` INTEGER, `in_canary` BOOLEAN, the columns of segments, `hour_of_day` BIGINT, `label` VARCHAR and for each role
 * `<role>_present` BOOLEAN (has an outcome), `<role>_errors_known` BOOLEAN, `<role>_latency_ns` BIGINT, `<role>_error` VARCHAR, `<role>_retries`, `<role>_label` VARCHAR,
 * `<role>_value` DOUBLE. Of the numbers that are wanted: `<role>_true_score` DOUBLE and the like (see `answerNumbers`), `is_positive` BOOLEAN (the true
 * label is the positive one; NULL for a label that is neither), the `kpiColumn`s. `new_mistake_id` VARCHAR is the id of a
 * request that the baseline answered right and the candidate wrong or not at all, and NULL elsewhere: the ids of a whole log would be too many.
 * Where scores are wanted, `scored_id` VARCHAR is the id of every request. `timed_pair` UTINYINT is the pair of processes that a request was timed on. Latency is in whole nanoseconds, so that its sums do not depend on their order.
 */
export async function createJudgedTable(
  db: Database,
  sources: Readonly<Record<Role, OutcomeSource>>,
  segmentColumns: readonly string[],
  cohort: number | 'served',
  wantedValues: WantedValues = noWantedValues,
): Promise<JudgedTable> {
  const replayed = roles.filter((role) => sources[role].predictions === 'replayed');
  const measured = roles.some((role) => sources[role].latency === 'measured');
  const joins = [
    'JOIN units USING (unit)',
    ...replayed.map((role) => `LEFT JOIN ${role}_outcomes ON ${role}_outcomes.seq = requests.seq`),
    ...(wantedValues.differences === 'replayed'
      ? ['LEFT JOIN answer_differences ON answer_differences.seq = requests.seq']
      : []),
    ...(hasComputed(wantedValues) ? ['LEFT JOIN computed_scores ON computed_scores.seq = requests.seq'] : []),
    ...(measured ? ['LEFT JOIN measured_latency ON measured_latency.seq = requests.seq'] : []),
  ];
  const columns = [
    'unit_index',
    `${cohort === 'served' ? 'requests.candidate_present' : `bucket < ${cohort}::DOUBLE`} AS in_canary`,
    ...(cohort === 'served' ? userColumns : []),
    ...segmentColumns.map((column) => `requests.${quoteIdentifier(column)}`),
    'hour(requests.at) AS hour_of_day',
    'requests.label AS label',
    ...roles.flatMap((role) => outcomeColumns(role, sources[role], wantedValues)),
    ...numberColumns(wantedValues),
    ...scoringColumns(wantedValues),
    `CASE WHEN ${answeredLabel('baseline', sources.baseline)} = requests.label AND ${isWrong('candidate', sources.candidate)}
      THEN requests.id END AS new_mistake_id`,
    ...((wantedValues.scores ?? []).length > 0 ? ['requests.id AS scored_id'] : []),
    `${measured ? 'measured_latency.pair' : 'NULL::UTINYINT'} AS timed_pair`,
  ];
  await db.run(`CREATE OR REPLACE TABLE judged AS SELECT ${columns.join(', ')} FROM requests ${joins.join(' ')}`);
  for (const score of wantedValues.scores ?? []) await correctScore(db, 'judged', score);
  return { db, name: 'judged' };
}

/**
 * The judged requests as they would be if the candidate were the baseline: what the two cohorts differ by before the candidate
 * comes into it.
 */
export async function createParityTable(judged: JudgedTable, wantedValues: WantedValues): Promise<JudgedTable> {
  const { db, name } = judged;
  const columns = outcomeFieldsOf(wantedValues);
  await db.run(
    `CREATE OR REPLACE VIEW judged_parity AS
     SELECT * REPLACE (${columns.map((column) => `${quoteIdentifier(`baseline_${column}`)} AS ${quoteIdentifier(`candidate_${column}`)}`).join(', ')}) FROM ${name}`,
  );
  return { db, name: 'judged_parity', partOf: judged };
}

/** What a judged request holds of one version's outcome, as the ends of column names. */
export function outcomeFieldsOf({ numbers, scores = [], repeated = false }: WantedValues): readonly string[] {
  return [
    'present',
    'errors_known',
    'latency_ns',
    'error',
    'label',
    'value',
    ...[...scoredIn(numbers), ...toldIn(numbers)].map(([name]) => name),
    ...(repeated ? ['failed_share'] : []),
    ...scores.flatMap(scoreEndings),
  ];
}

/**
 * Of a live split in which some users met both versions, and are two units: which user it is, and whether the other version served that user
 * before. A user is another one in each period, and the same person in all.
 */
const userColumns = [
  `hash(split_part(requests.unit, ${quoteLiteral(laterUnit)}, 1)) AS user_hash`,
  `hash(split_part(requests.unit, chr(${laterUnit.codePointAt(0) ?? 0}), 1)) AS person_hash`,
  `ends_with(requests.unit, ${quoteLiteral(laterUnit)}) AS came_later`,
];

const soFar = 'PARTITION BY requests.unit ORDER BY requests.at, requests.id';

function numberColumns({
  kpis,
  differences,
  positives = false,
  binary,
  times = false,
  byLabel = false,
}: WantedValues): string[] {
  const [negative, positive] = (binary ?? ['', '']).map(quoteLiteral);
  return [
    ...kpis.map((field) => `requests.${quoteIdentifier(kpiColumn(field))}`),
    ...(times ? ['requests.at'] : []),
    ...(differences === 'replayed'
      ? [
          'answer_differences.differs AS answers_differ',
          `bool_or(answer_differences.differs) OVER (${soFar}) AS after_difference`,
        ]
      : []),
    ...(differences === 'unknown' ? ['NULL::BOOLEAN AS answers_differ', 'NULL::BOOLEAN AS after_difference'] : []),
    ...(byLabel ? [`requests.label AS ${quoteIdentifier(segmentColumn(trueLabelDimension))}`] : []),
    ...(positives
      ? [`CASE requests.label WHEN ${positive} THEN true WHEN ${negative} THEN false END AS is_positive`]
      : []),
  ];
}

function outcomeColumns(
  role: Role,
  { predictions, latency, errorsKnown, timeoutMs }: OutcomeSource,
  wantedValues: WantedValues,
): string[] {
  const from = outcomePrefix(role, predictions);
  const present = predictions === 'replayed' ? `${role}_outcomes.seq IS NOT NULL` : `${from}present`;
  const error = errorSql(role, { predictions, latency });
  const latencyColumn = {
    recorded: recordedLatencySql(role, timeoutMs),
    measured: `measured_latency.${role}_ns`,
    none: 'NULL::BIGINT',
  }[latency];
  return [
    `coalesce(${present}, false) AS ${role}_present`,
    `${errorsKnown === 'timed' ? isTimed : errorsKnown} AS ${role}_errors_known`,
    `${latencyColumn} AS ${role}_latency_ns`,
    `${error} AS ${role}_error`,
    `${answeredLabel(role, { predictions, latency })} AS ${role}_label`,
    ...(wantedValues.repeated === true ? [`${from}failed_share AS ${role}_failed_share`] : []),
    `${retriesSql(role, predictions, latency === 'measured')} AS ${role}_retries`,
    `CASE WHEN ${error} IS NULL THEN ${from}value END AS ${role}_value`,
    ...[...scoreColumns(wantedValues, predictions, from), ...besideAnswers(role, wantedValues, predictions)].map(
      ([name, sql]) => `CASE WHEN ${error} IS NULL THEN ${sql} END AS ${quoteIdentifier(`${role}_${name}`)}`,
    ),
  ];
}

/**
 * The time in the log. A timeout without one took as long as the version is waited for, so that it does not make the version faster; but
 * where most answers have no time either, the times are a sample, in which all timeouts would weigh too much.
 */
function recordedLatencySql(role: Role, timeoutMs: number): string {
  const [time, error] = [`requests.${role}_latency_ns`, `requests.${role}_error`];
  const answers = `FROM requests WHERE ${role}_present AND ${role}_error IS NULL`;
  const areTimed = `(SELECT 2 * count(${role}_latency_ns) >= count(*) ${answers})`;
  return `CASE WHEN ${time} IS NULL AND ${isTimeout(error)} AND ${areTimed} THEN ${Math.round(timeoutMs * 1e6)}::BIGINT ELSE ${time} END`;
}

function answeredLabel(role: Role, source: Pick<OutcomeSource, 'predictions' | 'latency'>): string {
  return `CASE WHEN ${errorSql(role, source)} IS NULL THEN ${outcomePrefix(role, source.predictions)}label END`;
}

/** The version answered with another label than the true one, or not at all. */
function isWrong(role: Role, source: Pick<OutcomeSource, 'predictions' | 'latency'>): string {
  return `(${answeredLabel(role, source)} <> requests.label OR ${errorSql(role, source)} IS NOT NULL)`;
}

const isTimed = 'measured_latency.seq IS NOT NULL';

/** Each request counts by one call: the one that was timed, which resembles production, else the replay's. */
function errorSql(role: Role, { predictions, latency }: Pick<OutcomeSource, 'predictions' | 'latency'>): string {
  const error = `${outcomePrefix(role, predictions)}error`;
  return latency === 'measured' ? `CASE WHEN ${isTimed} THEN measured_latency.${role}_error ELSE ${error} END` : error;
}

function outcomePrefix(role: Role, predictions: OutcomeSource['predictions']): string {
  return predictions === 'replayed' ? `${role}_outcomes.` : `requests.${role}_`;
}

/** How often a request was sent again, in the call that counts; a log does not tell. */
function retriesSql(role: Role, predictions: OutcomeSource['predictions'], measured: boolean): string {
  if (predictions === 'recorded') return '0';
  const replayed = `coalesce(${role}_outcomes.retries, 0)`;
  return measured
    ? `CASE WHEN ${isTimed} THEN coalesce(measured_latency.${role}_retries, 0) ELSE ${replayed} END`
    : replayed;
}

function scoreColumns(
  { numbers, binary }: WantedValues,
  predictions: OutcomeSource['predictions'],
  from: string,
): [name: string, sql: string][] {
  // A version whose own decoding keeps no other score than the answer's may still have told the one that is wanted.
  const own = scoresOfAnswer(`${from}label`, `${from}score`, 'requests.label', binary);
  return scoredIn(numbers).map(([name, { ofSql }]) => [
    name,
    predictions === 'recorded' ? `${from}${name}` : `coalesce(${from}${name}, ${ofSql(own)})`,
  ]);
}
