import type { Comparison, Evidence } from '../domain/evidence.ts';
import { changeLines } from './change-text.ts';
import { checkLines } from './check-list.ts';
import { comparisonTable } from './comparison-table.ts';
import { evidenceHeader } from './evidence-header.ts';
import { guardrailTable } from './guardrail-table.ts';
import { cohortPhrase, judgedCohort } from './names.ts';
import { page, section } from './paragraph.ts';
import { printableName } from './printable.ts';
import type { Style } from './style.ts';
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
  return page([
    section(question(evidence), [evidenceHeader(evidence, options.model, style)], style),
    section(
      `Guardrails, judged on ${cohortPhrase(judgedCohort(evidence.comparisons))}`,
      linesOf(guardrailTable(evidence, verbose, style)),
      style,
    ),
    ...comparisonSections(evidence, verbose, style),
    section('Checks', checkLines(evidence.checks, verbose, style), style),
    section('Registry change on promote', changeLines(evidence, style), style),
    verdictBlock(evidence, verbose, style),
    nextBlock(evidence, options.planFile, style),
  ]);
}

/** What an evaluation asks: whether a stage may begin, or go on where the candidate is in it already. */
function question({ stage, rollout }: Evidence): string {
  return `May stage ${printableName(stage.name)} ${rollout.entered.includes(stage.name) ? 'go on' : 'begin'}?`;
}

function kindOf({ comparison, cohort }: Comparison): string {
  return `${comparison} ${cohort}`;
}

/** A section per kind of comparison and cohort: the judged pairs first, and only the first with its segments. */
function comparisonSections({ comparisons, ...evidence }: Evidence, verbose: boolean, style: Style): string[] {
  const judged = judgedCohort(comparisons);
  const rank = (comparison: Comparison) =>
    comparison.comparison === 'served' ? 1 : comparison.cohort === judged ? 0 : 2;
  const kinds = [...new Set(comparisons.toSorted((a, b) => rank(a) - rank(b)).map(kindOf))];
  return kinds.map((kind, index) => {
    const group = comparisons.filter((comparison) => kindOf(comparison) === kind);
    const segmentsShown = verbose ? Infinity : index === 0 ? segmentsPerMetric : 0;
    return section(
      comparisonTitle(group, evidence.inputs),
      linesOf(comparisonTable(group, segmentsShown, style)),
      style,
    );
  });
}

function comparisonTitle(group: readonly Comparison[], inputs: Evidence['inputs']): string {
  const [first] = group;
  if (first === undefined) return '';
  const [baseline, candidate] = [printableName(inputs.baseline.version), printableName(inputs.candidate.version)];
  if (first.comparison === 'served') {
    return `Served: ${candidate} on canary users against ${baseline} on stable users, as in a live split`;
  }
  return `Paired: ${baseline} and ${candidate} on the same requests of ${cohortPhrase(first.cohort)}`;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : [text];
}
