import type { CohortName, Comparison, Evidence, GuardrailResult, GuardrailStatus } from '../domain/evidence.ts';
import { fold, foldLine } from './fold.ts';
import { limitOf } from '../domain/bound.ts';
import { formatBound, testedMeasure } from '../domain/format-bound.ts';
import { formatCount, formatTogether } from '../domain/format-number.ts';
import { guardrailsByWeight, isComputed } from './harm.ts';
import { formatEstimate } from './interval.ts';
import { judgedCohort, segmentName } from './names.ts';
import { printableName } from './printable.ts';
import { paintOf, type Style } from './style.ts';
import { type Column, type Row, table } from './table.ts';

const columns: readonly Column[] = [
  { header: 'status', align: 'left', heading: true },
  { header: 'guardrail', align: 'left', heading: true, shrinksTo: 14 },
  { header: 'baseline', align: 'right', optional: true },
  { header: 'candidate', align: 'right', optional: true },
  { header: 'tested', align: 'right' },
  { header: 'bounds', align: 'right' },
  { header: 'allowed', align: 'left', shrinksTo: 12 },
  { header: 'on breach', align: 'left', optional: true },
];

const shownWhenFolded = 12;

/** The guardrails, those that matter first: what was tested, between which bounds it lies and what is allowed. */
export function guardrailTable(evidence: Evidence, verbose: boolean, style: Style): string {
  const ordered = guardrailsByWeight(evidence.guardrails);
  const { shown, rest } = fold(ordered, verbose ? Infinity : shownWhenFolded);
  const cohort = judgedCohort(evidence.comparisons);
  const rows: Row[] = shown.map((result) => ({ cells: cells(result, evidence.comparisons, cohort, style) }));
  if (rest.length > 0) rows.push({ across: foldLine(rest.length, `(${statusCounts(rest)})`, style) });
  return table(columns, rows, style);
}

function cells(
  result: GuardrailResult,
  comparisons: readonly Comparison[],
  cohort: CohortName,
  style: Style,
): string[] {
  const { metric, segment, bound, unit, value, low, high, onBreach, test } = result;
  const name = [printableName(metric), segmentName(segment)].filter((part) => part !== '').join(' ');
  const [baseline = '', candidate = ''] = bothSides(result, comparisons, cohort);
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
    formatBound(bound, unit),
    onBreach,
  ];
}

/** The two versions' own values, from the comparison that the guardrail rests on: pairs where there are any. */
function bothSides(result: GuardrailResult, comparisons: readonly Comparison[], cohort: CohortName): readonly string[] {
  const name = segmentName(result.segment);
  const same = comparisons.filter(
    (comparison) => comparison.metric === result.metric && segmentName(comparison.segment) === name,
  );
  const found = [...same.filter(({ comparison }) => comparison === 'paired'), ...same].find(
    (comparison) => comparison.cohort === cohort && isComputed(comparison),
  );
  if (found === undefined || !isComputed(found)) return [];
  const { texts, unit } = formatTogether([found.baseline, found.candidate], found.unit);
  return texts.map((text) => `${text}${unit}`);
}

/** The status as a word; capitals mark the breach where there is no colour. */
function statusWord(status: GuardrailStatus, style: Style): string {
  const { good, bad, unsure } = paintOf(style);
  switch (status) {
    case 'pass':
      return good('pass');
    case 'breach':
      return bad('BREACH');
    case 'inconclusive':
    case 'uncomputable':
      return unsure(status);
  }
}

function statusCounts(results: readonly GuardrailResult[]): string {
  const statuses = [...new Set(results.map(({ status }) => status))];
  return statuses
    .map((status) => `${formatCount(results.filter((result) => result.status === status).length)} ${status}`)
    .join(', ');
}
