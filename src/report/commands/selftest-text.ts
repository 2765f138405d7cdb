import type { OnBreach } from '../../domain/plan.ts';
import type { Segment } from '../../domain/evidence.ts';
import { countOf, formatQuantity } from '../../domain/format-number.ts';
import type { MetricUnit } from '../../domain/metric.ts';
import type { Decision } from '../../domain/registry.ts';
import { segmentName, printableName, printableSentence } from '../words/printable.ts';
import { page, paragraph, section, paintOf, type Style, symbolsOf } from '../words/style.ts';
import { type Column, table } from '../words/table.ts';

/** What a plan did with planted regressions: what `canary selftest` shows. */
export interface SelftestReview {
  readonly plan: string;
  readonly model: string;
  readonly rows: readonly SelftestRow[];
  /** The stage that rolls back a candidate into which nothing was planted; null where none does. */
  readonly falseAlarm: string | null;
  readonly caught: number;
}

/** One planted regression. */
export interface SelftestRow {
  readonly metric: string;
  readonly segment: Segment;
  readonly unit: MetricUnit;
  readonly onBreach: OnBreach;
  /** The candidate's value without and with it; absent where nothing could be planted. */
  readonly from?: number;
  readonly to?: number;
  /**
   * `caught`: rolled back, or held by the breach where that is what the guardrail asks for; `undecided`: held, but because the log is too
   * little to tell; `unseen`: let through.
   */
  readonly status: 'caught' | 'undecided' | 'unseen';
  /** The stage that said so, and its verdict. */
  readonly stage?: string;
  readonly verdict?: Decision;
  /** The other guardrail that caught it, where its own did not. */
  readonly by?: string;
  readonly why: string;
}

/** Whether every regression was caught, and nothing where there was none. */
export function isProven({ rows, caught, falseAlarm }: SelftestReview): boolean {
  return caught === rows.length && falseAlarm === null;
}

const columns: readonly Column[] = [
  { header: 'guardrail', align: 'left', heading: true, shrinksTo: 14 },
  { header: 'planted', align: 'left', shrinksTo: 14 },
  { header: 'stage', align: 'left', shrinksTo: 8 },
  { header: 'verdict', align: 'left' },
  { header: '', align: 'left' },
];

/** A self-test as a person reads it. */
export function selftestText(review: SelftestReview, style: Style): string {
  const { rows, caught, falseAlarm } = review;
  const title = `Self-test of plan ${printableName(review.plan)}: a gross regression in each guarded metric`;
  const tested = rows.map((row) => ({ cells: cellsOf(row, style) }));
  const missed = rows.filter(({ status }) => status !== 'caught').map((row) => missedText(row, style));
  return page([
    section(title, [table(columns, tested, style)], style),
    section('Not caught', missed, style),
    paragraph(conclusion(caught, rows.length, falseAlarm, style), style),
  ]);
}

function cellsOf(row: SelftestRow, style: Style): string[] {
  const { good, bad, unsure } = paintOf(style);
  const { arrow } = symbolsOf(style);
  const { from, to, unit, status, stage, verdict, by } = row;
  const planted =
    from === undefined || to === undefined
      ? 'nothing'
      : `${formatQuantity(from, unit)} ${arrow} ${formatQuantity(to, unit)}`;
  const said = {
    caught: good(by === undefined ? 'caught' : `caught by ${printableName(by)}`),
    undecided: unsure('CANNOT TELL'),
    unseen: bad('UNSEEN'),
  }[status];
  return [nameOf(row), planted, printableName(stage ?? ''), verdict ?? '', said];
}

function nameOf({ metric, segment }: SelftestRow): string {
  return segment === null ? printableName(metric) : `${printableName(metric)} ${segmentName(segment)}`;
}

function missedText(row: SelftestRow, style: Style): string {
  const { bullet } = symbolsOf(style);
  const what = {
    caught: '',
    undecided: `held at ${printableName(row.stage ?? '')}, but not because of the regression`,
    unseen: 'would pass unseen',
  }[row.status];
  return paragraph(`${nameOf(row)} ${what}: ${printableSentence(row.why)}`, style, `  ${bullet} `);
}

function conclusion(caught: number, all: number, falseAlarm: string | null, style: Style): string {
  const { good, bad } = paintOf(style);
  const alarm =
    falseAlarm === null ? '' : ` And ${printableName(falseAlarm)} rolls back a candidate in which nothing was planted.`;
  if (caught === all && falseAlarm === null) {
    return good(
      `All of ${countOf(all, 'planted regression')} were caught, and a candidate without one was not rolled back.`,
    );
  }
  return bad(`${caught} of ${countOf(all, 'planted regression')} were caught.${alarm}`);
}
