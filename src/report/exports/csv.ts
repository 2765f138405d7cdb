import { stringify } from 'csv-stringify/sync';
import { formatBound, limitOf } from '../../domain/bound.ts';
import type { Comparison, Evidence, GuardrailResult, Segment } from '../../domain/evidence.ts';
import type { DriftFeature } from '../../domain/drift.ts';
import { driftSubject } from '../evidence/drift-cells.ts';
import { isComputed } from '../evidence/harm.ts';
import { printableSentence } from '../words/printable.ts';
import type { Report } from '../document/report.ts';

const columns = [
  'kind',
  'name',
  'comparison',
  'cohort',
  'segment',
  'unit',
  'baseline',
  'candidate',
  'value',
  'low',
  'high',
  'bound',
  'limit',
  'on_breach',
  'status',
  'units',
  'requests',
  'detail',
] as const;

type Row = Partial<Record<(typeof columns)[number], string | number>>;

/**
 * A report as one CSV table (RFC 4180), a row per verdict, guardrail, comparison, drifting field and check: times in ms, rates as proportions, at
 * full precision. Texts that a spreadsheet would take for a formula begin with an apostrophe.
 */
export function csvReport({ evidence }: Report): string {
  const rows: Row[] = [
    verdictRow(evidence),
    ...evidence.guardrails.map(guardrailRow),
    ...evidence.comparisons.map(comparisonRow),
    ...(evidence.drift?.features ?? []).map(driftRow),
    ...evidence.checks.map(({ name, status, detail }) => ({
      kind: 'check',
      name: text(name),
      status,
      detail: text(detail),
    })),
  ];
  return stringify(rows, { header: true, columns: [...columns], record_delimiter: '\r\n', escape_formulas: true });
}

function verdictRow({ verdict, plan, stage }: Evidence): Row {
  const [reason = ''] = verdict.reasons;
  return { kind: 'verdict', name: text(`${plan.name} ${stage.name}`), status: verdict.decision, detail: text(reason) };
}

function guardrailRow(guardrail: GuardrailResult): Row {
  const { metric, segment, unit, value, low, high, bound, onBreach, status, reason, needed } = guardrail;
  return {
    kind: 'guardrail',
    name: text(metric),
    segment: segmentText(segment),
    unit: bound.relative ? 'relative' : unit,
    ...defined({ value, low, high }),
    bound: formatBound(bound, unit),
    limit: limitOf(bound.kind, bound.value),
    on_breach: onBreach,
    status,
    detail: text(needed.units === null ? reason : `${reason} (needs about ${needed.units} units)`),
  };
}

function comparisonRow(comparison: Comparison): Row {
  const { metric, comparison: kind, cohort, segment, unit } = comparison;
  const subject = {
    kind: 'comparison',
    name: text(metric),
    comparison: kind,
    cohort,
    segment: segmentText(segment),
    unit,
  };
  if (!isComputed(comparison)) return { ...subject, status: 'uncomputable', detail: text(comparison.uncomputable) };
  const { baseline, candidate, delta, low, high, units, requests, note = '' } = comparison;
  return {
    ...subject,
    baseline,
    candidate,
    value: delta,
    ...defined({ low, high }),
    // 0 is what numbers without requests have not told.
    ...(units === 0 ? {} : { units }),
    ...(requests === 0 ? {} : { requests }),
    detail: text(note),
  };
}

function driftRow(feature: DriftFeature): Row {
  const { psi, moved, current, hint = '', pValue } = feature;
  const found = { status: moved ? 'moved' : 'alike', requests: current, detail: text(`p ${pValue} ${hint}`.trim()) };
  return { kind: 'drift', name: driftSubject(feature), unit: 'psi', value: psi, ...found };
}

function segmentText(segment: Segment): string {
  return Object.entries(segment ?? {})
    .map(([dimension, value]) => text(`${dimension}=${value}`))
    .join(', ');
}

function text(written: string): string {
  return printableSentence(written);
}

function defined(numbers: Readonly<Record<string, number | undefined>>): Row {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
}
