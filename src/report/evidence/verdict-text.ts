import type { Evidence, Verdict } from '../../domain/evidence.ts';
import type { Decision } from '../../domain/registry.ts';
import { clipped, paragraph, paintOf, type Style, symbolsOf } from '../words/style.ts';
import { printableSentence, commandLine, printableName } from '../words/printable.ts';
import { formatShare } from '../../domain/format-number.ts';

/** `Verdict: INCREASE`, in the one form in which it is printed everywhere. */
export function verdictLine(decision: Decision, style: Style): string {
  return `Verdict: ${decisionWord(decision, style)}`;
}

/** A decision in capitals, coloured. */
export function decisionWord(decision: Decision, style: Style): string {
  const { strong, good, bad, unsure } = paintOf(style);
  const paint = { increase: good, hold: unsure, rollback: bad }[decision];
  return strong(paint(decision.toUpperCase()));
}

/** The line of the verdict; an alarm stands out where one is given. */
export function verdictHeading({ decision, alarm }: Verdict, style: Style): string {
  const { strong, bad } = paintOf(style);
  return `${verdictLine(decision, style)}${alarm === true ? ` ${strong(bad('(ALARM)'))}` : ''}`;
}

/** The verdict with its reasons in sentences, what decides first. */
export function verdictBlock({ verdict }: Evidence, style: Style): string {
  const bullet = `  ${symbolsOf(style).bullet} `;
  const lines = verdict.reasons.map((reason) => paragraph(printableSentence(reason), style, bullet));
  return [verdictHeading(verdict, style), ...lines].join('\n');
}

/** The command that acts on the evidence, and what it does. */
export function nextBlock(evidence: Evidence, planFile: string, style: Style): string {
  const { command, effect } = nextStep(evidence, planFile);
  const lead = '      ';
  return [`Next: ${paintOf(style).strong(command)}`, paragraph(clipped(effect, style, lead, 2), style, lead)].join(
    '\n',
  );
}

/** What to run after an evaluation, and what that does. */
interface NextStep {
  readonly command: string;
  readonly effect: string;
}

/**
 * The command that acts on the evidence.
 * @param planFile the plan as the user named it.
 */
export function nextStep(evidence: Evidence, planFile: string): NextStep {
  const { refused } = evidence.registryChange;
  if (refused !== undefined) {
    const effect = `promote would refuse: ${printableSentence(refused)}`;
    return { command: commandLine('canary', 'status', planFile), effect };
  }
  if (evidence.verdict.alarm === true && evidence.verdict.decision === 'hold') {
    const candidate = printableName(evidence.inputs.candidate.version);
    const effect = `takes ${candidate} out of traffic now, if you find that the breach is real; canary promote records the hold`;
    return { command: commandLine('canary', 'rollback', planFile), effect };
  }
  const { checks, stage, registryChange } = evidence;
  if (checks.some(({ name, status }) => name === 'served' && status === 'hold') && registryChange.action === 'look') {
    const command = `${commandLine('canary', 'promote', planFile)} --override increase --by NAME --reason TEXT`;
    return {
      command,
      effect: `begins ${printableName(stage.name)} without evidence, on the record, where it is small enough`,
    };
  }
  const held = checks.filter(({ status }) => status === 'hold');
  if (held.some(({ name }) => name === 'approval') && held.length === 1 && allPass(evidence)) {
    const command = `${commandLine('canary', 'approve', planFile)} --by NAME`;
    return { command, effect: `lets ${printableName(stage.name)} begin at the next evaluation, on the record` };
  }
  return { command: commandLine('canary', 'promote', planFile), effect: whatPromoteDoes(evidence) };
}

function allPass({ guardrails }: Evidence): boolean {
  return guardrails.every(
    ({ status, onBreach }) => onBreach === 'report' || ['pass', 'not-applicable'].includes(status),
  );
}

function whatPromoteDoes({ registryChange, stage, inputs, guardrails }: Evidence): string {
  const [candidate, name] = [printableName(inputs.candidate.version), printableName(stage.name)];
  const exposed =
    stage.weight === 0 ? 'nobody is exposed yet' : `${formatShare(stage.weight)} of users get ${candidate}`;
  const undecided = guardrails.some(({ status }) => status === 'inconclusive');
  return {
    enter: `enters ${name}: ${exposed}`,
    complete: `makes ${candidate} stable: all users get it`,
    rollback: `takes ${candidate} out of traffic`,
    look: `records this look${undecided ? '; evaluate again when the log has grown' : ''}`,
  }[registryChange.action];
}
