import type { Comparison } from '../../domain/evidence.ts';
import { comparisonCells } from './comparison-cells.ts';
import { fold, foldLine, paragraph, paintOf, type Style } from '../words/style.ts';
import { worstFirst } from './harm.ts';
import { printableName } from '../words/printable.ts';
import { type Column, numeric, type Row, table } from '../words/table.ts';

const columns: readonly Column[] = [
  { header: 'metric', align: 'left', heading: true, shrinksTo: 16 },
  { header: 'requests', align: 'right', optional: true },
  ...numeric('users', 'baseline', 'candidate', 'change', 'interval'),
];

/**
 * One comparison as a table: each metric on the whole, below it its segments, worst first. Why a number or an interval
 * is missing stands in numbered notes below.
 * @param segmentsShown how many segments a metric shows before the rest is folded; Infinity for all.
 */
export function comparisonTable(comparisons: readonly Comparison[], segmentsShown: number, style: Style): string {
  const notes: string[] = [];
  const metrics = [...new Set(comparisons.map(({ metric }) => metric))];
  const rows = metrics.flatMap((name) =>
    metricRows(
      comparisons.filter(({ metric }) => metric === name),
      segmentsShown,
      notes,
      style,
    ),
  );
  const lines = notes.map((note, index) => paragraph(note, style, `  [${index + 1}] `));
  return [table(columns, rows, style), ...lines].filter((text) => text !== '').join('\n');
}

function metricRows(ofMetric: readonly Comparison[], segmentsShown: number, notes: string[], style: Style): Row[] {
  const whole = ofMetric.filter(({ segment }) => segment === null);
  const { shown, rest } = fold(worstFirst(ofMetric.filter(({ segment }) => segment !== null)), segmentsShown);
  const rows: Row[] = [...whole, ...shown].map((comparison) => ({ cells: cells(comparison, notes) }));
  // Without the whole, the segments still need to say of which metric they are.
  if (whole.length === 0) rows.unshift({ across: printableName(ofMetric[0]?.metric ?? '') });
  if (rest.length === 0) return rows;
  const across = foldLine(rest.length, rest.length === 1 ? 'segment' : 'segments', style);
  return [...rows, { across: `  ${paintOf(style).faint(across)}` }];
}

function cells(comparison: Comparison, notes: string[]): string[] {
  const { name, requests, users, baseline, candidate, change, interval, missing, remark } = comparisonCells(comparison);
  const shown = comparison.segment === null ? name : `  ${name}`;
  const why = missing === undefined ? '' : `none ${noteMark(missing, notes)}`;
  if (change === '') return [shown, '', '', '', '', why, ''];
  const marked = remark === undefined ? shown : `${shown} ${noteMark(remark, notes)}`;
  return [marked, requests, users, baseline, candidate, change, interval || why];
}

/** `[2]`; the same reason has the same number. */
function noteMark(reason: string, notes: string[]): string {
  if (!notes.includes(reason)) notes.push(reason);
  return `[${notes.indexOf(reason) + 1}]`;
}
