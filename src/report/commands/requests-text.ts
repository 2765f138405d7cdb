import { holdsNumbers } from '../../domain/told-number.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import { countOf, exactNumber, formatCount, formatQuantity } from '../../domain/format-number.ts';
import { checkLines } from '../evidence/check-list.ts';
import { fields, noteLines, page, paragraph, section, paintOf, type Style } from '../words/style.ts';
import { minute, printableName, printableSentence } from '../words/printable.ts';
import { type Column, numeric, table } from '../words/table.ts';

/** What is in a plan's log: what `canary requests inspect` tells. */
export interface RequestsInspection {
  readonly plan: string;
  readonly format: string;
  readonly files: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
  /** `rows` = `accepted` + `rejected` + `collapsed` + `outsideWindow` + `leftOut` + `unsampled`. */
  readonly rows: number;
  readonly accepted: number;
  readonly collapsed: number;
  readonly outsideWindow: number;
  /** Records that the plan's `where` leaves out. */
  readonly leftOut: number;
  /** Good records of users outside the plan's sample. */
  readonly unsampled: number;
  /** How the log was read where that does not go without saying, a clause each. */
  readonly notes: readonly string[];
  readonly rejected: readonly RejectedRecords[];
  readonly units: number;
  /** Absent where nobody is known. */
  readonly requestsPerUnit?: { readonly mean: number; readonly median: number; readonly most: number };
  /** Times of the first and last request, ISO 8601 in UTC. */
  readonly from?: string;
  readonly to?: string;
  readonly segments: readonly InspectedDimension[];
  /** Requests whose truth is known, and the commonest truths; absent for numbers. */
  readonly labels?: { readonly requests: number; readonly most: readonly InspectedValue[] };
  /** What of the log is not a label of the model, and what its values were taken for; absent for numbers. */
  readonly reading?: readonly CheckResult[];
  readonly measures: readonly Measurable[];
}

export interface RejectedRecords {
  readonly reason: string;
  readonly records: number;
  readonly examples: readonly {
    readonly file: string;
    readonly line?: number;
    readonly record?: number;
    readonly why: string;
  }[];
}

export interface InspectedDimension {
  readonly dimension: string;
  /** How many different values there are; the commonest follow. */
  readonly values: number;
  readonly most: readonly InspectedValue[];
}

export interface InspectedValue {
  readonly value: string;
  readonly requests: number;
  /** Share of the accepted requests, in [0, 1]. */
  readonly share: number;
}

/** Something that a guardrail may ask for, and whether this log, or a replay of it, can tell. */
export interface Measurable {
  readonly what: string;
  readonly can: boolean;
  readonly why: string;
}

/** A log as a person looks it over before judging by it. */
export function requestsText(found: RequestsInspection, style: Style): string {
  return page([
    section(`Requests of ${printableName(found.plan)}`, [fields(facts(found), style)], style),
    section('How it was read', noteLines(found.notes, style), style),
    section('Rejected', rejectedLines(found, style), style),
    ...found.segments.map((dimension) => dimensionSection(dimension, style)),
    section('Labels', labelLines(found, style), style),
    section('How it is read', checkLines(found.reading ?? [], style), style),
    section('What guardrails can ask of it', [measureTable(found.measures, style)], style),
  ]);
}

function facts(found: RequestsInspection): [string, string][] {
  const { files, rows, accepted, collapsed, rejected, units, requestsPerUnit, from, to } = found;
  const out = rejected.reduce((sum, { records }) => sum + records, 0);
  const numbers = holdsNumbers(found.format);
  return [
    ['format', found.format],
    [
      'files',
      files.map(({ path, rows: own }) => `${printableName(path)} (${formatCount(own)})`).join(', ') ||
        'none: the plan holds the numbers',
    ],
    [
      numbers ? 'numbers' : 'rows',
      numbers
        ? formatCount(rows)
        : `${formatCount(rows)}: ${formatCount(accepted)} accepted, ${formatCount(out)} rejected, ${countOf(collapsed, 'copy', 'copies')} collapsed, ${notCounted(found)}`,
    ],
    ...(numbers ? [] : [['users', usersText(units, requestsPerUnit)] satisfies [string, string]]),
    ...(from === undefined || to === undefined
      ? []
      : [['period', `${minute(from)} to ${minute(to)} UTC`] satisfies [string, string]]),
  ];
}

function notCounted({ outsideWindow, leftOut, unsampled }: RequestsInspection): string {
  return [
    `${formatCount(outsideWindow)} outside the window`,
    ...(leftOut === 0 ? [] : [`${formatCount(leftOut)} left out`]),
    ...(unsampled === 0 ? [] : [`${formatCount(unsampled)} of users outside the sample`]),
  ].join(', ');
}

function usersText(units: number, perUnit: RequestsInspection['requestsPerUnit']): string {
  if (perUnit === undefined) return formatCount(units);
  const { mean, median, most } = perUnit;
  return `${formatCount(units)}, with ${exactNumber(Number(mean.toPrecision(3)))} requests each on average (median ${exactNumber(median)}, most ${formatCount(most)})`;
}

function rejectedLines({ rejected }: RequestsInspection, style: Style): string[] {
  const { strong } = paintOf(style);
  return rejected.flatMap(({ reason, records, examples }) => [
    paragraph(`${strong(reason)} ${formatCount(records)}`, style, '  '),
    ...examples.map(({ file, line, record, why }) => {
      const place =
        line === undefined
          ? `${printableName(file)}${record === undefined ? '' : ` record ${formatCount(record)}`}`
          : `${printableName(file)}:${line}`;
      return paragraph(`${place} ${printableSentence(why)}`, style, '    ');
    }),
  ]);
}

const valueColumns: readonly Column[] = [
  { header: 'value', align: 'left', heading: true, shrinksTo: 16 },
  ...numeric('requests', 'share'),
];

function valueTable(most: readonly InspectedValue[], style: Style): string {
  const rows = most.map(({ value, requests, share }) => ({
    cells: [printableName(value), formatCount(requests), formatQuantity(share, 'proportion')],
  }));
  return table(valueColumns, rows, style);
}

function dimensionSection({ dimension, values, most }: InspectedDimension, style: Style): string {
  const rest = values > most.length ? `, the ${formatCount(most.length)} commonest` : '';
  const title = `Segment ${printableName(dimension)}: ${countOf(values, 'value')}${rest}`;
  return section(title, [valueTable(most, style)], style);
}

function labelLines({ labels, accepted }: RequestsInspection, style: Style): string[] {
  if (labels === undefined) return [];
  const told = `The truth is known of ${formatCount(labels.requests)} of ${countOf(accepted, 'request')}.`;
  return [paragraph(told, style, '  '), ...(labels.most.length === 0 ? [] : [valueTable(labels.most, style)])];
}

const measureColumns: readonly Column[] = [
  { header: 'measures', align: 'left', heading: true },
  { header: '', align: 'left' },
  { header: 'because', align: 'left', shrinksTo: 24 },
];

function measureTable(measures: readonly Measurable[], style: Style): string {
  const { good, bad } = paintOf(style);
  const rows = measures.map(({ what, can, why }) => ({
    cells: [what, can ? good('yes') : bad('NO'), printableSentence(why)],
  }));
  return table(measureColumns, rows, style);
}
