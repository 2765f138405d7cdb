import type { Position, SourceText } from './source-text.ts';
import type { ListNode, MapNode, ScalarNode, TreeEntry } from './tree.ts';

/** A value of a table and where it stands. */
interface Cell {
  readonly text: string;
  readonly offset: number;
  readonly quoted: boolean;
}

/** The key of what a row has beyond its columns: a text that no header can be. */
export const surplusColumn = '\n';

/**
 * Reads CSV (RFC 4180, a header line first; commas, semicolons or tabs) into a list of maps that remember where every value
 * stands, as YAML would hold them. Plain numbers become numbers, but not in the columns that are text.
 * @param textColumns names of columns whose values stay as they are written.
 */
export function csvTree(source: SourceText, textColumns: readonly string[]): ListNode {
  const rows = rowsOf(source).filter((row) => row.some(({ text }) => text !== ''));
  const [header = [], ...records] = rows;
  const items = records.map((row) => mapOf(source, header, row, textColumns));
  return { kind: 'list', at: { source, offset: 0 }, items };
}

function mapOf(
  source: SourceText,
  header: readonly Cell[],
  row: readonly Cell[],
  textColumns: readonly string[],
): MapNode {
  const at: Position = { source, offset: row[0]?.offset ?? 0 };
  const entries = new Map<string, TreeEntry>();
  for (const [index, { text: name, offset }] of header.entries()) {
    const cell = row[index];
    const value: ScalarNode =
      cell === undefined
        ? { kind: 'scalar', at, value: null, written: '' }
        : scalarOf(cell, { source, offset: cell.offset }, textColumns.includes(name.trim()));
    // A column that is not known is pointed at in the header.
    entries.set(name.trim(), { at: { source, offset }, value });
  }
  const [surplus] = row.slice(header.length);
  if (surplus !== undefined) {
    const place = { source, offset: surplus.offset };
    entries.set(surplusColumn, { at: place, value: scalarOf(surplus, place, true) });
  }
  return { kind: 'map', at, entries };
}

function scalarOf({ text, quoted }: Cell, at: Position, isText: boolean): ScalarNode {
  const trimmed = quoted ? text : text.trim();
  if (trimmed === '') return { kind: 'scalar', at, value: null, written: '' };
  const isNumber = !isText && /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/u.test(trimmed);
  return { kind: 'scalar', at, value: isNumber ? Number(trimmed) : trimmed, written: trimmed };
}

/** The cells of each row; line starts are noted in the source, so that places can be told. */
function rowsOf(source: SourceText): readonly (readonly Cell[])[] {
  const { text, lines } = source;
  const delimiter = delimiterOf(text);
  const cell = new RegExp(`"((?:[^"]|"")*)"[^${delimiter}\\r\\n]*|([^${delimiter}\\r\\n]*)`, 'uy');
  for (const { index } of text.matchAll(/\n/gu)) {
    if (lines.lineStarts.length === 0) lines.addNewLine(0);
    lines.addNewLine(index + 1);
  }
  const rows: Cell[][] = [[]];
  for (let offset = 0; offset <= text.length;) {
    cell.lastIndex = offset;
    const [whole = '', quoted, plain = ''] = cell.exec(text) ?? [];
    rows.at(-1)?.push({ text: quoted?.replaceAll('""', '"') ?? plain, offset, quoted: quoted !== undefined });
    offset += whole.length;
    const end = /^(?:\r\n|\r|\n)/u.exec(text.slice(offset, offset + 2))?.[0];
    if (end !== undefined) rows.push([]);
    offset += end?.length ?? 1;
  }
  return rows;
}

/** Whichever of the three the header has most of. */
function delimiterOf(text: string): string {
  const header = /^[^\r\n]*/u.exec(text)?.[0] ?? '';
  const count = (delimiter: string) => header.split(delimiter).length;
  return [',', ';', '\t'].toSorted((left, right) => count(right) - count(left))[0] ?? ',';
}
