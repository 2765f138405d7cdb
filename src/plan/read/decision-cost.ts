import type { CostTable, DecisionCosts, OutcomeCosts } from '../../domain/decision-costs.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import type { Finding } from '../../documents/findings.ts';
import { shown } from './quantity.ts';
import { isEmpty, type MapNode, nodeAt, plainValue, type TreeNode, type TreePath } from '../../documents/tree.ts';
import type { SectionReading } from './section.ts';

const outcomes = ['falsePositive', 'falseNegative', 'truePositive', 'trueNegative'] as const;
const rule = 'invalid-value';
const path: TreePath = ['decisionCost'];
const example = 'write decisionCost: { falsePositive: 5, falseNegative: 200 }';

/**
 * Reads `decisionCost`: the cost of each outcome of a two-label classification, or a table of true label, answered label and cost, in
 * which a right answer costs nothing unless written.
 */
export function readDecisionCost(root: TreeNode): SectionReading<DecisionCosts | undefined> {
  const node = nodeAt(root, path);
  if (node === undefined || isEmpty(node)) return { value: undefined, findings: [] };
  if (node.kind !== 'map') {
    return {
      value: undefined,
      findings: [finding(path, `decisionCost: ${shown(plainValue(node))} is not a table of costs`, example)],
    };
  }
  const isTable = [...node.entries.values()].some(({ value }) => value.kind === 'map');
  const read = isTable ? readTable(node) : readOutcomes(node);
  if (read.findings.length > 0 || read.value === undefined) return read;
  return Math.max(...costsIn(read.value)) > 0
    ? read
    : {
        value: undefined,
        findings: [finding(path, 'decisionCost: every cost is 0, so no decision costs anything', example)],
      };
}

function readOutcomes(node: MapNode): SectionReading<OutcomeCosts | undefined> {
  const findings: Finding[] = [];
  const costs: Partial<Record<(typeof outcomes)[number], number>> = {};
  for (const [name, { value }] of node.entries) {
    const known = outcomes.find((outcome) => outcome === name);
    if (known === undefined) {
      const message = `decisionCost: ${name} is not an outcome of a decision`;
      const hint = `${didYouMean(name, outcomes)}; for other labels, write for each true label what each answer costs: { ${name}: { ANSWER: 5 } }`;
      findings.push({ ...finding([...path, name], message, hint), at: 'key' });
      continue;
    }
    const cost = costOf(value, [...path, name], findings);
    if (cost !== undefined) costs[known] = cost;
  }
  const { falsePositive, falseNegative, truePositive = 0, trueNegative = 0 } = costs;
  if (falsePositive !== undefined && falseNegative !== undefined && findings.length === 0) {
    return { value: { kind: 'outcomes', falsePositive, falseNegative, truePositive, trueNegative }, findings };
  }
  const missing = ['falsePositive', 'falseNegative'].filter((name) => !node.entries.has(name));
  const absent = missing.map((name) => finding(path, `decisionCost: ${name} is missing`, example));
  // A misspelt key is told once.
  return { value: undefined, findings: findings.length > 0 ? findings : absent };
}

function readTable(node: MapNode): SectionReading<CostTable | undefined> {
  const findings: Finding[] = [];
  const rows: Record<string, Record<string, number>> = {};
  for (const [truth, { value: row }] of node.entries) {
    if (row.kind !== 'map') {
      const hint = `write ${truth}: { ANSWER: 5 }, the cost of each answer to a request that is truly ${truth}`;
      findings.push(finding([...path, truth], `decisionCost: ${truth} has no costs of its answers`, hint));
      continue;
    }
    const costs: Record<string, number> = {};
    for (const [answer, { value }] of row.entries) {
      const cost = costOf(value, [...path, truth, answer], findings);
      if (cost !== undefined) costs[answer] = cost;
    }
    rows[truth] = costs;
  }
  return findings.length > 0 ? { value: undefined, findings } : { value: { kind: 'table', rows }, findings };
}

function costOf(node: TreeNode, at: TreePath, findings: Finding[]): number | undefined {
  const value = plainValue(node);
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  const negative = typeof value === 'number' && value < 0;
  findings.push(
    finding(
      at,
      `${String(at.at(-1))}: ${shown(value)} is not a cost`,
      negative
        ? 'write a cost of 0 or more; what a right answer saves, a wrong one costs'
        : 'write a number of 0 or more',
    ),
  );
  return undefined;
}

function costsIn(costs: DecisionCosts): readonly number[] {
  if (costs.kind === 'table') return Object.values(costs.rows).flatMap((row) => Object.values(row));
  return outcomes.map((name) => costs[name]);
}

function finding(at: TreePath, message: string, hint: string): Finding {
  return { path: at, rule, message, hint };
}
