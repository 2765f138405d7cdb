import { pathOf, pathText } from '../../domain/log/record-path.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import { fileError } from '../files/file-error.ts';
import { fieldNames, scanRecords } from '../files/scan-records.ts';
import type { RequestFile } from '../files/request-files.ts';
import { plausibleTimeSql, timestampSql } from '../values/time.ts';

/** What the first records of a log say at one path. */
export interface SurveyedField {
  /** Dotted path of a value that is not an object. */
  readonly path: string;
  /** Records that have it, and how many different values there are. */
  readonly present: number;
  readonly distinct: number;
  /** Values that are a point in time that a log may have. */
  readonly times: number;
  readonly numbers: number;
  /** The most frequent values; at most 50. */
  readonly values: readonly string[];
}

/** A log's fields, and how many records were looked at. */
export interface SurveyedFields {
  readonly records: number;
  readonly fields: readonly SurveyedField[];
}

const surveyedRecords = 5000;
/** So many records tell which fields there are: an error is rarely in the first. */
const namingRecords = 2000;
const mostFields = 300;
const mostValues = 50;

/**
 * Looks at the first records of a file.
 * @throws UserError (exit 5) for a file that cannot be read as what it is taken for, such as one with a line of 20 MB
 */
export async function surveyFields(db: Database, file: RequestFile): Promise<SurveyedFields> {
  try {
    return await surveyRecords(db, file);
  } catch (error) {
    throw fileError(file, error);
  }
}

async function surveyRecords(db: Database, file: RequestFile): Promise<SurveyedFields> {
  const paths = (await fieldNames(db, file, namingRecords)).slice(0, mostFields);
  const plain = await surveyPaths(db, file, paths);
  const attributes = plain.fields.flatMap(attributePaths).slice(0, mostFields);
  return attributes.length === 0 ? plain : await surveyPaths(db, file, [...paths, ...attributes]);
}

async function surveyPaths(db: Database, file: RequestFile, paths: readonly string[]): Promise<SurveyedFields> {
  if (paths.length === 0) return { records: 0, fields: [] };
  const wanted = paths.map((path, index) => ({ column: `field${index}`, path: pathOf(path), as: 'text' }) as const);
  const { sql } = await scanRecords(db, file, wanted);
  await db.run(`CREATE OR REPLACE TABLE sampled AS SELECT * FROM (${sql}) WHERE readable LIMIT ${surveyedRecords}`);
  const [size = {}] = await db.rows('SELECT count(*) AS records FROM sampled');
  const fields: SurveyedField[] = [];
  for (const [index, path] of paths.entries())
    fields.push(await sampledField(db, path, quoteIdentifier(`field${index}`)));
  await db.run('DROP TABLE sampled');
  return { records: Number(size['records']), fields };
}

/** Of a list of attributes, as OpenTelemetry writes them, the path of each attribute's value. */
function attributePaths({ path, values }: SurveyedField): readonly string[] {
  const found = new Set<string>();
  for (const text of values) {
    for (const { key, value } of attributesIn(text)) {
      const [type] = Object.keys(value);
      if (type !== undefined) found.add(pathText([...pathOf(path), { key: 'key', equals: key }, 'value', type]));
    }
  }
  return [...found].toSorted();
}

function attributesIn(text: string): readonly { readonly key: string; readonly value: object }[] {
  if (!/^\[\s*\{\s*"key"/u.test(text)) return [];
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.filter(isAttribute) : [];
}

function isAttribute(element: unknown): element is { readonly key: string; readonly value: object } {
  if (typeof element !== 'object' || element === null || !('key' in element) || !('value' in element)) return false;
  return typeof element.key === 'string' && typeof element.value === 'object' && element.value !== null;
}

async function sampledField(db: Database, path: string, column: string): Promise<SurveyedField> {
  const [counts = {}] = await db.rows(
    `SELECT count(${column}) AS present, count(DISTINCT ${column}) AS distinct_values,
       count(*) FILTER (WHERE ${plausibleTimeSql(`(${timestampSql(column)})`)} AND (length(${column}) >= 9)) AS times,
       count(*) FILTER (WHERE isfinite(try_cast(${column} AS DOUBLE))) AS numbers FROM sampled`,
  );
  const values = await db.columns(
    `SELECT ${column} AS value FROM sampled WHERE ${column} IS NOT NULL GROUP BY value ORDER BY count(*) DESC, value LIMIT ${mostValues}`,
  );
  return {
    path,
    present: Number(counts['present']),
    distinct: Number(counts['distinct_values']),
    times: Number(counts['times']),
    numbers: Number(counts['numbers']),
    values: values.strings('value').map((value) => value ?? ''),
  };
}
