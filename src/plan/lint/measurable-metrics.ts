import { holdsNumbers } from '../../domain/told-number.ts';
import { boundsOwnValue } from '../../domain/bound.ts';
import { writeOneOf } from '../../domain/did-you-mean.ts';
import { inLabelsOf } from '../../domain/label-map.ts';
import type { DecisionCosts } from '../../domain/decision-costs.ts';
import { type Metric, metricTraits } from '../../domain/metric.ts';
import { runtimeTraits, type OutputSignature } from '../../domain/registry.ts';
import { type FreeKind, freeKindOf } from '../../domain/scores/free-answer.ts';
import { type NumberedVersion, resolveBoth } from '../../domain/resolve-version.ts';
import { type LintRule, type Mismatch, unfitMetric } from './rule.ts';
import type { Role } from '../../domain/role.ts';

/** A guardrail on a number that the model cannot have would only ever hold. */
export const measurableMetrics: LintRule = {
  name: 'measurable-metrics',
  about: 'registry',
  check(plan, registry) {
    const found = resolveBoth(plan, registry);
    if (found === undefined) return [];
    const both = { ...found, candidate: inWordsOf(found) };
    return plan.guardrails.flatMap(({ metric, bounds, source }, index) => {
      const own = bounds.every(({ kind }) => boundsOwnValue(kind));
      const mismatch =
        metric.family === 'memory' && source === undefined && !holdsNumbers(plan.requests.format)
          ? (needsProcess(both.candidate) ?? (own ? undefined : needsProcess(both.baseline)))
          : (mismatchOf(metric, both.candidate) ?? mismatchOf(metric, both.baseline));
      if (mismatch === undefined) return [];
      return [unfitMetric(index, metric, mismatch)];
    });
  },
};

/** Metrics are of the labels that answers are compared in. */
function inWordsOf({ baseline, candidate }: Record<Role, NumberedVersion>): NumberedVersion {
  return { ...candidate, entry: inLabelsOf(baseline.entry, candidate.entry) };
}

function mismatchOf(metric: Metric, { version, entry }: NumberedVersion): Mismatch | undefined {
  const { output } = entry.signature;
  switch (metricTraits(metric).answers) {
    case 'labels':
      // Two free answers are alike or not, as two labels are.
      if (metric.family === 'agreement' && freeKindOf(output) !== undefined) return undefined;
      return needsLabels(output, version) ?? needsOwnLabels(metric, output, version);
    case 'two labels':
      return needsLabels(output, version) ?? needsTwoLabels(output, version);
    case 'numbers':
      return needsNumbers(output, version);
    case 'anything':
      return undefined;
  }
}

/** The labels that the metric itself names are the version's. */
function needsOwnLabels(metric: Metric, output: OutputSignature, version: string): Mismatch | undefined {
  if ('label' in metric) return needsLabel(metric.label, output, version);
  return 'costs' in metric ? needsCosts(metric.costs, output, version) : undefined;
}

/** A peak of memory is that of a process which canary starts. */
function needsProcess({ version, entry }: NumberedVersion): Mismatch | undefined {
  const { runtime } = entry.artifact;
  if (runtimeTraits[runtime].hasProcess) return undefined;
  return {
    problem: `needs a process that canary runs, but ${version} has the runtime ${runtime}`,
    hint: 'leave it out, or give the version an artifact that canary can run',
  };
}

function needsLabels(output: OutputSignature, version: string): Mismatch | undefined {
  if (output.kind === 'classification') return undefined;
  if (output.kind === 'regression') {
    return { problem: `needs labels, but ${version} is a regression`, hint: 'write mae or rmse' };
  }
  return { problem: `needs labels, and ${version} answers ${output.kind}`, hint: scoreHint(output.kind) };
}

function scoreHint(kind: FreeKind): string {
  return kind === 'ranking' ? 'write ndcg@10, mrr or recall@10' : 'write exact_match, rouge_l or a score of your own';
}

function needsNumbers(output: OutputSignature, version: string): Mismatch | undefined {
  if (output.kind === 'regression') return undefined;
  if (output.kind === 'classification') {
    return { problem: `needs numbers, but ${version} is a classification`, hint: 'write accuracy or macro_f1' };
  }
  return { problem: `needs numbers, and ${version} answers ${output.kind}`, hint: scoreHint(output.kind) };
}

function needsTwoLabels(output: OutputSignature, version: string): Mismatch | undefined {
  if (output.kind !== 'classification' || output.labels.length === 2) return undefined;
  return {
    problem: `needs two labels, but ${version} has ${output.labels.length}`,
    hint: 'write macro_f1, log_loss or recall(LABEL)',
  };
}

/** Costs of outcomes are those of two labels, and a table has one of every mistake. */
function needsCosts(costs: DecisionCosts | undefined, output: OutputSignature, version: string): Mismatch | undefined {
  if (costs === undefined || output.kind !== 'classification') return undefined;
  if (costs.kind === 'outcomes') {
    const mismatch = needsTwoLabels(output, version);
    const hint = 'write decisionCost as a table: for each true label what each answer costs';
    return mismatch === undefined ? undefined : { ...mismatch, hint };
  }
  const named = [...Object.keys(costs.rows), ...Object.values(costs.rows).flatMap((row) => Object.keys(row))];
  const unknown = named.find((label) => !output.labels.includes(label));
  if (unknown !== undefined) {
    const problem = `has a cost of ${unknown}, which is not a label of ${version}`;
    return { problem, hint: writeOneOf(unknown, output.labels) };
  }
  for (const truth of output.labels) {
    const row = costs.rows[truth] ?? {};
    const silent = output.labels.find((answer) => answer !== truth && !Object.hasOwn(row, answer));
    if (silent === undefined) continue;
    const problem = `does not say what the answer ${silent} costs where ${truth} is true`;
    return { problem, hint: `add decisionCost: { ${truth}: { ${silent}: 5 } }` };
  }
  return undefined;
}

function needsLabel(label: string, output: OutputSignature, version: string): Mismatch | undefined {
  if (output.kind !== 'classification' || output.labels.includes(label)) return undefined;
  return { problem: `is of a label that ${version} does not have`, hint: writeOneOf(label, output.labels) };
}
