import type { Evidence } from '../../domain/evidence.ts';
import { changeLines } from './change-text.ts';
import { checkLines } from './check-list.ts';
import { comparisonGroups } from './comparison-cells.ts';
import { comparisonTable, guardrailTable } from './evidence-tables.ts';
import { driftSection } from './drift-text.ts';
import { evidenceFacts, evidenceHeader } from './evidence-header.ts';
import { cohortPhrase, judgedCohort, printableName } from '../words/printable.ts';
import { fields, page, section, type Style, symbolsOf } from '../words/style.ts';
import { worseSection } from './worse-text.ts';
import { nextBlock, verdictBlock, verdictLine } from './verdict-text.ts';

/** How an evaluation is told. */
export interface EvidenceTextOptions {
  /** Nothing but the verdict's line. */
  readonly quiet?: boolean;
  /** Every segment, guardrail, check and reason, instead of folded lists. */
  readonly verbose?: boolean;
  /** The plan as the user named it, for the command to run next. */
  readonly planFile: string;
  /** The model's name, which evidence does not carry. */
  readonly model?: string;
}

const segmentsPerMetric = 3;

/**
 * An evaluation as a person reads it: what was compared, the guardrails that matter first, the comparisons they rest
 * on, the checks, what promoting would change, and last the verdict with its reasons and the next command.
 */
export function evidenceText(evidence: Evidence, style: Style, options: EvidenceTextOptions): string {
  if (options.quiet === true) return page([verdictLine(evidence.verdict.decision, style)]);
  const verbose = options.verbose === true;
  if (evidence.stage.look === 0) return standingText(evidence, verbose, style, options);
  const judged = `Guardrails, judged on ${cohortPhrase(judgedCohort(evidence.comparisons))}`;
  return page([
    section(question(evidence), [evidenceHeader(evidence, options.model, style)], style),
    section(judged, linesOf(guardrailTable(evidence, verbose, style)), style),
    ...comparisonSections(evidence, verbose, style),
    worseSection(evidence.confusion, verbose, style),
    driftSection(evidence.drift, verbose, style),
    section('Checks', checkLines(evidence.checks, verbose, style), style),
    section('Registry change on promote', changeLines(evidence, style), style),
    verdictBlock(evidence, verbose, style),
    nextBlock(evidence, options.planFile, style),
  ]);
}

/** Where the state of the rollout decided alone, there is nothing to compare. */
function standingText(
  evidence: Evidence,
  verbose: boolean,
  style: Style,
  { model, planFile }: EvidenceTextOptions,
): string {
  const [plan, versions, stage] = evidenceFacts(evidence, model, symbolsOf(style));
  return page([
    section(
      question(evidence),
      [
        fields(
          [plan, versions, stage].filter((fact) => fact !== undefined),
          style,
        ),
      ],
      style,
    ),
    section('Checks', checkLines(evidence.checks, verbose, style), style),
    verdictBlock(evidence, verbose, style),
    nextBlock(evidence, planFile, style),
  ]);
}

/** What an evaluation asks: whether a stage may begin, or go on where the candidate is in it already. */
function question({ stage, rollout }: Evidence): string {
  return `May stage ${printableName(stage.name)} ${rollout.entered.includes(stage.name) ? 'go on' : 'begin'}?`;
}

/** A section per kind of comparison and cohort: only the first with its segments. */
function comparisonSections(evidence: Evidence, verbose: boolean, style: Style): string[] {
  return comparisonGroups(evidence).map(({ title, comparisons }, index) => {
    const segmentsShown = verbose ? Infinity : index === 0 ? segmentsPerMetric : 0;
    return section(title, linesOf(comparisonTable(comparisons, segmentsShown, style)), style);
  });
}

function linesOf(text: string): string[] {
  return text === '' ? [] : [text];
}
