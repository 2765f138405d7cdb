import type { Evidence, GuardrailResult, GuardrailStatus } from '../../domain/evidence.ts';
import { fold, foldLine } from '../words/fold.ts';
import { formatCount } from '../../domain/format-number.ts';
import { guardrailCells, type Sides, sidesOf } from './guardrail-cells.ts';
import { guardrailsByWeight } from './harm.ts';
import { paintOf, type Style } from '../words/style.ts';
import { type Column, noBreakSpace, type Row, table } from '../words/table.ts';

const columns: readonly Column[] = [
  { header: 'status', align: 'left', heading: true },
  { header: 'guardrail', align: 'left', heading: true, shrinksTo: 14 },
  { header: 'baseline', align: 'right', optional: true },
  { header: 'candidate', align: 'right', optional: true },
  { header: 'tested', align: 'right' },
  { header: 'interval', align: 'right' },
  { header: 'allowed', align: 'left', shrinksTo: 12 },
  { header: 'on breach', align: 'left', optional: true },
];

const shownWhenFolded = 12;

/** The guardrails, those that matter first: what was tested, between which bounds it lies and what is allowed. */
export function guardrailTable(evidence: Evidence, verbose: boolean, style: Style): string {
  const ordered = guardrailsByWeight(evidence.guardrails);
  const { shown, rest } = fold(ordered, verbose ? Infinity : shownWhenFolded);
  const sides = sidesOf(evidence.comparisons);
  const rows: Row[] = shown.map((result) => ({ cells: cells(result, sides, style) }));
  if (rest.length > 0) rows.push({ across: foldLine(rest.length, statusCounts(rest), style) });
  return table(columns, rows, style);
}

function cells(result: GuardrailResult, sides: Sides, style: Style): string[] {
  const { name, baseline, candidate, tested, interval, allowed } = guardrailCells(result, sides);
  const word = statusWord(result.status, style);
  const status = result.onBreach === 'report' ? `${word} (report)` : word;
  return [status, name, baseline, candidate, tested, interval, keptTogether(allowed), result.onBreach];
}

/** The status as a word; capitals mark the breach where there is no colour. */
function statusWord(status: GuardrailStatus, style: Style): string {
  const { good, bad, unsure } = paintOf(style);
  const paint = { pass: good, breach: bad, inconclusive: unsure, uncomputable: unsure }[status];
  return paint(status === 'breach' ? 'BREACH' : status);
}

/** A limit's number and unit stay on one line where the cell is wrapped. */
function keptTogether(bound: string): string {
  return bound.replace(/ (?=\D+$)/u, noBreakSpace);
}

/** `inconclusive`, or `(3 inconclusive, 5 pass)` where there are several. */
function statusCounts(results: readonly GuardrailResult[]): string {
  const statuses = [...new Set(results.map(({ status }) => status))];
  const counts = statuses.map(
    (status) => `${formatCount(results.filter((result) => result.status === status).length)} ${status}`,
  );
  return statuses.length === 1 ? statuses.join('') : `(${counts.join(', ')})`;
}
