import { pathText, type PathStep, type RecordPath } from '../../domain/log/record-path.ts';
import { quoteLiteral } from '../../database/database.ts';
import type { WantedField } from './record-scan.ts';

/** SQL for one field of a JSON value, found by its path. */
export function jsonFieldSql(json: string, path: RecordPath, as: WantedField['as']): string {
  const { within, pointer } = lastObject(json, path);
  if (as === 'text') return `json_extract_string(${within}, ${pointer})`;
  if (as === 'json') return `nullif(json_extract(${within}, ${pointer})::VARCHAR, 'null')`;
  return `coalesce(json_type(${within}, ${pointer}) <> 'NULL', false)`;
}

/** SQL for the text at a path of a JSON value. */
export function jsonTextSql(json: string, path: RecordPath): string {
  return jsonFieldSql(json, path, 'text');
}

/** SQL of the value behind the last search of a list, and the literal of where the field is in it. */
function lastObject(json: string, path: RecordPath): { readonly within: string; readonly pointer: string } {
  let within = json;
  let keys: string[] = [];
  for (const step of path) {
    if (typeof step === 'string') {
      keys.push(step);
      continue;
    }
    within = elementSql(within, keys, step);
    keys = [];
  }
  return { within, pointer: pointerLiteral(keys) };
}

function elementSql(json: string, keys: readonly string[], { key, equals }: Exclude<PathStep, string>): string {
  const list = keys.length === 0 ? json : `json_extract(${json}, ${pointerLiteral(keys)})`;
  const value = `json_extract_string(element, ${pointerLiteral([key])})`;
  return `list_filter(json_extract(${list}, '$[*]'), lambda element: ${value} = ${quoteLiteral(equals)})[1]`;
}

function pointerLiteral(keys: readonly string[]): string {
  return quoteLiteral(keys.length === 0 ? '$' : jsonPointer(keys));
}

/** The pointer (RFC 6901) that keys lead to. */
function jsonPointer(keys: readonly string[]): string {
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Paths of the leaves of a JSON value's structure, as DuckDB's `json_structure` gives it. */
export function leafPaths(structure: unknown, keys: readonly string[] = []): string[] {
  if (typeof structure !== 'object' || structure === null || Array.isArray(structure))
    return keys.length === 0 ? [] : [pathText(keys)];
  return Object.entries(structure).flatMap(([key, value]) => leafPaths(value, [...keys, key]));
}
