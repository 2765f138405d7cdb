import type { Comparison, Evidence, GuardrailResult, GuardrailStatus, Segment } from '../domain/evidence.ts';
import { fold, foldLine } from './fold.ts';
import { limitOf } from '../domain/bound.ts';
import { formatBound, testedMeasure } from '../domain/format-bound.ts';
import { formatCount, formatTogether } from '../domain/format-number.ts';
import { guardrailsByWeight, isComputed } from './harm.ts';
import { formatEstimate } from './interval.ts';
import { judgedCohort, segmentName } from './names.ts';
import { printableName } from './printable.ts';
import { paintOf, type Style } from './style.ts';
import { type Column, noBreakSpace, type Row, table } from './table.ts';

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
  const { metric, segment, bound, unit, value, low, high, onBreach, test } = result;
  const name = [printableName(metric), segmentName(segment)].filter((part) => part !== '').join(' ');
  const [baseline = '', candidate = ''] = sides.get(subjectKey(metric, segment)) ?? [];
  const tested =
    value === undefined
      ? undefined
      : formatEstimate({ value, low, high, limit: limitOf(bound.kind, bound.value) }, testedMeasure(bound, unit));
  const interval = test === 'point' ? 'point test' : tested?.interval || 'none yet';
  return [
    statusWord(result.status, style),
    name,
    baseline,
    candidate,
    tested?.value ?? 'none',
    tested === undefined ? '' : interval,
    keptTogether(formatBound(bound, unit)),
    onBreach,
  ];
}

type Sides = ReadonlyMap<string, readonly string[]>;

/** The two versions' own values, by metric and segment, from the comparison that decides: pairs where there are any. */
function sidesOf(comparisons: readonly Comparison[]): Sides {
  const cohort = judgedCohort(comparisons);
  const served = comparisons.filter(({ comparison }) => comparison === 'served');
  const paired = comparisons.filter((comparison) => comparison.comparison === 'paired' && comparison.cohort === cohort);
  // The later entry of a key wins.
  return new Map(
    [...served, ...paired].filter(isComputed).map(({ metric, segment, baseline, candidate, unit: kind }) => {
      const { texts, unit } = formatTogether([baseline, candidate], kind);
      return [subjectKey(metric, segment), texts.map((text) => `${text}${unit}`)];
    }),
  );
}

function subjectKey(metric: string, segment: Segment): string {
  return JSON.stringify([metric, Object.entries(segment ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))]);
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
