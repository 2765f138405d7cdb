import type { Evidence } from '../../domain/evidence.ts';
import type { Decision } from '../../domain/registry.ts';
import { fold, foldLine } from '../words/fold.ts';
import { nextStep } from './next-step.ts';
import { paragraph } from '../words/paragraph.ts';
import { printableSentence } from '../words/printable.ts';
import { paintOf, type Style, symbolsOf } from '../words/style.ts';

const reasonsShown = 6;

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

/** The verdict with its reasons in sentences, the weightiest first. */
export function verdictBlock({ verdict }: Evidence, verbose: boolean, style: Style): string {
  const { shown, rest } = fold(verdict.reasons, verbose ? Infinity : reasonsShown);
  const bullet = `  ${symbolsOf(style).bullet} `;
  const lines = shown.map((reason) => paragraph(printableSentence(reason), style, bullet));
  if (rest.length > 0) lines.push(paragraph(foldLine(rest.length, 'reasons', style), style, '    '));
  return [verdictLine(verdict.decision, style), ...lines].join('\n');
}

/** The command that acts on the evidence, and what it does. */
export function nextBlock(evidence: Evidence, planFile: string, style: Style): string {
  const { command, effect } = nextStep(evidence, planFile);
  return [`Next: ${paintOf(style).strong(command)}`, paragraph(effect, style, '      ')].join('\n');
}
