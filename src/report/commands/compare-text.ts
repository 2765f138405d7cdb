import type { Evidence } from '../../domain/evidence.ts';
import { comparisonGroups } from '../evidence/comparison-cells.ts';
import { evidenceFacts } from '../evidence/evidence-header.ts';
import { comparisonTable } from '../evidence/evidence-tables.ts';
import { worseLines, worseTitle } from '../evidence/worse-text.ts';
import { validityOf } from '../words/inference-text.ts';
import { printableName } from '../words/printable.ts';
import { fields, page, paragraph, section, type Style, symbolsOf } from '../words/style.ts';

/** Two versions compared, without a verdict. */
export interface VersionComparison {
  readonly model: string;
  /** As an evaluation assembles it; only what was compared is told. */
  readonly evidence: Evidence;
}

/** What was compared and how the versions differ, as data. */
export function comparedFacts({ model, evidence }: VersionComparison) {
  const { inputs, statistics, cohorts, outcomes, comparisons, confusion } = evidence;
  const { confidence, inference } = statistics;
  return {
    schemaVersion: 1,
    model,
    statistics: { confidence, inference },
    inputs,
    cohorts,
    outcomes,
    comparisons,
    ...(confusion === undefined ? {} : { confusion }),
  };
}

/** The differences as a person reads them: of what, on which requests, each with its interval, and what got worse. */
export function compareText({ model, evidence }: VersionComparison, style: Style): string {
  const { inputs, statistics } = evidence;
  const [before, now] = [inputs.baseline, inputs.candidate].map(({ version }) => printableName(version));
  const facts = evidenceFacts(evidence, undefined, symbolsOf(style)).filter(([name]) => shown.has(name));
  const level = `${statistics.confidence * 100}%, ${validityOf(statistics.inference)}`;
  return page([
    section(
      `${printableName(model)}: ${now} against ${before}`,
      [fields([...facts, ['intervals', level]], style)],
      style,
    ),
    ...comparisonGroups(evidence).map(({ title, comparisons }) =>
      section(title, [comparisonTable(comparisons, style)], style),
    ),
    section(
      worseTitle,
      worseLines(evidence.confusion, style).map((line) => paragraph(line, style, '  ')),
      style,
    ),
  ]);
}

const shown: ReadonlySet<string> = new Set(['model', 'requests', 'cohorts', 'errors', 'load', 'repeats']);
