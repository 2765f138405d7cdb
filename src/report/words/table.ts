import Table from 'cli-table3';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { paragraph, paintOf, symbolsOf, type Style, textColumns } from './style.ts';

/** A column of a table; `shrinksTo` is the width down to which its texts may be wrapped. */
export interface Column {
  readonly header: string;
  readonly align: 'left' | 'right';
  readonly shrinksTo?: number;
  /** Its cells head the entry where the table is written as a list. */
  readonly heading?: boolean;
  /** Left out where the table would not fit otherwise. */
  readonly optional?: boolean;
}

/** Columns of numbers, which stand right. */
export function numeric(
  ...headers: readonly string[]
): readonly { readonly header: string; readonly align: 'right' }[] {
  return headers.map((header) => ({ header, align: 'right' }));
}

/** Cells that are harmless and coloured already, one per column; or a line across all columns. */
export type Row = { readonly cells: readonly string[] } | { readonly across: string };

/** Below this no table is drawn: its columns would be too narrow to read. */
const narrowestTable = 60;
const gap = 2;

/** Columns are told apart by space alone, which reads as well and survives being pasted. */
const noBorders = Object.fromEntries(
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right mid left-mid mid-mid right-mid left right'
    .split(' ')
    .map((name) => [name, '']),
);

/** Keeps two words of a cell on one line; written as a plain space. */
export const noBreakSpace = '\u00A0';

/**
 * A table that fits the terminal: with all columns, else without the optional ones, else with texts wrapped inside
 * their columns (between words, or else inside them), else as a list with one line per cell.
 */
export function table(columns: readonly Column[], rows: readonly Row[], style: Style): string {
  return rows.length === 0 ? '' : fitted(columns, rows, style).replaceAll(noBreakSpace, ' ');
}

function fitted(columns: readonly Column[], rows: readonly Row[], style: Style): string {
  const available = textColumns(style);
  if (style.columns < narrowestTable) return list(columns, rows, style);
  const essential = withoutOptional(columns, rows);
  for (const candidate of [{ columns, rows }, essential]) {
    const widths = naturalWidths(candidate.columns, candidate.rows);
    if (totalWidth(widths) <= available) return draw(candidate.columns, candidate.rows, widths, style);
  }
  const widths =
    shrink(essential, available, (column, index) => Math.max(column, longestWord(essential.rows, index))) ??
    shrink(essential, available, (column) => column);
  return widths === undefined ? list(columns, rows, style) : draw(essential.columns, essential.rows, widths, style);
}

function withoutOptional(columns: readonly Column[], rows: readonly Row[]) {
  const kept = (_: unknown, index: number) => columns[index]?.optional !== true;
  return {
    columns: columns.filter(kept),
    rows: rows.map((row) => ('across' in row ? row : { cells: row.cells.filter(kept) })),
  };
}

function naturalWidths(columns: readonly Column[], rows: readonly Row[]): number[] {
  return columns.map(({ header }, index) =>
    Math.max(stringWidth(header), ...rows.map((row) => ('cells' in row ? textWidth(row.cells[index] ?? '') : 0))),
  );
}

function textWidth(cell: string): number {
  return Math.max(...cell.split('\n').map((line) => stringWidth(line)));
}

function totalWidth(widths: readonly number[]): number {
  return widths.reduce((total, width) => total + gap + width, 0);
}

// A word longer than this is broken rather than given a column of its own.
const longestWholeWord = 28;

function longestWord(rows: readonly Row[], index: number): number {
  const words = rows.flatMap((row) => ('cells' in row ? (row.cells[index] ?? '').split(/[ \n]/u) : []));
  const indents = rows.map((row) => ('cells' in row ? indentOf(row.cells[index] ?? '').length : 0));
  return Math.min(longestWholeWord, Math.max(0, ...words.map((word) => stringWidth(word))) + Math.max(0, ...indents));
}

/**
 * Takes the missing columns from the texts that may wrap, always from the widest of them.
 * @param floor the width down to which a column may go, from its `shrinksTo` and its index.
 * @returns the widths, or undefined where it cannot be done.
 */
function shrink(
  { columns, rows }: { readonly columns: readonly Column[]; readonly rows: readonly Row[] },
  available: number,
  floor: (shrinksTo: number, index: number) => number,
): number[] | undefined {
  const widths = naturalWidths(columns, rows);
  const floors = columns.map(({ shrinksTo }, index) => (shrinksTo === undefined ? Infinity : floor(shrinksTo, index)));
  for (let excess = totalWidth(widths) - available; excess > 0; excess -= 1) {
    const shrinkable = [...widths.keys()].filter((index) => (widths[index] ?? 0) > (floors[index] ?? Infinity));
    const widestOne = shrinkable.toSorted((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
    if (widestOne === undefined) return undefined;
    widths[widestOne] = (widths[widestOne] ?? 0) - 1;
  }
  return widths;
}

function draw(columns: readonly Column[], rows: readonly Row[], widths: readonly number[], style: Style): string {
  const { faint } = paintOf(style);
  const inner = totalWidth(widths) - gap;
  // Every cell is wrapped to its column already, so that the layout has nothing left to measure twice.
  const layout = new Table({
    chars: { ...noBorders, middle: ' '.repeat(gap) },
    colWidths: [...widths],
    colAligns: columns.map(({ align }) => align),
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  layout.push(columns.map(({ header }) => header));
  for (const row of rows) {
    if ('across' in row) layout.push([{ content: wrapCell(row.across, inner).join('\n'), colSpan: columns.length }]);
    else layout.push(row.cells.map((cell, index) => wrapCell(cell, widths[index] ?? 1).join('\n')));
  }
  const [header = '', ...lines] = layout.toString().split('\n');
  const rule = symbolsOf(style).rule.repeat(inner);
  return [faint(header.trimEnd()), faint(rule), ...lines]
    .map((line) => `${' '.repeat(gap)}${line}`.trimEnd())
    .join('\n');
}

/** Wraps a cell below itself, at the indentation that it starts with. */
function wrapCell(cell: string, width: number): string[] {
  const indent = indentOf(cell);
  const wrapped = wrapAnsi(cell.trimStart(), Math.max(1, width - indent.length), { hard: true });
  return wrapped.split('\n').map((line) => `${indent}${line}`);
}

function indentOf(cell: string): string {
  return cell.slice(0, cell.length - cell.trimStart().length);
}

function list(columns: readonly Column[], rows: readonly Row[], style: Style): string {
  const { faint } = paintOf(style);
  const named = columns.filter(({ heading }) => heading !== true).map(({ header }) => stringWidth(header));
  const longest = Math.max(0, ...named);
  const lines = rows.flatMap((row) => {
    if ('across' in row) return [paragraph(row.across, style, '  ')];
    const cell = (index: number) => row.cells[index] ?? '';
    const headings = columns.flatMap(({ heading }, index) =>
      heading === true && cell(index) !== '' ? [cell(index)] : [],
    );
    const indent = `  ${indentOf(headings[0] ?? '')}`;
    const details = columns.flatMap((column, index) => {
      if (column.heading === true || cell(index) === '') return [];
      return [paragraph(cell(index), style, `${indent}  ${faint(column.header.padEnd(longest))}  `)];
    });
    return [paragraph(headings.join(' ').trimStart(), style, indent), ...details];
  });
  return lines.join('\n');
}
