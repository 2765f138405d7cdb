import { unusableFile } from '../../domain/errors.ts';
import { plainKeys } from '../../domain/log/record-path.ts';
import { type Database, quoteIdentifier } from '../../database/database.ts';
import { containerOf } from '../containers/containers.ts';
import type { RecordScan, WantedField } from '../containers/record-scan.ts';
import type { RequestFile } from './request-files.ts';

/** What stands before the fraction of a number; the other one may stand between thousands. */
export type DecimalMark = 'comma' | 'point';

const marks = { comma: ',', point: '.' } as const;
const names = { comma: 'a decimal comma', point: 'commas between thousands' } as const;

/** The decimal mark that a table does not have, by what stands between its values. */
const unusualMarks: Readonly<Record<string, DecimalMark>> = { ',': 'comma', ';': 'point' };

/** Numbers with one of the marks, as patterns of a whole text. */
function patternsOf(mark: DecimalMark) {
  const [own, other] = mark === 'comma' ? [',', '[.]'] : ['[.]', ','];
  const exponent = '(?:[eE][+-]?[0-9]+)?';
  return {
    /** `1,262`: with the mark between thousands it is a thousand times as much. */
    either: `[+-]?[1-9][0-9]{0,2}${own}[0-9]{3}`,
    /** `12,5`, `1.234,5`: with any other mark it is not a number. */
    fraction: `[+-]?(?:[0-9]*|[0-9]{1,3}(?:${other}[0-9]{3})+)${own}[0-9]+${exponent}`,
    /** `1.234.567`: the other mark stands between thousands. */
    thousands: `[+-]?[0-9]{1,3}(?:${other}[0-9]{3}){2,}`,
    grouped: `[+-]?[0-9]{1,3}(?:${other}[0-9]{3})+(?:${own}[0-9]*)?`,
  };
}

/** How the numbers of a column are written. */
interface Written {
  /** Whether some have this decimal mark for certain, and one of those that have it or are a thousand times as much. */
  readonly sure: Readonly<Record<DecimalMark, boolean>>;
  readonly either: Readonly<Record<DecimalMark, string | undefined>>;
  /** Whole numbers below and from 1,000 on without anything between thousands. */
  readonly small: boolean;
  readonly large: boolean;
  /** Whether some have commas where commas between thousands are. */
  readonly grouped: boolean;
}

/**
 * The columns whose numbers are not written as programs do, with their decimal mark. Decided once per file, since `1.234` means two things.
 * @throws UserError (exit 5) where nothing in the column tells which.
 */
export async function writtenNumbers(
  db: Database,
  file: RequestFile,
  columns: readonly WantedField[],
  delimiter: string,
): Promise<ReadonlyMap<string, DecimalMark>> {
  const numbers = columns.filter(({ isNumber = false }) => isNumber);
  const found = new Map<string, DecimalMark>();
  if (numbers.length === 0) return found;
  const scan = await containerOf(file).scan(db, file, numbers);
  for (const [index, written] of (await lookAt(db, scan, numbers)).entries()) {
    const field = numbers[index];
    if (field === undefined) continue;
    const mark = markOf(written, delimiter);
    if (mark === 'unknown') throw twoWays(file, field, written);
    if (mark === 'comma' || written.grouped) found.set(field.column, mark);
  }
  return found;
}

async function lookAt(db: Database, scan: RecordScan, numbers: readonly WantedField[]): Promise<readonly Written[]> {
  const asked = numbers.flatMap(({ column }, index) => {
    const text = quoteIdentifier(column);
    const is = (pattern: string) => `regexp_full_match(${text}, '${pattern}')`;
    return [
      ...(['comma', 'point'] as const).flatMap((mark) => {
        const { either, fraction, thousands } = patternsOf(mark);
        return [
          `bool_or((${is(fraction)} AND NOT ${is(either)}) OR ${is(thousands)}) AS ${mark}${index}`,
          `min(${text}) FILTER (WHERE ${is(either)}) AS either_${mark}${index}`,
        ];
      }),
      `bool_or(${is('[+-]?[1-9][0-9]{0,2}')}) AS small${index}`,
      `bool_or(${is('[+-]?[1-9][0-9]{3,}')}) AS large${index}`,
      `bool_or(${is(patternsOf('point').grouped)}) AS grouped${index}`,
    ];
  });
  const [row = {}] = await db.rows(`SELECT ${asked.join(', ')} FROM (${scan.sql})`);
  await scan.furtherUnreadable();
  return numbers.map((_, index) => ({
    sure: { comma: row[`comma${index}`] === true, point: row[`point${index}`] === true },
    either: { comma: exampleOf(row[`either_comma${index}`]), point: exampleOf(row[`either_point${index}`]) },
    small: row[`small${index}`] === true,
    large: row[`large${index}`] === true,
    grouped: row[`grouped${index}`] === true,
  }));
}

function exampleOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The decimal mark of a column. Between values that commas keep apart, points are decimal as programs write them. */
function markOf({ sure, either, small, large }: Written, delimiter: string): DecimalMark | 'unknown' {
  const isOpen = either.comma !== undefined || (either.point !== undefined && (delimiter !== ',' || sure.comma));
  if (sure.comma && sure.point) return isOpen ? 'unknown' : 'comma';
  if (sure.comma) return 'comma';
  if (sure.point || !isOpen) return 'point';
  if (either.comma !== undefined && either.point !== undefined) return 'unknown';
  const mark = either.comma === undefined ? 'point' : 'comma';
  // Where thousands have nothing between them, the mark is decimal; so it is where every number has three digits behind it, unless
  // such tables have the other mark: whoever writes semicolons writes decimal commas.
  if (large) return mark;
  return small || unusualMarks[delimiter] === mark ? 'unknown' : mark;
}

function twoWays(file: RequestFile, { path, column }: WantedField, { either }: Written) {
  const example = either.comma ?? either.point ?? '';
  const mark = either.comma === undefined ? 'point' : 'comma';
  const [fraction, whole] = [example.replace(',', '.'), example.replace(/[,.]/u, '')];
  const other = mark === 'comma' ? 'point' : 'comma';
  return unusableFile(
    `${file.path}: it is not clear whether ${JSON.stringify(example)} in ${plainKeys(path)?.join('.') ?? column} is ${fraction} or ${whole}`,
    {
      hint: `write requests: { decimal: ${mark} } if it is ${fraction}, decimal: ${other} if it is ${whole}, or nothing between thousands`,
    },
  );
}

/** What to tell of a file with such columns. */
export function numberNotes(found: ReadonlyMap<string, DecimalMark>): string[] {
  return [...new Set(found.values())].toSorted().map((mark) => `numbers are written with ${names[mark]}`);
}

/** SQL of a number as programs write it, from the text of a column with that decimal mark. */
export function plainNumberSql(text: string, mark: DecimalMark): string {
  const other = marks[mark === 'comma' ? 'point' : 'comma'];
  const { fraction, grouped } = patternsOf(mark);
  const plain = `replace(replace(${text}, '${other}', ''), '${marks[mark]}', '.')`;
  return `CASE WHEN regexp_full_match(${text}, '${fraction}') OR regexp_full_match(${text}, '${grouped}') THEN ${plain} ELSE ${text} END`;
}
