import { formatShare } from '../../domain/format-number.ts';
import type { RolloutRow, RolloutRows } from '../document/rollout-rows.ts';
import { minute, printableName, printableSentence } from '../words/printable.ts';
import { page, paragraph, section, type Style, paintOf } from '../words/style.ts';

export const rowHeaders = ['model', 'versions', 'stage', 'weight', 'since', 'by', 'last verdict', 'waits for'] as const;

/** The least width of each column, below which nothing can be read; columns shrink from the last to the first. */
const leastWidths = [10, 8, 6, 6, 10, 4, 8, 12] as const;
const mostWidths = [32, 24, 16, 7, 16, 16, 18, 40] as const;

/** Rollouts one to a line, the most urgent first, and what could not be read. Lines are cut, not wrapped, so that hundreds can be scanned. */
export function rolloutRowsText({ at, rollouts, unreadable }: RolloutRows, style: Style): string {
  const lines = [[...rowHeaders], ...rollouts.map((row) => cellsOf(row, at))];
  const widths = widthsFor(lines, style.columns - 2);
  const [header = '', ...rows] = lines.map((cells) =>
    `  ${cells.map((cell, column) => fitted(cell, widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
  const { bad, faint } = paintOf(style);
  const failures = unreadable.map(({ name, error }) =>
    paragraph(`${bad(printableName(name))}: ${printableSentence(error)}`, style, '  '),
  );
  const title = rollouts.length === 1 ? '1 rollout' : `${rollouts.length} rollouts`;
  return page([
    section(title, rows.length === 0 ? ['  none'] : [faint(header), ...rows], style),
    section('Not readable', failures, style),
  ]);
}

function widthsFor(lines: readonly (readonly string[])[], room: number): number[] {
  const widths = mostWidths.map((most, column) =>
    Math.min(
      most,
      lines.reduce((widest, cells) => Math.max(widest, cells[column]?.length ?? 0), 0),
    ),
  );
  let excess = widths.reduce((sum, width) => sum + width + 2, -2) - room;
  for (let column = widths.length - 1; column >= 0 && excess > 0; column -= 1) {
    const width = widths[column] ?? 0;
    const kept = Math.max(Math.min(width, leastWidths[column] ?? 0), width - excess);
    widths[column] = kept;
    excess -= width - kept;
  }
  return widths;
}

function fitted(cell: string, width: number): string {
  return cell.length > width ? `${cell.slice(0, Math.max(0, width - 1))}…` : cell.padEnd(width);
}

/** The cells of a row, in the order of `rowHeaders`. */
export function cellsOf(row: RolloutRow, now: string): readonly string[] {
  const { model, baseline, candidate, stage, weight, since, by, last, waitsFor, stale } = row;
  return [
    printableName(model),
    `${printableName(baseline)} to ${printableName(candidate)}`,
    printableName(stage ?? ''),
    formatShare(weight),
    since === undefined ? '' : minute(since),
    printableName(by ?? ''),
    last === undefined ? '' : `${last.alarm === true ? 'ALARM' : last.verdict} ${age(last.at, now)} ago`,
    `${stale ? 'stale: ' : ''}${printableSentence(waitsFor)}`,
  ];
}

/** `3 d`, `5 h`, `12 min`. */
function age(at: string, now: string): string {
  const minutes = Math.max(0, Math.round((Date.parse(now) - Date.parse(at)) / 60_000));
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} d`;
}
