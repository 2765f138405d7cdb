import { plainKeys, type RecordPath, columnPath } from '../../domain/log/record-path.ts';
import { type Database, quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { containerOf } from '../containers/containers.ts';
import type { RecordScan, ScanOptions, WantedField } from '../containers/record-scan.ts';
import { fileError } from './file-error.ts';
import type { RequestFile } from './request-files.ts';
import { type DecimalMark, numberNotes, plainNumberSql, writtenNumbers } from './decimal-comma.ts';

/** A scan, and how the file was read where that does not go without saying. */
export interface DescribedScan extends RecordScan {
  /** Clauses about the file. */
  readonly notes: readonly string[];
}

/**
 * Prepares reading the wanted fields of every record of a file, whatever it lies in: at their first place that holds something, else in
 * the names of the file's folders, and numbers with a decimal comma as numbers.
 */
export async function scanRecords(
  db: Database,
  file: RequestFile,
  fields: readonly WantedField[],
  options: ScanOptions = {},
): Promise<DescribedScan> {
  const places = fields.map((field) => placesOf(file, field));
  const columns = places.flatMap(({ columns: own, lineNumber }) => (lineNumber ? [] : own));
  const container = containerOf(file);
  const scan = await container.scan(db, file, columns, options);
  const marks = await marksOf(db, file, columns, scan.delimiter, options.decimal);
  const notes = options.decimal === undefined ? numberNotes(marks) : [];
  if (marks.size === 0 && places.every(({ isPlain }) => isPlain)) return { ...scan, notes };
  const values = places.map(({ field, columns: own, folder, lineNumber }) => {
    if (lineNumber) return `${recordNumberSql(file)} AS ${quoteIdentifier(field.column)}`;
    const texts = own.map(({ column }) => {
      const mark = marks.get(column);
      return mark === undefined ? quoteIdentifier(column) : plainNumberSql(quoteIdentifier(column), mark);
    });
    return `${firstOf(field, texts, folder)} AS ${quoteIdentifier(field.column)}`;
  });
  return { ...scan, sql: `SELECT ${['readable', ...values].join(', ')} FROM (${scan.sql})`, notes };
}

/** The columns whose numbers are to be read with a mark: as the plan says, else as they are written. */
async function marksOf(
  db: Database,
  file: RequestFile,
  columns: readonly WantedField[],
  delimiter: string | undefined,
  decimal: DecimalMark | undefined,
): Promise<ReadonlyMap<string, DecimalMark>> {
  if (delimiter === undefined) return new Map();
  if (decimal === undefined) return await writtenNumbers(db, file, columns, delimiter);
  return new Map(columns.flatMap(({ column, isNumber = false }) => (isNumber ? [[column, decimal]] : [])));
}

/** Whether a file could say something at a path; see `Container.couldHold`. */
export async function couldHold(db: Database, file: RequestFile, path: RecordPath): Promise<boolean> {
  return folderValue(file, path) !== undefined || (await containerOf(file).couldHold(db, file, path));
}

/**
 * Paths of the fields of a file's first records (the first alone unless said), and of those that its folders name.
 * @throws UserError (exit 5) for a file that cannot be read as what it is taken for
 */
export async function fieldNames(db: Database, file: RequestFile, records = 1): Promise<readonly string[]> {
  const own = await ownFieldNames(db, file, records);
  const folders = Object.keys(file.partitions).map(columnPath);
  return [...own, ...folders.filter((name) => !own.includes(name))];
}

async function ownFieldNames(db: Database, file: RequestFile, records: number): Promise<readonly string[]> {
  try {
    return await containerOf(file).fieldNames(db, file, records);
  } catch (error) {
    throw fileError(file, error);
  }
}

/**
 * Path that stands for the place of a record: its file and its number in it, from 1, for a log whose records have no id. It is no
 * field: DuckDB numbers rows without an order one after the other, as they stand in the file.
 */
export const recordPlace = '$line';

function recordNumberSql({ path }: RequestFile): string {
  return `${quoteLiteral(`${path}:`)} || row_number() OVER ()`;
}

interface FieldPlaces {
  readonly field: WantedField;
  /** Whether it is no field but the record's place. */
  readonly lineNumber: boolean;
  /** A column for each place that the container is asked for. */
  readonly columns: readonly WantedField[];
  readonly folder: string | undefined;
  readonly isPlain: boolean;
}

function placesOf(file: RequestFile, field: WantedField): FieldPlaces {
  const { otherwise = [], ...first } = field;
  const further = otherwise.map((path, index) => ({ ...first, path, column: `${field.column}:${index + 1}` }));
  const folder = [field.path, ...otherwise].flatMap((path) => folderValue(file, path) ?? [])[0];
  const lineNumber = field.path.length === 1 && field.path[0] === recordPlace;
  const isPlain = further.length === 0 && folder === undefined && !lineNumber;
  return { field, lineNumber, columns: [first, ...further], folder, isPlain };
}

function folderValue({ partitions }: RequestFile, path: RecordPath): string | undefined {
  const name = plainKeys(path)?.join('.') ?? '';
  return Object.hasOwn(partitions, name) ? partitions[name] : undefined;
}

/** The first of several texts that is none of nothing and empty, else what the folder says. */
function firstOf(
  { as }: WantedField,
  [only = 'NULL', ...further]: readonly string[],
  folder: string | undefined,
): string {
  if (as === 'present') return folder === undefined ? only : 'true';
  if (further.length === 0 && folder === undefined) return only;
  const value = folder === undefined ? [] : [quoteLiteral(as === 'json' ? JSON.stringify(folder) : folder)];
  return `coalesce(${[...[only, ...further].map((text) => `nullif(${text}, '')`), ...value].join(', ')})`;
}
