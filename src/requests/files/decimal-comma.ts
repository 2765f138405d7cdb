import { type Database, quoteIdentifier } from '../../database/database.ts';
import { containerOf } from '../containers/record-format.ts';
import type { WantedField } from '../containers/record-scan.ts';
import type { RequestFile } from './request-files.ts';

/** `12,5`, `1.234,5`, `-0,3e-4`. */
const withComma = String.raw`[+-]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+),[0-9]+(?:[eE][+-]?[0-9]+)?`;
/** Where commas are decimal, points are between thousands. */
const withThousands = String.raw`[+-]?[0-9]{1,3}(?:\.[0-9]{3})+`;

/** The columns of numbers in which a decimal comma occurs. Decided once per file, since `1.234` means two things. */
export async function commaColumns(
  db: Database,
  file: RequestFile,
  columns: readonly WantedField[],
): Promise<ReadonlySet<string>> {
  const numbers = columns.filter(({ isNumber = false }) => isNumber);
  if (numbers.length === 0) return new Set();
  const scan = await containerOf(file).scan(db, file, numbers);
  const found = numbers.map(
    ({ column }, index) =>
      `coalesce(bool_or(regexp_full_match(${quoteIdentifier(column)}, '${withComma}')), false) AS comma${index}`,
  );
  const [row = {}] = await db.rows(`SELECT ${found.join(', ')} FROM (${scan.sql})`);
  await scan.furtherUnreadable();
  return new Set(numbers.filter((_, index) => row[`comma${index}`] === true).map(({ column }) => column));
}

/** SQL of a number with a decimal point, from the text of a column with decimal commas. */
export function decimalCommaSql(text: string): string {
  return `CASE WHEN regexp_full_match(${text}, '${withComma}') THEN replace(replace(${text}, '.', ''), ',', '.')
    WHEN regexp_full_match(${text}, '${withThousands}') THEN replace(${text}, '.', '') ELSE ${text} END`;
}
