import { countOf, formatShare } from '../../domain/format-number.ts';
import type { RolloutRow, RolloutRows } from '../document/rollout-rows.ts';
import { minute, printableName, printableSentence } from '../words/printable.ts';
import { page, paragraph, section, type Style, paintOf } from '../words/style.ts';

export const rowHeaders = ['model', 'versions', 'stage', 'weight', 'since', 'by', 'last verdict', 'waits for'] as const;

/** Rollouts, the most urgent first, and what could not be read. */
export function rolloutRowsText({ at, rollouts, unreadable }: RolloutRows, style: Style): string {
  const { bad } = paintOf(style);
  const failures = unreadable.map(({ name, error }) =>
    paragraph(`${bad(printableName(name))}: ${printableSentence(error)}`, style, '  '),
  );
  const title = countOf(rollouts.length, 'rollout');
  const rows = rollouts.map((row) => cellsOf(row, at));
  return page([
    section(title, rows.length === 0 ? ['  none'] : rowLines(rows, style), style),
    section('Not readable', failures, style),
  ]);
}

/** A rollout to a line, so that hundreds can be scanned; where that would be too wide, what it waits for stands below the rest of it. */
function rowLines(rows: readonly (readonly string[])[], style: Style): string[] {
  const { faint } = paintOf(style);
  const all = aligned([rowHeaders, ...rows]);
  if (all.every((line) => line.length <= style.columns))
    return all.map((line, index) => (index === 0 ? faint(line) : line));
  const [header = '', ...lines] = aligned([rowHeaders, ...rows].map((cells) => cells.slice(0, besideEachOther)));
  const below = rows.map((cells) => {
    const [by = '', last = '', waits = ''] = cells.slice(besideEachOther);
    const parts = [by === '' ? '' : `by ${by}`, last, `waits for ${waits}`];
    return paragraph(parts.filter((part) => part !== '').join('; '), style, '      ');
  });
  return [
    faint(wrappedLine(header, style)),
    ...lines.flatMap((line, index) => [wrappedLine(line, style), below[index] ?? '']),
  ];
}

/** Columns that a narrow terminal shows in one line: from the model to the time. */
const besideEachOther = 5;

function aligned(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    lines.reduce((widest, cells) => Math.max(widest, cells[column]?.length ?? 0), 0),
  );
  return lines.map((cells) =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd(),
  );
}

/** Long names wrap below themselves. */
function wrappedLine(line: string, style: Style): string {
  return line.length <= style.columns ? line : paragraph(line.trim().replaceAll(/ {2,}/gu, '  '), style, '  ');
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
