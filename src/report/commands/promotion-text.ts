import { formatCount, formatShare } from '../../domain/format-number.ts';
import type { RegistryChange } from '../../domain/evidence.ts';
import type { Decision } from '../../domain/registry.ts';
import { trafficChange } from '../evidence/change-text.ts';
import { commandLine, printableName, printableSentence, trafficText } from '../words/printable.ts';
import { fields, page, paragraph, section, type Style, symbolsOf, paintOf } from '../words/style.ts';
import { nextStepText, type NextStep } from './status-text.ts';
import { decisionWord, verdictLine } from '../evidence/verdict-text.ts';

/** What `promote` did, or with `--dry-run` would do. */
export interface Promotion {
  readonly dryRun: boolean;
  readonly model: string;
  readonly plan: string;
  /** The plan as the user named it, for the next command. */
  readonly planFile: string;
  readonly candidate: string;
  readonly stage: { readonly name: string; readonly weight: number };
  /** What it acted on: the evidence's verdict, or the user's own. Where nothing was left to do, what that means; absent where it means none. */
  readonly verdict?: Decision;
  /** The person who decided instead of the evidence, and what that said. */
  readonly override?: { readonly by: string; readonly reason: string; readonly against?: Decision };
  readonly action: RegistryChange['action'] | 'step-down' | 'none';
  /** Why nothing was done. */
  readonly why?: string;
  /** What the plan's apply commands did; absent where it has none or nothing moved. */
  readonly apply?: ApplyOutcome;
  readonly before: RegistryState;
  readonly after: RegistryState;
  readonly registryFile: string;
}

/** What of a model's registry entry a promotion can change. */
export interface RegistryState {
  readonly revision: number;
  readonly traffic: Readonly<Record<string, number>>;
  readonly aliases: Readonly<Record<string, string>>;
  /** Version to status. */
  readonly status: Readonly<Record<string, string>>;
}

/** A promotion as a person reads it: what changed, where that is written, who must act on it, and what comes next. */
export function promotionText(promotion: Promotion, style: Style): string {
  const { before, after, registryFile, why } = promotion;
  if (promotion.action === 'none') {
    const said = why === undefined ? [] : [paragraph(printableSentence(why), style, '  ')];
    const title = `${printableName(promotion.model)}: nothing to promote`;
    const verdict = promotion.verdict === undefined ? '' : verdictLine(promotion.verdict, style);
    return page([section(title, said, style), verdict, nextStepText(nextStep(promotion), style)]);
  }
  // Commands of the plan hear of a shadow stage too; a person at a router has nothing to do for it.
  const tells = promotion.apply !== undefined || trafficOf(before) !== trafficOf(after);
  return page([
    section(headline(promotion), [changes(promotion, style)], style),
    promotion.dryRun ? paragraph(`Nothing was written to ${printableSentence(registryFile)}.`, style) : '',
    tells && !promotion.dryRun ? applyOutcomeText(promotion.apply, promotion.planFile, style) : '',
    decisionText(promotion, style),
    nextStepText(nextStep(promotion), style),
  ]);
}

function decisionText({ verdict, override }: Promotion, style: Style): string {
  if (override === undefined) return verdict === undefined ? '' : verdictLine(verdict, style);
  const { by, reason, against } = override;
  const stance = against === verdict ? 'in line with' : 'against';
  const evidence = against === undefined ? 'without evidence' : `${stance} the verdict ${decisionWord(against, style)}`;
  const what = verdict === undefined ? 'step down' : decisionWord(verdict, style);
  const whose = `Decided by ${printableName(by)}, ${evidence}: ${what}`;
  return [whose, paragraph(printableSentence(reason), style, '  ')].join('\n');
}

function headline({ dryRun, action, candidate, stage, model }: Promotion): string {
  const [version, name] = [printableName(candidate), printableName(stage.name)];
  const share = formatShare(stage.weight);
  const [would, done] = {
    enter: [`enter stage ${name} (${share})`, `entered stage ${name} (${share})`],
    complete: [`make ${version} stable`, `is complete: ${version} is stable`],
    rollback: [`take ${version} out of traffic`, `took ${version} out of traffic`],
    look: [`record a look at stage ${name}`, `recorded a look at stage ${name}`],
    'step-down': [`step down to stage ${name} (${share})`, `stepped down to stage ${name} (${share})`],
    none: ['do nothing', 'nothing to promote'],
  }[action];
  return dryRun ? `${printableName(model)}: promote would ${would}` : `${printableName(model)}: ${done}`;
}

function changes({ before, after, registryFile }: Promotion, style: Style): string {
  const { arrow } = symbolsOf(style);
  const revision = `${formatCount(before.revision)} ${arrow} ${formatCount(after.revision)}`;
  const pairs = [
    ['traffic', trafficChange(before.traffic, after.traffic, style)],
    ['aliases', entryChanges(before.aliases, after.aliases, arrow)],
    ['status', entryChanges(before.status, after.status, arrow)],
    ['revision', `${revision} in ${printableSentence(registryFile)}`],
  ] as const;
  return fields(pairs, style);
}

function entryChanges(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  arrow: string,
): string {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = keys.filter((key) => before[key] !== after[key]);
  if (changed.length === 0) return 'unchanged';
  return changed
    .map((key) => `${printableName(key)} ${written(before[key])} ${arrow} ${written(after[key])}`)
    .join(', ');
}

function written(value: string | undefined): string {
  return value === undefined ? 'none' : printableName(value);
}

function trafficOf({ traffic }: RegistryState): string {
  const live = Object.entries(traffic).filter(([, share]) => share > 0);
  return JSON.stringify(live.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function nextStep({ dryRun, action, planFile, candidate }: Promotion): NextStep {
  if (dryRun) return { command: commandLine('canary', 'promote', planFile), why: 'makes this change' };
  const evaluate = commandLine('canary', 'evaluate', planFile);
  const steps: Readonly<Record<Promotion['action'], NextStep>> = {
    none: { command: commandLine('canary', 'status', planFile), why: 'shows where the rollout stands' },
    'step-down': { command: evaluate, why: 'asks whether the next stage may begin again' },
    enter: { command: evaluate, why: 'asks whether the next stage may begin' },
    complete: { command: commandLine('canary', 'status', planFile), why: 'shows the finished rollout' },
    rollback: { why: `find out why ${candidate} failed; its successor needs a new version and a plan with a new name` },
    look: { command: evaluate, why: 'looks again, once the log has grown' },
  };
  return steps[action];
}

/** What became of a change at the router. */
export type ApplyOutcome = { readonly applied: true } | { readonly applied: false; readonly failure: string };

/** What `apply` did. */
export interface AppliedPlan {
  readonly model: string;
  readonly planFile: string;
  readonly traffic: Readonly<Record<string, number>>;
  readonly outcome: ApplyOutcome;
}

/** What `canary apply` did, as a person reads it. */
export function applyText({ model, planFile, traffic, outcome }: AppliedPlan, style: Style): string {
  const title = `${printableName(model)}: ${trafficText(traffic)}`;
  return page([section(title, [applyOutcomeText(outcome, planFile, style)], style)]);
}

/** Whether users notice the change, and what to do where they do not. */
export function applyOutcomeText(
  outcome: ApplyOutcome | undefined,
  planFile: string | undefined,
  style: Style,
): string {
  if (outcome === undefined) {
    const router = 'The registry is the record: users notice nothing until a router reads the new weights from it.';
    return paragraph(router, style);
  }
  if (outcome.applied) return paragraph("Applied: the plan's commands have set the router.", style);
  const { bad } = paintOf(style);
  const again = commandLine('canary', 'apply', planFile ?? 'PLAN');
  return paragraph(`${bad('Not applied')}: ${printableSentence(outcome.failure)}. ${again} tries again.`, style);
}
