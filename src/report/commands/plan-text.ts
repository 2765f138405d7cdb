import { changeMeasure, formatBound } from '../../domain/bound.ts';
import { countOf, formatCount, formatQuantity, formatShare } from '../../domain/format-number.ts';
import type { Statistics } from '../../domain/plan.ts';
import { goldenField, type GoldenReview } from './golden-review.ts';
import { methodLines } from './method-text.ts';
import { fields, noteLines, page, paragraph, section, paintOf, type Style, symbolsOf } from '../words/style.ts';
import { overrideLine } from './overrides-text.ts';
import type { ReplacedValue } from '../../documents/source-text.ts';
import { minute, printableName, printableSentence } from '../words/printable.ts';
import { sampleLines } from './sample-text.ts';
import { unmetLine } from './unmet-text.ts';
import { changesOf, type GuardrailReview, segmentLines, waitingLines } from './waiting-text.ts';
import { type Column, numeric, table } from '../words/table.ts';

/** What a plan would do with its log: what `canary plan` shows. */
export interface PlanReview {
  readonly plan: string;
  readonly model: string;
  readonly baseline: string;
  readonly candidate: string;
  readonly log: LogReview | ToldReview;
  /** What each further source has; absent where the plan names none. */
  readonly sources?: readonly { readonly name: string; readonly told: ToldReview }[];
  /** Absent where the plan names no golden requests. */
  readonly golden?: GoldenReview;
  readonly stages: readonly StageReview[];
  readonly guardrails: readonly GuardrailReview[];
  readonly statistics: Pick<Statistics, 'inference' | 'looks'>;
  /** Share of the users whose requests were read; absent where everyone's were. */
  readonly sample?: number;
  /** What the plan writes otherwise than the file that it extends; absent where it does not. */
  readonly overrides?: readonly ReplacedValue[];
  /** How many findings of the lint rules were printed beside this. */
  readonly findings: number;
}

export interface LogReview {
  readonly files: number;
  readonly requests: number;
  readonly units: number;
  readonly rejected: number;
  readonly readAs?: string;
  /** Records that the plan's `where` leaves out. */
  readonly leftOut: number;
  /** How the log was read where that does not go without saying, a clause each. */
  readonly notes: readonly string[];
  /** Times (ISO 8601) of the first and the last request; absent for an empty log. */
  readonly from?: string;
  readonly to?: string;
}

/** What a plan has instead of a log where it is judged on numbers per version; no file where it holds them itself. */
export interface ToldReview {
  readonly files: number;
  readonly numbers: number;
  /** The metrics server that has them, of which they are series. */
  readonly server?: string;
}

/** A stage with the users and requests that it would be judged on (everyone, at a shadow stage), and what it needs. */
export interface StageReview {
  readonly name: string;
  readonly weight: number;
  /** Absent where numbers do not tell. */
  readonly units?: number;
  readonly requests?: number;
  /** Absent where the plan asks for none of what the numbers do not tell. */
  readonly minUnits?: number;
  readonly minRequests?: number;
  /** What it waits for beside that, a clause each; absent where nothing is asked for. */
  readonly waitsFor?: readonly string[];
}

/** A plan as a person reviews it before anything is replayed. */
export function planText(review: PlanReview, style: Style): string {
  const guardrails = table(guardrailColumns, review.guardrails.map(guardrailRow), style);
  const stages = review.stages.map((stage) => stageRow(stage, style));
  return page([
    section(titleOf(review), [header(review, style)], style),
    section('How the log was read', 'notes' in review.log ? noteLines(review.log.notes, style) : [], style),
    section(
      'Replaces these defaults',
      (review.overrides ?? []).map((each) => overrideLine(each, style)),
      style,
    ),
    section('Stages', [table(stageColumns, stages, style)], style),
    section('What stages wait for', stageWaitLines(review, style), style),
    section('Guardrails', [guardrails], style),
    section('Smallest change that each stage could detect', detectableLines(review, style), style),
    section('Smallest sample of users that decides', sampleLines(review, style), style),
    section(
      'Requests after which an unchanged candidate probably passes',
      methodLines(review.guardrails, review.statistics, style),
      style,
    ),
  ]);
}

function titleOf({ plan, findings }: PlanReview): string {
  return `Plan ${printableName(plan)} is valid${findings === 0 ? '' : `, with ${countOf(findings, 'warning')}`}`;
}

function header({ model, baseline, candidate, log, sources = [], golden }: PlanReview, style: Style): string {
  const { arrow } = symbolsOf(style);
  const versions = `${printableName(model)} ${printableName(baseline)} ${arrow} ${printableName(candidate)}`;
  const further = sources.map(({ name, told }) => [name, toldText(told, countOf(told.numbers, 'number'))] as const);
  if ('numbers' in log) {
    const found = `${toldText(log)}${log.server === undefined && log.numbers === 0 ? '' : ', instead of a log'}`;
    return fields([['model', versions], ['numbers', found], ...further, ...goldenField(golden)], style);
  }
  const size = `${countOf(log.requests, 'request')} by ${countOf(log.units, 'user')} in ${countOf(log.files, 'file')}`;
  const period =
    log.from === undefined || log.to === undefined ? 'none' : `${minute(log.from)} to ${minute(log.to)} UTC`;
  return fields(
    [
      ['model', versions],
      [
        'log',
        `${size}, ${formatCount(log.rejected)} rejected${log.leftOut === 0 ? '' : `, ${formatCount(log.leftOut)} left out`}`,
      ],
      ...(log.readAs === undefined ? [] : [['read as', printableSentence(log.readAs)] satisfies [string, string]]),
      ['period', period],
      ...further,
      ...goldenField(golden),
    ],
    style,
  );
}

/** How many numbers there are, or series; beside a log it does not go without saying which is meant. */
function toldText({ files, numbers, server }: ToldReview, counted = formatCount(numbers)): string {
  if (server !== undefined) return `${formatCount(numbers)} series of ${server}`;
  if (numbers === 0) return 'none yet: canary sql prints the query that computes them';
  return `${counted} in ${files === 0 ? 'the plan' : countOf(files, 'file')}`;
}

const stageColumns: readonly Column[] = [
  { header: 'stage', align: 'left', heading: true, shrinksTo: 12 },
  ...numeric('weight', 'users', 'requests'),
  { header: 'needs', align: 'left', shrinksTo: 14 },
  { header: 'log has', align: 'left', shrinksTo: 10 },
];

function stageRow(stage: StageReview, style: Style) {
  const { good, unsure } = paintOf(style);
  const { units, requests, minUnits = 0, minRequests = 0 } = stage;
  const enough = (units ?? 0) >= minUnits && (requests ?? 0) >= minRequests;
  const needs = [
    ...(minUnits === 0 ? [] : [countOf(minUnits, 'user')]),
    ...(minRequests === 0 ? [] : [countOf(minRequests, 'request')]),
  ];
  return {
    cells: [
      printableName(stage.name),
      stage.weight === 0 ? 'shadow' : formatShare(stage.weight),
      units === undefined ? 'unknown' : formatCount(units),
      requests === undefined ? 'unknown' : formatCount(requests),
      needs.join(', '),
      enough ? good('enough') : unsure('TOO LITTLE'),
    ],
  };
}

/** Time and requests that a stage asks for beside its guardrails. */
function stageWaitLines({ stages }: PlanReview, style: Style): string[] {
  return stages.flatMap(({ name, waitsFor = [] }) =>
    waitsFor.length === 0
      ? []
      : [paragraph(`${printableName(name)}: ${waitsFor.map(printableSentence).join('; ')}`, style, '  ')],
  );
}

const guardrailColumns: readonly Column[] = [
  { header: 'guardrail', align: 'left', heading: true, shrinksTo: 14 },
  { header: 'allowed', align: 'left', shrinksTo: 12 },
  { header: 'judged on', align: 'left', shrinksTo: 14 },
  { header: 'on breach', align: 'left' },
];

function guardrailRow({ metric, unit, bounds, segments, onBreach }: GuardrailReview) {
  const judged = ['the whole', ...segments.map((dimension) => `each ${printableName(dimension)}`)];
  const allowed = bounds.map((bound) => formatBound(bound, unit));
  return { cells: [printableName(metric), allowed.join('\n'), judged.join(', '), onBreach] };
}

/** A table of guardrails by stages, a mark where a stage's data cannot prove what the guardrail asks, and unknowns below. */
function detectableLines({ guardrails, stages: planned, statistics }: PlanReview, style: Style): string[] {
  const known = guardrails.filter(({ detectable }) => typeof detectable !== 'string' && detectable.length > 0);
  const told = new Set(known.flatMap(({ detectable }) => changesOf(detectable).map(({ stage }) => stage)));
  const stages = planned.map(({ name }) => name).filter((name) => told.has(name));
  const columns: Column[] = [
    { header: 'guardrail', align: 'left', heading: true, shrinksTo: 14 },
    ...stages.map((stage): Column => ({ header: printableName(stage), align: 'right' })),
  ];
  const rows = known.map((guardrail) => ({
    cells: [printableName(guardrail.metric), ...stages.map((stage) => detectableCell(guardrail, stage))],
  }));
  const isMarked = rows.some(({ cells }) => cells.some((cell) => cell.endsWith(tooCoarse)));
  const unknown = guardrails.flatMap(({ metric, detectable }) =>
    typeof detectable === 'string' ? [`${printableName(metric)}: unknown, ${printableSentence(detectable)}`] : [],
  );
  return [
    table(columns, rows, style),
    isMarked
      ? paragraph('more than the guardrail allows: this log will most likely give hold', style, `  ${tooCoarse} `)
      : '',
    ...known
      .flatMap((guardrail) => [
        ...waitingLines(guardrail, statistics.inference),
        ...unmetExtremes(guardrail),
        ...segmentLines(guardrail),
      ])
      .map((line) => paragraph(line, style, '  ')),
    ...unknown.map((line) => paragraph(line, style, '  ')),
  ].filter((line) => line !== '');
}

const tooCoarse = '*';

function unmetExtremes({ metric, unit, detectable }: GuardrailReview): string[] {
  const unmet = changesOf(detectable).at(-1)?.unmet;
  return unmet === undefined ? [] : [unmetLine(metric, unit, unmet)];
}

function detectableCell({ detectable, unit, bounds }: GuardrailReview, stage: string): string {
  const found = changesOf(detectable).find((change) => change.stage === stage);
  if (found === undefined) return 'unknown';
  const measure = found.relative ? 'relativeChange' : changeMeasure(unit);
  const isTooCoarse = bounds.some(
    ({ kind, value, relative }) =>
      (kind === 'maxIncrease' || kind === 'maxDecrease') && relative === found.relative && found.change > value,
  );
  return `${formatQuantity(found.change, measure).replace('+', '')}${isTooCoarse ? tooCoarse : ''}`;
}
