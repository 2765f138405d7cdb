import type { Comparison, ComparisonNumbers } from '../domain/evidence.ts';
import { fold, foldLine } from './fold.ts';
import { changeMeasure } from '../domain/format-bound.ts';
import { formatCount, formatTogether, formatQuantity } from '../domain/format-number.ts';
import { isComputed, worstFirst } from './harm.ts';
import { formatEstimate } from './interval.ts';
import { segmentName } from './names.ts';
import { paragraph } from './paragraph.ts';
import { printableName, printableSentence } from './printable.ts';
import { paintOf, type Style } from './style.ts';
import { type Column, type Row, table } from './table.ts';

const columns: readonly Column[] = [
  { header: 'metric', align: 'left', heading: true, shrinksTo: 16 },
  { header: 'requests', align: 'right', optional: true },
  { header: 'users', align: 'right' },
  { header: 'baseline', align: 'right' },
  { header: 'candidate', align: 'right' },
  { header: 'change', align: 'right' },
  { header: 'interval', align: 'right' },
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
  const { metric, segment } = comparison;
  const name = segment === null ? printableName(metric) : `  ${segmentName(segment)}`;
  if (!isComputed(comparison)) return [name, '', '', '', '', `none ${noteMark(comparison.uncomputable, notes)}`, ''];
  const sides = formatTogether([comparison.baseline, comparison.candidate], comparison.unit);
  const { value, interval } = formatEstimate(
    { value: comparison.delta, low: comparison.low, high: comparison.high },
    changeMeasure(comparison.unit),
  );
  return [
    `${name}${heavyUsersMark(comparison, notes)}`,
    formatCount(comparison.requests),
    formatCount(comparison.units),
    ...sides.texts.map((text) => `${text}${sides.unit}`),
    value,
    interval === '' ? `none ${noteMark(reasonOf(comparison), notes)}` : interval,
  ];
}

/** From here on a mean depends so much on so few that a reader has to know. */
const remarkableShare = 0.1;

function heavyUsersMark({ topUnitsShare }: ComparisonNumbers, notes: string[]): string {
  if (topUnitsShare === undefined || topUnitsShare < remarkableShare) return '';
  const share = formatQuantity(topUnitsShare, 'proportion');
  return ` ${noteMark(`The heaviest 1% of users carry ${share} of the candidate's sum; no interval knows of heavier ones.`, notes)}`;
}

function reasonOf({ note }: ComparisonNumbers): string {
  return note ?? 'No interval was computed.';
}

/** `[2]`; the same reason has the same number. */
function noteMark(reason: string, notes: string[]): string {
  const text = printableSentence(reason);
  if (!notes.includes(text)) notes.push(text);
  return `[${notes.indexOf(text) + 1}]`;
}
