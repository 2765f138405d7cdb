import type { Evidence } from '../../domain/evidence.ts';
import { formatShare } from '../../domain/format-number.ts';
import { commandLine } from '../words/names.ts';
import { printableName, printableSentence } from '../words/printable.ts';

/** What to run after an evaluation, and what that does. */
export interface NextStep {
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
  return { command: commandLine('canary', 'promote', planFile), effect: whatPromoteDoes(evidence) };
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
