import { plainKeys, type RecordPath } from '../../domain/log/record-path.ts';
import { quoteIdentifier } from '../../database/database.ts';
import { jsonFieldSql } from './json-path.ts';
import type { WantedField } from './record-scan.ts';

/** A column of a CSV or Parquet file. */
export interface TableColumn {
  readonly name: string;
  /** What the query calls it. */
  readonly sql: string;
  /** DuckDB's name of its type; text for every column of a CSV file. */
  readonly type: string;
}

/**
 * SELECT list for the wanted fields of a file that has columns. A dotted path is a column of that name
 * (`context.locale`), or else a field inside the column that is named by the longest part of it (`context`: a struct, a
 * map or JSON text). A path that leads nowhere is NULL.
 */
export function tableFieldsSql(columns: readonly TableColumn[], fields: readonly WantedField[]): string {
  return fields.map((field) => `${fieldSql(columns, field)} AS ${quoteIdentifier(field.column)}`).join(', ');
}

/** Whether a dotted path leads to a column, or into one that could hold it: a struct with that field, a map or JSON text. */
export function tableCouldHold(columns: readonly TableColumn[], path: RecordPath): boolean {
  for (let length = path.length; length > 0; length -= 1) {
    const column = columns.find(({ name }) => name === columnName(path.slice(0, length)));
    if (column === undefined) continue;
    const last = plainKeys(path)?.at(-1) ?? '';
    // The name of a struct's type lists its fields, each before its own type.
    return (
      length === path.length ||
      !column.type.startsWith('STRUCT') ||
      column.type.includes(`${last} `) ||
      column.type.includes(`"${last}"`)
    );
  }
  return false;
}

function fieldSql(columns: readonly TableColumn[], { path, as }: WantedField): string {
  for (let length = path.length; length > 0; length -= 1) {
    const column = columns.find(({ name }) => name === columnName(path.slice(0, length)));
    if (column === undefined) continue;
    return length === path.length
      ? wholeColumn(column, as)
      : jsonFieldSql(columnAsJson(column), path.slice(length), as);
  }
  if (as !== 'present') return 'NULL::VARCHAR';
  const inside = columns
    .filter(({ name }) => name.startsWith(`${columnName(path) ?? ''}.`))
    .map(({ sql }) => `${sql} IS NOT NULL`);
  return inside.length === 0 ? 'false' : `(${inside.join(' OR ')})`;
}

/** What a column is called that a path leads to; undefined for a path that searches a list. */
function columnName(path: RecordPath): string | undefined {
  return plainKeys(path)?.join('.');
}

function wholeColumn(column: TableColumn, as: WantedField['as']): string {
  if (as === 'present') return `${column.sql} IS NOT NULL`;
  if (as === 'text') return `${column.sql}::VARCHAR`;
  return isText(column) ? textAsJson(column.sql) : `nullif(to_json(${column.sql})::VARCHAR, 'null')`;
}

function columnAsJson(column: TableColumn): string {
  if (!isText(column)) return `to_json(${column.sql})`;
  return `CASE WHEN json_valid(${column.sql}) THEN ${column.sql}::JSON END`;
}

/** Text that is a JSON object or array is that; any other text is a JSON string. */
function textAsJson(text: string): string {
  return `CASE WHEN ${text} IS NULL THEN NULL WHEN (${text} LIKE '{%' OR ${text} LIKE '[%') AND json_valid(${text})
    THEN ${text}::JSON::VARCHAR ELSE to_json(${text})::VARCHAR END`;
}

function isText({ type }: TableColumn): boolean {
  return type === 'VARCHAR' || type === 'JSON';
}
