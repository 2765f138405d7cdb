import { type Database, quoteIdentifier } from '../../database/database.ts';
import type { RecordScan } from '../containers/record-scan.ts';
import { isLiveSplit, servedOutcomesSql, servedRejects, singleAnswersSql } from './live-split.ts';
import {
  answerSql,
  decodedOutcomeSql,
  outcomeColumns,
  type OutcomeReading,
  statedOutcomeSql,
  unreadableAnswerSql,
} from './outcome-sql.ts';
import {
  derivedSegmentSql,
  latencyUnitOf,
  type ReadOptions,
  recordedRoles,
  recordedSegments,
  segmentColumn,
  wantedValuesOf,
} from '../values/read-options.ts';
import { countsSql, seenSql } from '../values/filter-sql.ts';
import { countRecords, createRecordCounts, inSampleSql } from './unit-sample.ts';
import { leftOutCode, reasonCode, reasonSql, type RejectReason } from './reject-reason.ts';
import { identitySql } from '../values/identity.ts';
import { labelSql } from '../values/label.ts';
import { plainAnswersSql } from '../values/plain-answer.ts';
import { scoredRecordsSql } from '../values/score.ts';
import { shownFirstColumns } from '../values/score-fields.ts';
import { clockSql, plausibleTimeSql, timestampSql } from '../values/time.ts';
import { kpiColumn, kpiSql } from '../values/wanted-values.ts';

/** The columns of the table `requests` that hold what a record says, with their types. */
export function requestColumns(options: ReadOptions): [name: string, type: string][] {
  return [
    ['id', 'VARCHAR'],
    ['at', 'TIMESTAMP'],
    ['unit', 'VARCHAR'],
    ...(options.input !== false ? [['input', 'VARCHAR'] satisfies [string, string]] : []),
    ['label', 'VARCHAR'],
    ...Object.keys(options.segments).map((dimension): [string, string] => [segmentColumn(dimension), 'VARCHAR']),
    ...wantedValuesOf(options).kpis.map((field): [string, string] => [kpiColumn(field), 'DOUBLE']),
    ...shownFirstColumns(wantedValuesOf(options)).map((column): [string, string] => [column, 'VARCHAR']),
    ...recordedRoles(options).flatMap(([role]) => outcomeColumns(role, wantedValuesOf(options))),
  ];
}

/**
 * Beside those, until the whole log is read: the file that a record is from (its index), why it is left out (a reason's code, 0 for
 * not), what its time is written in, whether its id or unit was written in another way, whether an error was a status of HTTP, what
 * is wrong with an answer's scores (`scoreProblems`), the beginning of an answer that cannot be read, and which of the fields that `where` names it has.
 */
export function bookkeepingColumns(options: ReadOptions): [name: string, type: string][] {
  const seen: [string, string][] = options.where === undefined ? [] : [['seen', 'UINTEGER']];
  return [
    ['file', 'USMALLINT'],
    ['reason', 'UTINYINT'],
    ['clock', 'UTINYINT'],
    ['respelled', 'BOOLEAN'],
    ...recordedRoles(options).flatMap(([role]): [string, string][] => [
      [`${role}_status`, 'BOOLEAN'],
      [`${role}_unscored`, 'UTINYINT'],
      [`${role}_unread`, 'VARCHAR'],
    ]),
    ...seen,
  ];
}

/** Makes the empty table that every file's records go into. */
export async function createRequestTable(db: Database, options: ReadOptions): Promise<void> {
  await db.makeRoomFor(requestColumns(options).length);
  const columns = [...requestColumns(options), ...bookkeepingColumns(options)].map(
    ([name, type]) => `${quoteIdentifier(name)} ${type}`,
  );
  await db.run(`CREATE OR REPLACE TABLE requests (${columns.join(', ')})`);
  await createRecordCounts(db, options);
}

/** Records to add, as SQL: the columns of `wantedFields`, and where they differ from row to row, whose they are. */
interface InsertedRecords extends Pick<RecordScan, 'sql'> {
  /** SQL of the index of the file. */
  readonly file: string | number;
  /** SQL of the code of a reason that is known before; 0 for none. */
  readonly problem?: string;
}

/** Adds records, each with the reason why it is left out, if there is one; good ones of units outside the sample are counted alone. */
export async function insertRecords(db: Database, options: ReadOptions, records: InsertedRecords): Promise<void> {
  await db.run(`INSERT INTO requests ${insertedRecordsSql(options, records)}`);
  if (options.sample !== undefined) await countRecords(db, records.file, records.sql);
}

/** SELECT of the records as rows of the table `requests`. */
export function insertedRecordsSql(options: ReadOptions, { file, problem, sql }: InsertedRecords): string {
  const values = requestColumns(options).map(([name]) => derivedColumnSql(options, name) ?? quoteIdentifier(name));
  const known = problem === undefined ? [] : [`${file} AS file`, `${problem} AS problem`];
  // What is not to count may be as broken as it likes, unless nobody knows what it is.
  const unknown = [reasonCode('unreadable'), reasonCode('unknown-request')].join(', ');
  const reason = `CASE WHEN reason = ${leftOutCode} AND problem NOT IN (${unknown}) THEN reason WHEN problem <> 0 THEN problem ELSE reason END`;
  const places = problem === undefined ? [file, 'reason'] : ['file', reason];
  const bookkept = [
    ...places,
    ...bookkeepingColumns(options)
      .slice(places.length)
      .map(([name]) => name),
  ];
  const kept = options.sample === undefined ? '' : ` WHERE ${places[1]} <> 0 OR ${inSampleSql(options.sample)}`;
  return `SELECT ${[...values, ...bookkept].join(', ')} FROM (${decodedRecordsSql(options, sql, known)})${kept}`;
}

/**
 * SELECT of every record with all that was read and made of it, and the code of the `reason` why it is left out.
 * @param carried further columns of the records.
 */
export function decodedRecordsSql(options: ReadOptions, recordsSql: string, carried: readonly string[] = []): string {
  const roles = recordedRoles(options).map(([role]) => role);
  const wantedValues = wantedValuesOf(options);
  const { where, values } = options;
  const latency = options.fields.served?.latency;
  const reading: OutcomeReading = {
    wantedValues,
    values,
    maySayNothing: isLiveSplit(options),
    latency,
    latencyUnit: (role) => latencyUnitOf(options, role),
  };
  const decoded = [
    ...carried,
    'readable',
    ...(isLiveSplit(options) ? ['served_by'] : []),
    `${identitySql('id')} AS id`,
    'id AS written_id',
    emptyAsMissing('timestamp'),
    `${timestampSql('timestamp')} AS parsed_at`,
    `${clockSql('timestamp')} AS clock`,
    `${identitySql('unit')} AS unit`,
    'unit AS written_unit',
    options.values === undefined || options.values.free !== undefined
      ? emptyAsMissing('label')
      : `${labelSql('label', options.values.truths)} AS label`,
    ...(options.input !== false ? ['input'] : []),
    ...recordedSegments(options).map(([dimension]) => emptyAsMissing(segmentColumn(dimension))),
    ...wantedValues.kpis
      .map((field) => quoteIdentifier(kpiColumn(field)))
      .map((column) => `${kpiSql(column)} AS ${column}`),
    ...shownFirstColumns(wantedValues).map(emptyAsMissing),
    ...roles.flatMap((role) => decodedOutcomeSql(role, reading)),
    ...(where === undefined ? [] : [`${countsSql(where)} AS counts`, `${seenSql(where)} AS seen`]),
  ];
  const stated = [
    '*',
    `CASE WHEN ${plausibleTimeSql('parsed_at')} THEN parsed_at END AS "at"`,
    'coalesce(id <> written_id OR unit <> written_unit, false) AS respelled',
    ...roles.flatMap((role) => statedOutcomeSql(role, reading)),
  ];
  const checked = ['*', ...roles.map((role) => unreadableAnswerSql(role, reading))];
  const answered = ['*', ...roles.flatMap((role) => answerSql(role, reading))];
  const rejected = reasonSql(rejects(options));
  const reason =
    where === undefined ? rejected : `CASE WHEN readable AND NOT counts THEN ${leftOutCode} ELSE ${rejected} END`;
  return `SELECT *, ${reason} AS reason FROM (
    SELECT ${answered.join(', ')} FROM (SELECT ${checked.join(', ')} FROM (SELECT ${stated.join(', ')} FROM (
      SELECT ${decoded.join(', ')} FROM (${scoredRecordsSql(options, plainAnswersSql(options, singleAnswersSql(options, servedOutcomesSql(options, recordsSql))))})))))`;
}

function emptyAsMissing(column: string): string {
  return `nullif(${quoteIdentifier(column)}, '') AS ${quoteIdentifier(column)}`;
}

function derivedColumnSql(options: ReadOptions, column: string): string | undefined {
  const dimension = Object.keys(options.segments).find((name) => segmentColumn(name) === column);
  return dimension === undefined ? undefined : derivedSegmentSql(options.segments[dimension] ?? '');
}

function rejects(options: ReadOptions): (readonly [RejectReason, string])[] {
  const ofInput: (readonly [RejectReason, string])[] = [
    ['missing-input', 'input IS NULL'],
    ['bad-input', notStrictJsonSql('input')],
  ];
  return [
    ['unreadable', 'NOT readable'],
    ['missing-id', 'id IS NULL'],
    ['missing-timestamp', 'timestamp IS NULL'],
    ['bad-timestamp', '"at" IS NULL'],
    ['missing-unit', 'unit IS NULL'],
    ...(options.input === true ? ofInput : []),
    ...servedRejects(options),
  ];
}

/** DuckDB reads NaN and infinities in JSON, which has none: whoever parses the input later would fail on them. */
function notStrictJsonSql(json: string): string {
  const withoutStrings = String.raw`regexp_replace(${json}, '"(\\.|[^"\\])*"', '', 'g')`;
  return `(contains(${json}, 'NaN') OR contains(${json}, 'Infinity')) AND regexp_matches(${withoutStrings}, 'NaN|Infinity')`;
}
