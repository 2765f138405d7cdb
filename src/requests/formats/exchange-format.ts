import { type RecordPath, pathOf } from '../../domain/log/record-path.ts';
import { type LogFormat, logFormatTraits } from '../../domain/log/log-format.ts';
import type { WantedField } from '../containers/record-scan.ts';
import type { ReadOptions } from '../values/read-options.ts';
import type { RequestFile } from '../files/request-files.ts';
import { type FieldPaths, eachPath } from '../../domain/log/field-paths.ts';

/**
 * How the log of a serving system is read: which fields a line has, and what it says by them. Lines are of a kind:
 * `exchange` (a request with what came back), `request` and `response` (each a line of its own), `truth` (what would
 * have been right).
 */
export interface ExchangeFormat {
  readonly format: LogFormat;
  /** Whether a line may be an array of records. */
  readonly arrays?: boolean;
  /** Whether a request without a response has failed; else nothing is known of it. */
  readonly silenceIsFailure?: boolean;
  /** Places that count as well for what every call tells, where the plan does not name one; in the order in which they are looked at. */
  readonly others?: Readonly<Partial<Record<PlacedName, readonly string[]>>>;
  /** A label's place for which lines of their own answer, so that it is none of a request's line. */
  readonly truthPlace?: FieldPaths;
  /** The fields of a record that `line` speaks of, beside those of what every call tells. */
  fields(options: ReadOptions): readonly WantedField[];
  /** What a line says, as SQL over the columns of those fields. */
  line(options: ReadOptions, told: ToldSql, file: RequestFile): LineSql;
  /** Where the text at a path is, when it is not simply at that path: inside a header, an attribute, a text of JSON. */
  textAt?(path: string): TextPlace | undefined;
}

/** What every call tells: its id, its time, who answered, and what was right. SQL of each text. */
export type ToldSql = Readonly<Record<PlacedName, string>>;

/** SQL of VARCHAR unless said otherwise; NULL, or absent, where a line does not say it. */
interface LineSql {
  /** Columns that the rest speaks of, so that what takes long is computed once: `SQL AS name`. */
  readonly prepared?: readonly string[];
  /** NULL for a line that is none of this format. */
  readonly kind: string;
  /** What the lines about one request have in common across versions: responses, shadows, truths. Their id where absent. */
  readonly pairKey?: string;
  /** Who answered, where that is not simply told. */
  readonly servedBy?: string;
  /** Milliseconds. */
  readonly latency?: string;
  /** What stands in the place of an error, a status too, as it is written: which of it is a failure is the same in every format (`errorKindSql`). */
  readonly error?: string;
  readonly input: PayloadSql;
  readonly output: PayloadSql;
  /** BOOLEAN: whether the log itself says that it has not what was answered, so that nobody knows it. */
  readonly unlogged?: string;
  /** VARCHAR[], one label per request of the batch; those of the told label where absent. */
  readonly labels?: string;
  /** Which component of the service the line is of, where several may tell of one request. */
  readonly component?: string;
}

/** A body. What is not CSV is JSON. */
export interface PayloadSql {
  readonly text: string;
  /** BOOLEAN. */
  readonly csv: string;
}

/** A field to read, and what to make of its text. */
export interface TextPlace {
  readonly path: RecordPath;
  textSql(column: string): string;
}

/** A field to read as text. */
export function text(column: string, ...path: RecordPath): WantedField {
  return { column, path, as: 'text' };
}

type PlacedName = 'id' | 'timestamp' | 'servedBy' | 'label';

/** The columns of what every call tells: for each the path that the plan names, or where the format has several places, each of them. */
export function placesOf(
  format: ExchangeFormat,
  options: ReadOptions,
): { readonly fields: readonly WantedField[]; readonly told: ToldSql } {
  const at = (field: PlacedName) => placed(format, options, field);
  const [id, timestamp, servedBy, label] = [at('id'), at('timestamp'), at('servedBy'), at('label')];
  return {
    fields: [id, timestamp, servedBy, label].flatMap(({ fields }) => fields),
    told: { id: id.sql, timestamp: timestamp.sql, servedBy: servedBy.sql, label: label.sql },
  };
}

function placed(format: ExchangeFormat, { fields }: ReadOptions, field: PlacedName) {
  const traits = logFormatTraits[format.format];
  const own = field === 'servedBy' ? traits.servedBy : traits.fields[field];
  const path = field === 'servedBy' ? (fields.served?.by ?? own) : fields[field];
  const written = path === undefined ? [] : eachPath(path);
  const others = path === own ? (format.others?.[field] ?? []) : [];
  const elsewhere = field === 'label' ? format.truthPlace : undefined;
  const paths = [...written, ...others].filter((each) => each !== '' && each !== elsewhere);
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

/** SQL of the text that Base64 holds; NULL for what is no Base64, or no UTF-8. */
export function base64Sql(encoded: string): string {
  return `TRY(decode(from_base64(${encoded})))`;
}

/** A label that a record carries as one text: a JSON array is one label per request of the batch. */
export function labelsSql(label: string): string {
  return `(CASE WHEN ${label} IS NULL THEN NULL WHEN ${label} LIKE '[%' AND json_valid(${label})
    THEN json_extract_string(${label}, '$[*]') WHEN ${label} LIKE '"%' AND json_valid(${label}) THEN [json_extract_string(${label}, '$')] ELSE [${label}] END)`;
}
