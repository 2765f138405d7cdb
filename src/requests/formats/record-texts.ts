import { eachPath } from '../../domain/log/field-paths.ts';
import { pathOf, type RecordPath } from '../../domain/log/record-path.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { WantedField } from '../containers/record-scan.ts';
import type { ReadOptions } from '../values/read-options.ts';
import type { ExchangeFormat } from './exchange-format.ts';

/** A field to read as text. */
export function text(column: string, ...path: RecordPath): WantedField {
  return { column, path, as: 'text' };
}

/** The columns of one of the plan's fields: the path that it names, or where the format has several places, each of them. */
export interface PlacedField {
  readonly fields: readonly WantedField[];
  /** SQL of its text. */
  readonly sql: string;
}

/**
 * Where a format keeps one of the plan's fields.
 * @param others places that count as well where the plan does not name one, in the order in which they are looked at.
 */
export function placed(
  format: Pick<ExchangeFormat, 'format' | 'textAt'>,
  { fields }: ReadOptions,
  field: PlacedName,
  others: readonly string[] = [],
): PlacedField {
  const traits = logFormatTraits[format.format];
  const own = field === 'servedBy' ? traits.servedBy : traits.fields[field];
  const path = field === 'servedBy' ? (fields.served?.by ?? own) : fields[field];
  const written = path === undefined ? [] : eachPath(path);
  const paths = [...written, ...(path === own ? others : [])].filter((each) => each !== '');
  const places = paths.map((each, index) => {
    const column = `${field}_${index}`;
    const special = format.textAt?.(each);
    return {
      field: text(column, ...(special?.path ?? pathOf(each))),
      sql: special?.textSql(column) ?? column,
    };
  });
  const sql = places.map((place) => `nullif(${place.sql}, '')`).join(', ');
  return { fields: places.map((place) => place.field), sql: sql === '' ? 'NULL::VARCHAR' : `coalesce(${sql})` };
}

type PlacedName = 'id' | 'timestamp' | 'servedBy' | 'label';

/** Where a format keeps what it tells of every call: its id, its time, who answered, and what was right. */
export function placesOf(
  format: Pick<ExchangeFormat, 'format' | 'textAt'>,
  options: ReadOptions,
  others: Readonly<Partial<Record<PlacedName, readonly string[]>>> = {},
) {
  const at = (field: PlacedName) => placed(format, options, field, others[field]);
  return [at('id'), at('timestamp'), at('servedBy'), at('label')] as const;
}

/** SQL of the text that Base64 holds; NULL for what is no Base64, or no UTF-8. */
export function base64Sql(encoded: string): string {
  return `TRY(decode(from_base64(${encoded})))`;
}

/** A label that a record carries as one text: a JSON array is one label per request of the batch. */
export function labelsSql(label: string): string {
  return `(CASE WHEN ${label} IS NULL THEN NULL WHEN ${label} LIKE '[%' AND json_valid(${label})
    THEN json_extract_string(${label}, '$[*]') WHEN ${label} LIKE '"%' AND json_valid(${label}) THEN [json_extract_string(${label}, '$')] ELSE [${label}] END)`;
}
