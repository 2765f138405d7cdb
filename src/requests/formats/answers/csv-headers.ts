import { type Database, quoteLiteral } from '../../../database/database.ts';
import type { ReadOptions } from '../../values/read-options.ts';
import { csvLinesSql, csvValuesSql } from './csv-payload-sql.ts';

/** The first line of bodies of CSV that names the columns, as it is written; absent where there is none. */
export interface CsvHeaders {
  readonly input?: string;
  readonly output?: string;
}

/** A value of a line that is a number. */
const numberInLine = String.raw`(?:^|,)\s*"?[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"?\s*(?:,|$)`;

/**
 * SQL of the first of several lines where it holds no number (NULL for what is no CSV, empty for a line that cannot be a
 * header), and of whether the second holds one.
 */
export function headValues(side: 'input' | 'output'): [head: string, below: string] {
  const [text, csv] = [`ev_${side}_text`, `ev_${side}_csv`];
  const lines = csvLinesSql(text);
  const several = `${csv} AND contains(trim(${text}, E'\\r\\n '), chr(10))`;
  const head = `CASE WHEN ${text} IS NULL OR NOT ${csv} THEN NULL WHEN ${several} AND NOT regexp_matches(${lines}[1], '${numberInLine}') THEN ${lines}[1] ELSE '' END`;
  return [head, `CASE WHEN ${several} THEN regexp_matches(${lines}[2], '${numberInLine}') END`];
}

/** The lines without the header. */
export function withoutHeaderSql(lines: string, header: string | undefined): string {
  if (header === undefined) return lines;
  return `(CASE WHEN ${lines}[1] = ${quoteLiteral(header)} THEN ${lines}[2:] ELSE ${lines} END)`;
}

/** The columns that a header names, VARCHAR[]. */
export function headerNamesSql(header: string): string {
  return csvValuesSql(quoteLiteral(header));
}

/**
 * Whether bodies of CSV begin with a line of column names, decided once for all requests and once for all answers of a log. A
 * line is one where it begins most bodies, holds no number, and numbers stand below it each time; or, where all is text,
 * where it begins every body, is not a label, and leaves as many requests as there are answers.
 */
export async function csvHeaders(db: Database, options: ReadOptions): Promise<CsvHeaders> {
  const output = await headerOf(db, 'output', `NOT list_has_any(${csvValuesSql('head')}, ${labelsSql(options)})`);
  const answers = output === undefined ? 'len(answers)' : 'len(answers) - 1';
  const input = await headerOf(db, 'input', `fits_answers`, `bool_and(${answers} = instances - 1)`);
  return { ...(input === undefined ? {} : { input }), ...(output === undefined ? {} : { output }) };
}

async function headerOf(
  db: Database,
  side: 'input' | 'output',
  whereAllIsText: string,
  fitsAnswers = 'true',
): Promise<string | undefined> {
  const heads = `SELECT ${side}_head AS head, count(*) AS bodies, count(DISTINCT hash(${side === 'input' ? 'input_hash' : 'answers'})) AS different,
      coalesce(bool_and(${side}_below), false) AS numbers_below, coalesce(${fitsAnswers}, false) AS fits_answers
    FROM events WHERE ${side}_head IS NOT NULL GROUP BY head`;
  const [row] = await db.rows(`SELECT head FROM (SELECT *, sum(bodies) OVER () AS every_body FROM (${heads}))
    WHERE head <> '' AND bodies * 2 > every_body AND (numbers_below OR (bodies = every_body AND different > 1 AND ${whereAllIsText}))
    LIMIT 1`);
  return row === undefined ? undefined : String(row['head']);
}

function labelsSql({ labels = {} }: ReadOptions): string {
  const known = [...new Set([...(labels.baseline ?? []), ...(labels.candidate ?? [])])];
  return `[${known.map(quoteLiteral).join(', ')}]::VARCHAR[]`;
}
