import type { CheckResult, Comparison, ConfusionChanges, Evidence, GuardrailResult } from '../../domain/evidence.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import { comparisonCells, comparisonGroups } from '../evidence/comparison-cells.ts';
import { driftMarkdown } from './drift-markdown.ts';
import { scoredMarkdown } from './scored-markdown.ts';
import { evidenceFacts, lookRows } from '../evidence/evidence-header.ts';
import { guardrailCells, sidesOf } from '../evidence/guardrail-cells.ts';
import { worstFirst } from '../evidence/harm.ts';
import { guardrailsByWeight } from '../../domain/statistics/guardrails-by-weight.ts';
import { numeric } from '../words/table.ts';
import { withinComment } from './comment-size.ts';
import {
  cut,
  leftOut,
  markdownBlocks,
  markdownCode,
  markdownDetails,
  markdownTable,
  markdownText,
} from './markdown-text.ts';
import { cohortPhrase, judgedCohort, printableName, printableSentence } from '../words/printable.ts';
import { nextStep } from '../evidence/verdict-text.ts';
import type { Report } from '../document/report.ts';

const shownAtOnce = { reasons: 6, guardrails: 10, labels: 10 };
const mostRows = 300;

const statusMark: Readonly<Record<GuardrailResult['status'], string>> = {
  breach: '❌ **breach**',
  uncomputable: '❔ uncomputable',
  inconclusive: '❔ inconclusive',
  pass: '✅ pass',
  'not-applicable': 'not applicable',
};

const decisionMark: Readonly<Record<Evidence['verdict']['decision'], string>> = {
  increase: '✅',
  hold: '⏸️',
  rollback: '⏪',
};

/**
 * A report for a pull request or `$GITHUB_STEP_SUMMARY`: the verdict, why and what to do next, then the guardrails that
 * matter, and everything else folded. It fits in a comment whatever the evidence holds: folded tables end early, or are named where nothing of
 * them fits.
 */
export function markdownReport({ evidence, looks, planFile }: Report): string {
  const { verdict, stage, plan } = evidence;
  const versions = [evidence.inputs.baseline, evidence.inputs.candidate].map(({ version }) =>
    markdownCode(printableName(version)),
  );
  const model = plan.model === undefined ? '' : `${markdownCode(printableName(plan.model))} `;
  const { command, effect } = nextStep(evidence, planFile);
  const shown = [
    `## ${decisionMark[verdict.decision]} Verdict: ${verdict.decision.toUpperCase()}`,
    `${model}${versions.join(' → ')}, stage ${markdownCode(printableName(stage.name))} of ${markdownCode(printableName(plan.name))}`,
    reasons(verdict.reasons),
    `**Next:** ${markdownCode(command)}: ${markdownText(effect)}`,
    guardrails(evidence),
  ];
  const folded = (rows: number) => [
    moreReasons(verdict.reasons, rows),
    moreGuardrails(evidence, rows),
    labels(evidence.confusion),
    scoredMarkdown(evidence.scored),
    comparisons(evidence, rows),
    markdownDetails('Checks', checks(evidence.checks, rows)),
    driftMarkdown(evidence.drift),
    looks.length < 2 ? '' : markdownDetails(`History: ${countOf(looks.length, 'look')}`, history(looks, rows)),
    markdownDetails('What was evaluated', facts(evidence)),
  ];
  return `${withinComment(shown, folded, mostRows)}\n`;
}

function reasons(sentences: readonly string[]): string {
  return sentences.slice(0, shownAtOnce.reasons).map(reasonItem).join('\n');
}

function reasonItem(reason: string): string {
  return `- ${markdownText(printableSentence(reason))}`;
}

function moreReasons(sentences: readonly string[], rows: number): string {
  const { kept, left } = cut(sentences.slice(shownAtOnce.reasons), rows);
  const items = kept.map(reasonItem).join('\n');
  return markdownDetails(countOf(kept.length + left, 'more reason'), items, leftOut(left));
}

const guardrailColumns = [
  { header: 'status' },
  { header: 'guardrail' },
  ...numeric('baseline', 'candidate', 'tested', 'interval'),
  { header: 'allowed' },
] as const;

function guardrails(evidence: Evidence): string {
  return markdownBlocks(
    `### Guardrails, judged on ${cohortPhrase(judgedCohort(evidence.comparisons))}`,
    markdownTable(guardrailColumns, guardrailRows(evidence).slice(0, shownAtOnce.guardrails)),
  );
}

function moreGuardrails(evidence: Evidence, rows: number): string {
  const { kept, left } = cut(guardrailRows(evidence).slice(shownAtOnce.guardrails), rows);
  const table = markdownTable(guardrailColumns, kept);
  return markdownDetails(countOf(kept.length + left, 'more guardrail'), table, leftOut(left));
}

function guardrailRows(evidence: Evidence): string[][] {
  const sides = sidesOf(evidence.comparisons);
  return guardrailsByWeight(evidence.guardrails).map((result) => {
    const { name, baseline, candidate, tested, interval, allowed } = guardrailCells(result, sides);
    return [
      statusMark[result.status],
      markdownCode(name),
      ...[baseline, candidate, tested, interval, allowed].map(markdownText),
    ];
  });
}

/** The labels that lost more requests than they won. */
function labels(confusion: ConfusionChanges | undefined): string {
  const worse = confusion?.changes.filter(({ pairs }) => pairs !== undefined && pairs.newMistakes > pairs.fixed) ?? [];
  const columns = [
    { header: 'true label' },
    ...numeric('new mistakes', 'fixed'),
    { header: 'now mistaken for' },
    { header: 'examples' },
  ] as const;
  const rows = worse
    .slice(0, shownAtOnce.labels)
    .map(({ label, pairs }) => [
      markdownCode(printableName(label)),
      formatCount(pairs?.newMistakes ?? 0),
      formatCount(pairs?.fixed ?? 0),
      (pairs?.mistakenFor ?? [])
        .map((answer) => `${markdownCode(printableName(answer.label))} ${answer.requests}`)
        .join(', '),
      (pairs?.examples ?? []).map((id) => markdownCode(printableName(id))).join(', '),
    ]);
  if (rows.length === 0) return '';
  return markdownDetails(
    `${countOf(worse.length, 'label')} got worse`,
    markdownTable(columns, rows),
    leftOut(worse.length - rows.length),
  );
}

const comparisonColumns = [
  { header: 'metric' },
  ...numeric('requests', 'users', 'baseline', 'candidate', 'change', 'interval'),
] as const;

function comparisons(evidence: Evidence, rows: number): string {
  const groups = comparisonGroups(evidence);
  const share = Math.ceil(rows / Math.max(1, groups.length));
  return groups
    .map(({ title, comparisons: group }) => {
      const { kept, left } = cut(comparisonsInOrder(group), share);
      return markdownDetails(title, markdownTable(comparisonColumns, kept.map(comparisonRow)), leftOut(left));
    })
    .join('\n\n');
}

/** Each metric on the whole, then the segments of all, worst first. */
function comparisonsInOrder(group: readonly Comparison[]): Comparison[] {
  const metrics = [...new Set(group.map(({ metric }) => metric))];
  const segments = metrics.flatMap((name) =>
    worstFirst(group.filter(({ metric, segment }) => segment !== null && metric === name)),
  );
  return [...group.filter(({ segment }) => segment === null), ...segments];
}

function comparisonRow(comparison: Comparison): string[] {
  const { name, requests, users, baseline, candidate, change, interval, missing, remark } = comparisonCells(comparison);
  const metric = printableName(comparison.metric);
  const subject = markdownCode(comparison.segment === null ? metric : `${metric} ${name}`);
  const why = missing === undefined ? '' : `none: ${missing}`;
  return [
    remark === undefined ? subject : `${subject} (${markdownText(remark)})`,
    ...[requests, users, baseline, candidate, change || why, change === '' ? '' : interval || why].map(markdownText),
  ];
}

function checks(results: readonly CheckResult[], most: number): string {
  const { kept, left } = cut(results, most);
  const rows = kept.map(({ name, status, detail }) => [
    { rollback: '⛔ **rollback**', hold: '⏸️ **hold**', warn: '⚠️ warning', pass: status, 'not-applicable': status }[
      status
    ],
    markdownCode(printableName(name)),
    markdownText(printableSentence(detail)),
  ]);
  return markdownBlocks(
    markdownTable([{ header: 'status' }, { header: 'check' }, { header: 'found' }], rows),
    leftOut(left),
  );
}

function history(looks: readonly Evidence[], most: number): string {
  const { kept, left } = cut(lookRows(looks).toReversed(), most);
  const columns = ['evaluated', 'stage', 'look', 'requests', 'verdict'].map((header) => ({ header }));
  const rows = kept.map(({ evaluated, stage, look, requests, verdict }) =>
    [evaluated, stage, look, requests, verdict].map(markdownText),
  );
  return markdownBlocks(markdownTable(columns, rows), leftOut(left));
}

function facts(evidence: Evidence): string {
  const pairs = evidenceFacts(evidence, evidence.plan.model, { arrow: '→', separator: '·' });
  const { tool, digest, createdAt, plan } = evidence;
  const rows = [
    ...pairs,
    ['evaluated', `${createdAt} by canary ${printableName(tool.version)}`],
    ['plan sha256', plan.sha256],
    ['evidence', digest],
  ].map(([name = '', text = '']) => [name, markdownText(text)]);
  return markdownTable([{ header: '' }, { header: '' }], rows);
}
