import { holdsVersionNumbers } from '../../domain/told-number.ts';
import { didYouMean } from '../../domain/did-you-mean.ts';
import { formatOfGuardrail } from './remote/guarded-source.ts';
import type { Finding } from '../../documents/findings.ts';
import { itemsOf, keysOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';

const derivedDimensions: Readonly<Record<string, string>> = {
  hour: 'timestamp.hour',
  weekday: 'timestamp.weekday',
};

/** Checks that a guardrail names dimensions that `requests.segments` has, or all of them where it has any. */
export function validateGuardedSegments(root: TreeNode, path: TreePath): Finding[] {
  const dimensions = dimensionsOf(root, formatOfGuardrail(root, nodeAt(root, path.slice(0, -1))));
  if (dimensions === undefined) return [];
  const node = nodeAt(root, path);
  return [
    ...checkAutomatic(textOf(node), path, dimensions),
    ...itemsOf(node).flatMap((item, position) => checkDimension(textOf(item), [...path, position], dimensions)),
  ];
}

/** Checks that `coverage` names dimensions that `requests.segments` has. */
export function validateCoveredSegments(root: TreeNode): Finding[] {
  const dimensions = dimensionsOf(root, textOf(nodeAt(root, ['requests', 'format'])));
  if (dimensions === undefined) return [];
  const path = ['coverage', 'segments'];
  return keysOf(nodeAt(root, path)).flatMap((name) => checkDimension(name, [...path, name], dimensions));
}

/** Undefined where they are not the plan's to say: the dimensions of numbers are those that the numbers name, wherever they are. */
function dimensionsOf(root: TreeNode, format: string | undefined): readonly string[] | undefined {
  return holdsVersionNumbers(format) ? undefined : keysOf(nodeAt(root, ['requests', 'segments']));
}

function checkAutomatic(written: string | undefined, path: TreePath, dimensions: readonly string[]): Finding[] {
  if (written === undefined) return [];
  if (written !== 'auto') {
    const message = `segments: ${written === '' ? '""' : written} is neither auto nor a list of dimensions`;
    const hint = dimensions.includes(written)
      ? `write segments: [${written}]`
      : 'write segments: auto or segments: [locale]';
    return [{ path, rule: 'invalid-value', message, hint }];
  }
  if (dimensions.length > 0) return [];
  const message = 'segments: auto has no dimension to judge by';
  return [{ path, rule: 'unknown-dimension', message, hint: 'add locale: context.locale under requests.segments' }];
}

function checkDimension(name: string | undefined, path: TreePath, dimensions: readonly string[]): Finding[] {
  if (name === undefined || name === '' || dimensions.includes(name)) return [];
  const message = `${name} is not a dimension of requests.segments`;
  return [{ path, at: 'key', rule: 'unknown-dimension', message, hint: hintFor(name, dimensions) }];
}

function hintFor(name: string, dimensions: readonly string[]): string {
  const derived = derivedDimensions[name];
  if (derived !== undefined) return `add ${name}: ${derived} under requests.segments`;
  if (dimensions.length === 0) return `add ${name}: and its path in a record under requests.segments`;
  return didYouMean(name, dimensions);
}
