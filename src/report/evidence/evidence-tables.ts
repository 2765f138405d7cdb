import type { Comparison, Evidence, GuardrailResult, GuardrailStatus } from '../../domain/evidence.ts';
import { comparisonCells } from './comparison-cells.ts';
import { paragraph, paintOf, type Style } from '../words/style.ts';
import { worstFirst } from './harm.ts';
import { guardrailsByWeight } from '../../domain/statistics/guardrails-by-weight.ts';
import { printableName } from '../words/printable.ts';
import { type Column, numeric, type Row, table, noBreakSpace } from '../words/table.ts';
import { guardrailCells, type Sides, sidesOf } from './guardrail-cells.ts';

const comparisonColumns: readonly Column[] = [
  { header: 'metric', align: 'left', heading: true, shrinksTo: 16 },
  { header: 'requests', align: 'right', optional: true },
  ...numeric('users', 'baseline', 'candidate', 'change', 'interval'),
];

/**
 * One comparison as a table: each metric on the whole, below it its segments, worst first. Why a number or an interval
 * is missing stands in numbered notes below.
 */
export function comparisonTable(comparisons: readonly Comparison[], style: Style): string {
  const notes: string[] = [];
  const metrics = [...new Set(comparisons.map(({ metric }) => metric))];
  const rows = metrics.flatMap((name) => {
    const ofMetric = comparisons.filter(({ metric }) => metric === name);
    return metricRows(ofMetric, notes);
  });
  const lines = notes.map((note, index) => paragraph(note, style, `  [${index + 1}] `));
  return [table(comparisonColumns, rows, style), ...lines].filter((text) => text !== '').join('\n');
}

function metricRows(ofMetric: readonly Comparison[], notes: string[]): Row[] {
  const whole = ofMetric.filter(({ segment }) => segment === null);
  const segments = worstFirst(ofMetric.filter(({ segment }) => segment !== null));
  const rows: Row[] = [...whole, ...segments].map((comparison) => ({ cells: comparisonRow(comparison, notes) }));
  // Without the whole, the segments still need to say of which metric they are.
  if (whole.length === 0) rows.unshift({ across: printableName(ofMetric[0]?.metric ?? '') });
  return rows;
}

function comparisonRow(comparison: Comparison, notes: string[]): string[] {
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

const guardrailColumns: readonly Column[] = [
  { header: 'status', align: 'left', heading: true },
  { header: 'guardrail', align: 'left', heading: true, shrinksTo: 14 },
  { header: 'baseline', align: 'right', optional: true },
  { header: 'candidate', align: 'right', optional: true },
  ...numeric('tested', 'interval'),
  { header: 'allowed', align: 'left', shrinksTo: 12 },
  { header: 'on breach', align: 'left', optional: true },
];

/** The guardrails, those that matter first: what was tested, between which bounds it lies and what is allowed. */
export function guardrailTable({ guardrails, comparisons }: Evidence, style: Style): string {
  const sides = sidesOf(comparisons);
  const rows: Row[] = guardrailsByWeight(guardrails).map((result) => ({ cells: guardrailRow(result, sides, style) }));
  return table(guardrailColumns, rows, style);
}

function guardrailRow(result: GuardrailResult, sides: Sides, style: Style): string[] {
  const { name, baseline, candidate, tested, interval, allowed } = guardrailCells(result, sides);
  const word = statusWord(result.status, style);
  const status = result.onBreach === 'report' ? `${word} (report)` : word;
  return [status, name, baseline, candidate, tested, interval, keptTogether(allowed), result.onBreach];
}

/** The status as a word; capitals mark the breach where there is no colour. */
function statusWord(status: GuardrailStatus, style: Style): string {
  const { good, bad, unsure, faint } = paintOf(style);
  const paint = { pass: good, breach: bad, inconclusive: unsure, uncomputable: unsure, 'not-applicable': faint }[
    status
  ];
  return paint(status === 'breach' ? 'BREACH' : status);
}

/** A limit's number and unit stay on one line where the cell is wrapped. */
function keptTogether(bound: string): string {
  return bound.replace(/ (?=\D+$)/u, noBreakSpace);
}
