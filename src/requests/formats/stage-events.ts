import { eachPath, type FieldPaths } from '../../domain/log/field-paths.ts';
import { pathOf, type RecordPath } from '../../domain/log/record-path.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import { scanRecords } from '../files/scan-records.ts';
import type { WantedField } from '../containers/record-scan.ts';
import { kpiColumn } from '../values/wanted-values.ts';
import { type ReadOptions, recordedSegments, segmentColumn, wantedValuesOf } from '../values/read-options.ts';
import { filterTexts } from '../values/filter-sql.ts';
import { errorKindSql, isSurelyFailureSql } from '../values/error.ts';
import { reasonCode } from '../table/reject-reason.ts';
import type { RequestFile } from '../files/request-files.ts';
import type { FileReading } from './importer.ts';
import { type ExchangeFormat, labelsSql, placesOf } from './exchange-format.ts';
import { type CsvHeaders, headerNamesSql, headValues, withoutHeaderSql } from './answers/csv-headers.ts';
import { csvAnswersSql, csvLineAsJsonSql, csvLineAsObjectSql, csvLinesSql } from './answers/csv-payload-sql.ts';
import { jsonAnswersSql, jsonInstancesSql } from './answers/json-payload-sql.ts';

/** A path with this first key leads into the decoded input of one request. */
const insideInput = 'input';

/** The texts of a record that become columns as they are, and where they are looked for: the unit, segments, kpis and what `where` reads. */
export function carriedFields(options: ReadOptions): [column: string, paths: FieldPaths][] {
  return [
    ['unit', options.fields.unit],
    ...recordedSegments(options).map(([dimension, path]): [string, string] => [segmentColumn(dimension), path]),
    ...wantedValuesOf(options).kpis.map((field): [string, string] => [kpiColumn(field), field]),
    ...filterTexts(options.where),
  ];
}

/** The same with a column for each place that a text is looked for in. */
export function carriedTexts(options: ReadOptions): [column: string, path: string][] {
  return carriedFields(options).flatMap(([column, paths]) =>
    eachPath(paths).map((path, index): [string, string] => [placeColumn(column, index), path]),
  );
}

/** The column of the text at one of a field's places. */
export function placeColumn(column: string, index: number): string {
  return index === 0 ? column : `${column}:${index}`;
}

/** The keys that lead to a text inside the decoded input; undefined for a text of the record itself. */
export function pathInsideInput(path: string): RecordPath | undefined {
  const [first, ...inside] = path === '' ? [] : pathOf(path);
  return first === insideInput && inside.length > 0 ? inside : undefined;
}

/** Whether the decoded inputs are needed, and not only their number. */
function needsInputs(options: ReadOptions): boolean {
  const { label, timestamp } = options.fields;
  const paths = [...carriedTexts(options).map(([, path]) => path), ...eachPath(label), ...eachPath(timestamp)];
  return options.input !== false || paths.some((path) => pathInsideInput(path) !== undefined);
}

/** Makes the empty table `events`: one row per line of a log, decoded, before lines about one request are joined. */
export async function createEvents(db: Database, options: ReadOptions): Promise<void> {
  const carried = carriedTexts(options).map(([column]) => `${quoteIdentifier(column)} VARCHAR`);
  await db.run(`CREATE OR REPLACE TABLE events (
    file USMALLINT, kind VARCHAR, id VARCHAR, pair_key VARCHAR, component VARCHAR, served_by VARCHAR, timestamp VARCHAR, latency VARCHAR,
    error VARCHAR, instances INTEGER, inputs VARCHAR[], input_hash UBIGINT, answers VARCHAR[], labels VARCHAR[],
    input_head VARCHAR, input_below BOOLEAN, output_head VARCHAR, output_below BOOLEAN, problem UTINYINT${carried.map((column) => `, ${column}`).join('')})`);
}

/** Adds the lines of a file to the table `events`. @returns unreadable records beyond the rows (negative for rows too many), and what to tell of the file. */
export async function stageEvents(
  db: Database,
  format: ExchangeFormat,
  options: ReadOptions,
  file: RequestFile,
  index: number,
  headers: CsvHeaders,
): Promise<Pick<FileReading, 'furtherUnreadable' | 'notes'>> {
  const carried = carriedTexts(options).map(([column, path]) => carriedText(format, column, path));
  const places = placesOf(format, options);
  const fields = [...places.fields, ...format.fields(options), ...carried.flatMap(({ field }) => field ?? [])];
  const scan = await scanRecords(db, file, fields, {
    unpackArrays: format.arrays ?? false,
  });
  const { told } = places;
  const line = format.line(options, told, file);
  const prepared = line.prepared === undefined ? scan.sql : `SELECT *, ${line.prepared.join(', ')} FROM (${scan.sql})`;
  const texts = [
    'readable',
    ...Object.entries({
      kind: line.kind,
      id: told.id,
      pair_key: line.pairKey ?? told.id,
      component: line.component ?? 'NULL::VARCHAR',
      served_by: line.servedBy ?? told.servedBy,
      timestamp_text: told.timestamp,
      latency: line.latency ?? 'NULL::VARCHAR',
      error: line.error ?? 'NULL::VARCHAR',
      input_text: line.input.text,
      input_csv: line.input.csv,
      output_text: line.output.text,
      output_csv: line.output.csv,
      labels: line.labels ?? labelsSql(told.label),
      unlogged: line.unlogged ?? 'false',
    }).map(([name, sql]) => `${sql} AS ev_${name}`),
    ...carried.map(({ column, sql }) => `${sql} AS ${quoteIdentifier(`ev_${column}`)}`),
  ];
  const failure = `${errorKindSql('ev_error', options.values?.fine ?? [])} AS ev_failure`;
  await db.run(`INSERT INTO events SELECT ${index}, ${eventValues(options, headers).join(', ')}
    ${carried.map(({ column }) => `, ${quoteIdentifier(`ev_${column}`)}`).join('')}
    FROM (SELECT *, ${failure}, ${answersSql(headers)} AS raw_answers FROM (
      SELECT *, ${instancesSql(headers)} AS raw_instances FROM (SELECT ${texts.join(', ')} FROM (${prepared}))))`);
  return { furtherUnreadable: await scan.furtherUnreadable(), notes: scan.notes };
}

function instancesSql({ input }: CsvHeaders): string {
  return `CASE WHEN ev_input_csv THEN ${withoutHeaderSql(csvLinesSql('ev_input_text'), input)}
    WHEN json_valid(ev_input_text) THEN ${jsonInstancesSql('ev_input_text')} END`;
}

function answersSql({ output }: CsvHeaders): string {
  const lines = withoutHeaderSql(csvLinesSql('ev_output_text'), output);
  const names = output === undefined ? undefined : headerNamesSql(output);
  return `CASE WHEN ev_output_csv THEN ${csvAnswersSql(lines, 'len(raw_instances)', names)}
    WHEN json_valid(ev_output_text) THEN ${jsonAnswersSql('ev_output_text', 'len(raw_instances)')} END`;
}

/** The columns of `events` behind `file`, in their order. */
function eventValues(options: ReadOptions, { input }: CsvHeaders): string[] {
  const row =
    input === undefined
      ? csvLineAsJsonSql('line')
      : csvLineAsObjectSql(headerNamesSql(input), `json_extract(${csvLineAsJsonSql('line')}, '$[*]')`);
  const inputs = `CASE WHEN ev_input_csv THEN list_transform(raw_instances, lambda line: ${row}) ELSE raw_instances END`;
  return [
    'ev_kind',
    `nullif(ev_id, '')`,
    `nullif(ev_pair_key, '')`,
    `nullif(ev_component, '')`,
    'ev_served_by',
    'ev_timestamp_text',
    'ev_latency',
    `CASE WHEN ${unusableAnswers} AND ev_failure IS NULL THEN 'bad-outcome' ELSE nullif(ev_error, '') END`,
    'len(raw_instances)',
    needsInputs(options) ? inputs : 'NULL',
    'hash(ev_input_text)',
    `CASE WHEN NOT ${unusableAnswers} AND NOT ${isSurelyFailureSql('ev_failure')} THEN raw_answers END`,
    'ev_labels',
    ...headValues('input'),
    ...headValues('output'),
    `(CASE WHEN NOT readable OR ev_kind IS NULL THEN ${reasonCode('unreadable')}
      WHEN ev_input_text IS NOT NULL AND (raw_instances IS NULL OR len(raw_instances) = 0) THEN ${reasonCode('bad-payload')}
      WHEN ev_unlogged THEN ${reasonCode('bad-outcome')} ELSE 0 END)`,
  ];
}

/** What a version answered that cannot be read, or that is not one answer for each request, is its failure and rejects nothing. */
const unusableAnswers = `coalesce(ev_output_text IS NOT NULL AND (raw_answers IS NULL
  OR (len(raw_instances) > 0 AND len(raw_answers) <> len(raw_instances))), false)`;

interface CarriedText {
  readonly column: string;
  /** Absent for what is inside the input, and for what the plan does not name. */
  readonly field?: WantedField;
  readonly sql: string;
}

function carriedText(format: ExchangeFormat, column: string, path: string): CarriedText {
  if (path === '' || pathInsideInput(path) !== undefined) return { column, sql: 'NULL::VARCHAR' };
  const special = format.textAt?.(path);
  const name = `carried_${column}`;
  const field: WantedField = { column: name, path: special?.path ?? pathOf(path), as: 'text' };
  return { column, field, sql: special?.textSql(quoteIdentifier(name)) ?? quoteIdentifier(name) };
}
