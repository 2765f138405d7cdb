import type { Finding } from '../../../documents/findings.ts';
import {
  child,
  choiceOf,
  itemsOf,
  nodeAt,
  numberOf,
  textOf,
  type TreeNode,
  type TreePath,
} from '../../../documents/tree.ts';
import type { RequestSource, Stage } from '../../../domain/plan.ts';
import { bases } from '../../../domain/stages/basis.ts';
import { planDefaults } from '../defaults.ts';
import { readFraction, readSpan } from '../quantity.ts';
import { known, readAt, type SectionReading } from '../section.ts';
import { readIncreaseWindow } from './increase-window.ts';
import { readOwnRequests } from './own-requests.ts';

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
  const bake = readAt(root, [...path, 'bake'], readSpan);
  const increaseWindow = readAt(root, [...path, 'increaseWindow'], readIncreaseWindow);
  const requests = readOwnRequests(root, path);
  const findings = [
    ...[weight, minDuration, bake, increaseWindow, requests].flatMap((read) => read.findings),
    ...checkBasis(root, path, requests.value),
  ];
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
            ...known({
              minDurationMs: minDuration.value,
              requests: requests.value,
              basis: choiceOf(child(node, 'basis'), bases),
              bakeMs: bake.value,
              newRequests: numberOf(child(node, 'newRequests')),
              increaseWindow: increaseWindow.value,
              approve: isTrue(child(node, 'approve')),
            }),
          },
        ];
  return { value: { weighted, stage }, findings };
}

/** A key that is written to say yes; undefined where it says no or nothing. */
function isTrue(node: TreeNode | undefined): true | undefined {
  return node?.kind === 'scalar' && node.value === true ? true : undefined;
}

/** What was served is known where each request says by whom. */
function checkBasis(root: TreeNode, path: TreePath, own: RequestSource | undefined): Finding[] {
  if (textOf(nodeAt(root, [...path, 'basis'])) !== 'live') return [];
  const format = textOf(nodeAt(root, ['requests', 'format']));
  const isCanary = format === undefined || format === 'canary';
  const tellsWho =
    own === undefined
      ? !isCanary || nodeAt(root, ['requests', 'fields', 'servedBy']) !== undefined
      : own.fields.served !== undefined;
  if (tellsWho) return [];
  const message = 'basis: live needs a log in which each request says which version served it';
  const hint = 'write requests: { fields: { servedBy: model_version } }, with the field that names the version';
  return [{ path: [...path, 'basis'], rule: 'invalid-value', message, hint }];
}

function checkRising(stages: readonly WeightedStage[]): Finding[] {
  return stages.slice(1).flatMap(({ path, weight, written }, index): Finding[] => {
    const before = stages[index];
    if (before === undefined || weight >= before.weight) return [];
    const message = `weight: ${written} is below the ${before.written} of the stage before`;
    return [
      { path, rule: 'falling-weight', message, hint: 'put the stages in order of their weights, which must not fall' },
    ];
  });
}

function checkLast({ path, weight, written }: WeightedStage): Finding[] {
  if (weight === 1) return [];
  const message = `weight: ${written} is the last stage's, so the candidate would never take all traffic`;
  return [{ path, rule: 'last-weight', message, hint: 'add a stage after it: { name: full, weight: 1 }' }];
}
