import type { Evidence } from '../../domain/evidence.ts';
import { changeLines } from './change-text.ts';
import { checkLines } from './check-list.ts';
import { comparisonGroups } from './comparison-cells.ts';
import { comparisonTable, guardrailTable } from './evidence-tables.ts';
import { driftSection } from './drift-text.ts';
import { evidenceHeader } from './evidence-header.ts';
import { cohortPhrase, judgedCohort } from '../words/printable.ts';
import { page, paragraph, section, type Style } from '../words/style.ts';
import { scoredDetails, scoredTitle } from './scored-text.ts';
import { question, screenText } from './screen-text.ts';
import { worseLines, worseTitle } from './worse-text.ts';
import { nextBlock, verdictBlock, verdictLine } from './verdict-text.ts';

/** How an evaluation is told. */
export interface EvidenceTextOptions {
  /** Nothing but the verdict's line. */
  readonly quiet?: boolean;
  /** Every guardrail, comparison, check and reason, instead of one screen. */
  readonly verbose?: boolean;
  /** The plan as the user named it, for the command to run next. */
  readonly planFile: string;
  /** The model's name, which evidence does not carry. */
  readonly model?: string;
}

/**
 * An evaluation as a person reads it: on one screen what decided, or with `verbose` all of it: what was compared, the guardrails that matter
 * first, the comparisons they rest on, the checks, what promoting would change, and last the verdict with its reasons and the next command.
 */
export function evidenceText(evidence: Evidence, style: Style, options: EvidenceTextOptions): string {
  if (options.quiet === true) return page([verdictLine(evidence.verdict.decision, style)]);
  if (options.verbose !== true) return screenText(evidence, style, options);
  const looked = evidence.stage.look > 0;
  return page([
    section(question(evidence), [evidenceHeader(evidence, options.model, style)], style),
    ...(looked ? measuredSections(evidence, style) : []),
    section('Checks', checkLines(evidence.checks, style), style),
    ...(looked ? [section('Registry change on promote', changeLines(evidence, style), style)] : []),
    verdictBlock(evidence, style),
    nextBlock(evidence, options.planFile, style),
  ]);
}

/** What was measured, which is nothing where the state of the rollout decided alone. */
function measuredSections(evidence: Evidence, style: Style): string[] {
  const judged = `Guardrails, judged on ${cohortPhrase(judgedCohort(evidence.comparisons))}`;
  return [
    section(judged, linesOf(guardrailTable(evidence, style)), style),
    ...comparisonGroups(evidence).map(({ title, comparisons }) =>
      section(title, linesOf(comparisonTable(comparisons, style)), style),
    ),
    section(
      worseTitle,
      worseLines(evidence.confusion, style).map((line) => paragraph(line, style, '  ')),
      style,
    ),
    ...(evidence.scored === undefined
      ? []
      : [section(scoredTitle(evidence.scored), scoredDetails(evidence.scored, style), style)]),
    driftSection(evidence.drift, style),
  ];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : [text];
}
