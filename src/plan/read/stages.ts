import type { Finding } from '../../documents/findings.ts';
import {
  child,
  itemsOf,
  nodeAt,
  numberOf,
  textOf,
  textsOf,
  type TreeNode,
  type TreePath,
} from '../../documents/tree.ts';
import type { Stage } from '../../domain/plan.ts';
import { planDefaults } from './defaults.ts';
import { readFraction, readSpan } from './quantity.ts';
import { readAt, type SectionReading } from './section.ts';
import { readWindow } from './window.ts';

interface WeightedStage {
  readonly path: TreePath;
  readonly weight: number;
  /** As the plan writes it. */
  readonly written: string;
}

/** Reads every stage, and checks that weights never fall and that the last stage takes all traffic. */
export function readStages(root: TreeNode): SectionReading<readonly Stage[]> {
  const items = itemsOf(nodeAt(root, ['stages']));
  const stages = items.map((_, index) => readStage(root, ['stages', index]));
  const weighted = stages.flatMap(({ value }) => value.weighted);
  const last = weighted.at(-1);
  const isLastStage = last?.path[1] === items.length - 1;
  return {
    value: stages.flatMap(({ value }) => value.stage),
    findings: [
      ...stages.flatMap(({ findings }) => findings),
      ...checkRising(weighted),
      ...(last !== undefined && isLastStage ? checkLast(last) : []),
    ],
  };
}

/** A stage without a weight, or without a name, is none. */
function readStage(
  root: TreeNode,
  path: TreePath,
): SectionReading<{ readonly weighted: WeightedStage[]; readonly stage: Stage[] }> {
  const node = nodeAt(root, path);
  const weight = readAt(root, [...path, 'weight'], readFraction, { rule: 'invalid-weight' });
  const minDuration = readAt(root, [...path, 'minDuration'], readSpan);
  const window = readWindow(root, path);
  const findings = [weight, minDuration, window].flatMap((read) => read.findings);
  if (weight.value === undefined) return { value: { weighted: [], stage: [] }, findings };
  const written = child(node, 'weight');
  const weighted = [
    {
      path: [...path, 'weight'],
      weight: weight.value,
      written: written?.kind === 'scalar' ? written.written : '',
    },
  ];
  const name = textOf(child(node, 'name'));
  const minRequests = numberOf(child(node, 'minRequests'));
  const minUnits = numberOf(child(node, 'minUnits'));
  const source = child(node, 'source');
  const stage =
    name === undefined
      ? []
      : [
          {
            name,
            weight: weight.value,
            minRequests: minRequests ?? planDefaults.stages.minRequests,
            minUnits: minUnits ?? planDefaults.stages.minUnits,
            plannedSize: { requests: minRequests !== undefined, units: minUnits !== undefined },
            ...(minDuration.value === undefined ? {} : { minDurationMs: minDuration.value }),
            ...(source === undefined ? {} : { source: textsOf(source) }),
            ...window.value,
          },
        ];
  return { value: { weighted, stage }, findings };
}

function checkRising(stages: readonly WeightedStage[]): Finding[] {
  return stages.slice(1).flatMap(({ path, weight, written }, index): Finding[] => {
    const before = stages[index];
    if (before === undefined || weight >= before.weight) return [];
    const message = `weight: ${written} is below the ${before.written} of the stage before`;
    return [
      { path, rule: 'falling-weight', message, hint: 'put the stages in order of their weights, which never fall' },
    ];
  });
}

function checkLast({ path, weight, written }: WeightedStage): Finding[] {
  if (weight === 1) return [];
  const message = `weight: ${written} is the last stage's, so the candidate would never take all traffic`;
  return [{ path, rule: 'last-weight', message, hint: 'add a stage after it: { name: full, weight: 1 }' }];
}
