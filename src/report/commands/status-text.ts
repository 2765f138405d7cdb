import { formatCount, formatShare } from '../../domain/format-number.ts';
import type { Decision, VersionStatus } from '../../domain/registry.ts';
import { trafficText, printableName, printableSentence } from '../words/printable.ts';
import { fields, page, paragraph, section, paintOf, type Style } from '../words/style.ts';
import { type Column, table } from '../words/table.ts';
import { decisionWord } from '../evidence/verdict-text.ts';

/** Where a rollout stands: what `canary status` shows. */
export interface RolloutStatus {
  readonly model: string;
  readonly plan: string;
  readonly baseline: VersionStanding;
  readonly candidate: VersionStanding;
  /** Version to its share of live traffic, as the registry has it. */
  readonly traffic: Readonly<Record<string, number>>;
  /** Whether the plan's commands brought that traffic to the router; absent where no plan has any. */
  readonly applied?: boolean;
  /** Why MLflow does not show what the registry says; absent where it does, or where nothing is known of it here. */
  readonly unmirrored?: string;
  /** How users are assigned, where the plan says otherwise; absent where it does not. */
  readonly assignment?: string;
  readonly stages: readonly StageStatus[];
  /** What people decided, instead of evidence or without it, the oldest first. */
  readonly decisions: readonly PersonalDecision[];
  readonly next: NextStep;
}

export interface PersonalDecision {
  readonly at: string;
  readonly decision: Decision | 'step-down' | 'approve';
  readonly stage?: string;
  readonly by: string;
  readonly reason?: string;
  /** What the evidence said. */
  readonly against?: Decision;
}

export interface VersionStanding {
  readonly version: string;
  readonly status: VersionStatus;
}

export interface StageStatus {
  readonly name: string;
  /** Of a stage that was entered, the weight that it was entered with. */
  readonly weight: number;
  /** What the plan says of an entered stage today, where that is another weight. */
  readonly edited?: number;
  readonly entered: boolean;
  /** Looks that `promote` recorded. */
  readonly looks: number;
  /** The latest of them. */
  readonly last?: { readonly verdict: Decision; readonly at: string; readonly alarm?: true };
}

/** What to do next: a sentence, and the command where there is one. */
export interface NextStep {
  readonly command?: string;
  readonly why: string;
}

/** A rollout's state as a person reads it. */
export function statusText(status: RolloutStatus, style: Style): string {
  const rows = status.stages.map((stage) => row(stage, style));
  const decisions = status.decisions.map((decision) => decisionLine(decision, style));
  return page([
    section(`Rollout ${printableName(status.plan)}`, [header(status, style)], style),
    section('Stages', [table(columns, rows, style)], style),
    section('Decided by people', decisions, style),
    nextStepText(status.next, style),
  ]);
}

/** `Next: canary evaluate plan.yaml`, and below it why. */
export function nextStepText({ command, why }: NextStep, style: Style): string {
  const reason = printableSentence(why);
  if (command === undefined) return paragraph(reason, style, 'Next: ');
  return [`Next: ${paintOf(style).strong(printableSentence(command))}`, paragraph(reason, style, '      ')].join('\n');
}

function decisionLine({ at, decision, stage, by, reason, against }: PersonalDecision, style: Style): string {
  const what = stage === undefined ? decision : `${decision} at ${printableName(stage)}`;
  const stance = against === decision ? 'in line with' : 'against';
  const evidence = against === undefined ? '' : ` ${stance} the verdict ${against}`;
  const why = reason === undefined ? '' : `: ${printableSentence(reason)}`;
  return paragraph(`${timeText(at)}  ${what}${evidence}, by ${printableName(by)}${why}`, style, '  ');
}

/** `2026-11-05 08:00:00 UTC` */
function timeText(at: string): string {
  return printableName(at.replace('T', ' ').replace(/(?:\.\d+)?Z$/u, ' UTC'));
}

function header(status: RolloutStatus, style: Style): string {
  const { model, baseline, candidate, traffic, applied, unmirrored, assignment } = status;
  return fields(
    [
      ['model', printableName(model)],
      ['baseline', standing(baseline)],
      ['candidate', standing(candidate)],
      ...(applied === false
        ? [['applied', paintOf(style).bad('no: the router did not get the last change')] as const]
        : []),
      ...(unmirrored === undefined
        ? []
        : [['mirrored', paintOf(style).bad(`no: ${printableSentence(unmirrored)}`)] as const]),
      ['traffic', trafficText(traffic)],
      ...(assignment === undefined ? [] : [['assigned', printableSentence(assignment)] as const]),
    ],
    style,
  );
}

function standing({ version, status }: VersionStanding): string {
  return `${printableName(version)} (${status})`;
}

const columns: readonly Column[] = [
  { header: 'stage', align: 'left', heading: true, shrinksTo: 12 },
  { header: 'weight', align: 'right' },
  { header: 'entered', align: 'left' },
  { header: 'looks', align: 'right' },
  { header: 'last verdict', align: 'left' },
  { header: 'recorded', align: 'left', shrinksTo: 12 },
];

function row({ name, weight, edited, entered, looks, last }: StageStatus, style: Style) {
  const { good, faint } = paintOf(style);
  return {
    cells: [
      printableName(name),
      `${weightText(weight)}${edited === undefined ? '' : ` (edited: ${weightText(edited)})`}`,
      entered ? good('yes') : faint('no'),
      formatCount(looks),
      last === undefined ? '' : `${decisionWord(last.verdict, style)}${last.alarm === true ? ' (ALARM)' : ''}`,
      last === undefined ? '' : timeText(last.at),
    ],
  };
}

function weightText(weight: number): string {
  return weight === 0 ? 'shadow' : formatShare(weight);
}
