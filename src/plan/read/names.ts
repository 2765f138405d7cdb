import type { Finding } from '../../documents/findings.ts';
import { itemsOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';

/** Names of a plan that would collide with another entry of the folder of evidence. */
const reservedPlanNames = ['outcomes'];
/** Names of a stage that would collide with a file of the plan's folder. */
const reservedStageNames = ['evidence.json'];

const folderName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/u;
const longestName = 100;

/** Checks that the plan, its model and its stages have names that every file system takes as a folder's. */
export function validateNames(root: TreeNode): Finding[] {
  const stages = itemsOf(nodeAt(root, ['stages'])).map((_, index) => ['stages', index, 'name']);
  return [
    ...checkName(root, ['name'], reservedPlanNames),
    ...checkName(root, ['model'], []),
    ...stages.flatMap((path) => checkName(root, path, reservedStageNames)),
    ...checkDuplicateStages(root),
  ];
}

function checkName(root: TreeNode, path: TreePath, reserved: readonly string[]): Finding[] {
  const name = textOf(nodeAt(root, path));
  if (name === undefined) return [];
  const key = String(path.at(-1));
  const rule = 'invalid-name';
  if (name === '') return [{ path, rule, message: `${key} is empty`, hint: `write ${key}: and a name` }];
  if (name.length > longestName) {
    const message = `${key} has ${name.length} characters, too many for a folder's name`;
    return [{ path, rule, message, hint: `write at most ${longestName}` }];
  }
  if (!folderName.test(name)) {
    const message = `${key}: ${name} cannot be the name of a folder`;
    const hint = `write letters, digits, dots, underscores and hyphens, such as ${asFolderName(name)}`;
    return [{ path, rule, message, hint }];
  }
  if (!reserved.includes(name.toLowerCase())) return [];
  return [
    { path, rule, message: `${key}: ${name} is the name of one of canary's own files`, hint: 'write another name' },
  ];
}

function asFolderName(name: string): string {
  const cleaned = name.replaceAll(/[^A-Za-z0-9._-]+/gu, '-').replaceAll(/^[._-]+|[.-]+$/gu, '');
  return cleaned === '' ? 'canary-5' : cleaned;
}

/** Two names that differ in case alone are the same folder on many disks. */
function checkDuplicateStages(root: TreeNode): Finding[] {
  const firstUse = new Map<string, string>();
  return itemsOf(nodeAt(root, ['stages'])).flatMap((stage, index): Finding[] => {
    const name = textOf(nodeAt(stage, ['name']));
    if (name === undefined) return [];
    const earlier = firstUse.get(name.toLowerCase());
    firstUse.set(name.toLowerCase(), earlier ?? name);
    if (earlier === undefined) return [];
    const message =
      earlier === name ? `two stages are named ${name}` : `stage ${name} differs from ${earlier} only in case`;
    return [
      { path: ['stages', index, 'name'], rule: 'duplicate-stage', message, hint: 'give each stage its own name' },
    ];
  });
}
