import { quoteLiteral } from '../database.ts';
import type { WantedField } from './record-scan.ts';

/** SQL for one field of a JSON value, found by its keys. */
export function jsonFieldSql(json: string, path: readonly string[], as: WantedField['as']): string {
  const pointer = quoteLiteral(jsonPointer(path));
  if (as === 'text') return `json_extract_string(${json}, ${pointer})`;
  if (as === 'json') return `nullif(json_extract(${json}, ${pointer})::VARCHAR, 'null')`;
  return `coalesce(json_type(${json}, ${pointer}) <> 'NULL', false)`;
}

/** The pointer (RFC 6901) that keys lead to. */
export function jsonPointer(path: readonly string[]): string {
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Dotted paths of the leaves of a JSON value's structure, as DuckDB's `json_structure` gives it. */
export function leafPaths(structure: unknown, prefix = ''): string[] {
  if (typeof structure !== 'object' || structure === null || Array.isArray(structure))
    return prefix === '' ? [] : [prefix];
  return Object.entries(structure).flatMap(([key, value]) =>
    leafPaths(value, prefix === '' ? key : `${prefix}.${key}`),
  );
}
