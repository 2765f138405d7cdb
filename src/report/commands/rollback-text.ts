import { formatCount } from '../../domain/format-number.ts';
import { type ApplyOutcome, applyOutcomeText, type RegistryState } from './promotion-text.ts';
import { pairsText, trafficChange } from '../evidence/change-text.ts';
import { commandLine, trafficText, printableName, printableSentence } from '../words/printable.ts';
import { fields, page, paragraph, section, type Style } from '../words/style.ts';

/** What `rollback` did. */
export type Rollback = RollbackSubject & (DoneRollback | NoRollback);

interface RollbackSubject {
  /** The plan or the model, as the user named it. */
  readonly target: string;
  readonly model: string;
  /** The folder as the user named it, where a model was named. */
  readonly registryFolder?: string;
  readonly registryFile: string;
  /** The registry as it is now. */
  readonly now: RegistryState;
}

interface DoneRollback {
  readonly action: 'rollback';
  readonly rollout: { readonly name: string; readonly baseline: string; readonly candidate: string };
  /** The furthest stage that the rollout had entered. */
  readonly stage?: string;
  readonly before: RegistryState;
  /** Versions that were stable too, which --to takes. */
  readonly others: readonly string[];
  /** What the plan's apply commands did; absent where there are none. */
  readonly apply?: ApplyOutcome;
}

interface NoRollback {
  readonly action: 'none';
  readonly why: string;
}

/** The lines that a person on call needs: what was serving, what serves now, where that is written, how to confirm and to undo. */
export function rollbackText(rollback: Rollback, style: Style): string {
  const model = printableName(rollback.model);
  if (rollback.action === 'none') {
    const title = `${model}: nothing to roll back`;
    const lines = [paragraph(printableSentence(rollback.why), style, '  '), fields(standing(rollback), style)];
    return page([section(title, lines, style)]);
  }
  const { rollout, before, stage } = rollback;
  const at = stage === undefined ? '' : `, in stage ${printableName(stage)}`;
  const lines = [
    ['was serving', `${trafficText(before.traffic)}${at}`],
    ...standing(rollback),
    ...(rollback.others.length === 0
      ? []
      : [['further back', `--to ${rollback.others.map(printableName).join(', ')}`] as const]),
    ['undo', undoText(rollback)],
  ] as const;
  return page([
    section(`${model}: took ${printableName(rollout.candidate)} out of traffic`, [fields(lines, style)], style),
    applyOutcomeText(rollback.apply, rollback.target, style),
  ]);
}

function standing({ now, registryFile, ...named }: Rollback): readonly (readonly [string, string])[] {
  const revision = `revision ${formatCount(now.revision)} of ${printableSentence(registryFile)}`;
  return [
    ['serves now', trafficText(now.traffic)],
    ['version tag', `${pairsText(now.aliases)} at ${revision}`],
    ['confirm', confirmText(named)],
  ];
}

function confirmText({ target, registryFolder }: Pick<Rollback, 'target' | 'registryFolder'>): string {
  return registryFolder === undefined
    ? commandLine('canary', 'status', target)
    : commandLine('canary', 'registry', 'list', registryFolder, target);
}

function undoText({ target, registryFolder }: Rollback): string {
  const plan = registryFolder === undefined ? target : 'PLAN';
  return `${commandLine('canary', 'promote', plan, '--override', 'increase')} --by NAME --reason TEXT`;
}

/** What `rollback --rehearse` did on a copy. */
export interface Rehearsal {
  readonly model: string;
  readonly rollout: { readonly name: string; readonly baseline: string; readonly candidate: string };
  /** The copy before and after. */
  readonly before: RegistryState;
  readonly after: RegistryState;
  readonly at: string;
  /** Where the rehearsal is recorded. */
  readonly registryFile: string;
}

/** A rehearsal as a person reads it. */
export function rehearsalText({ model, rollout, before, after, at, registryFile }: Rehearsal, style: Style): string {
  const title = `${printableName(model)}: rehearsed taking ${printableName(rollout.candidate)} out of traffic`;
  const lines = [
    ['on a copy', trafficChange(before.traffic, after.traffic, style)],
    ['version tag', pairsText(after.aliases)],
    ['live traffic', 'unchanged'],
    ['recorded', `${at.slice(0, 10)}, succeeded, in ${printableSentence(registryFile)}`],
  ] as const;
  return page([section(title, [fields(lines, style)], style)]);
}
