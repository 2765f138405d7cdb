import type { Finding } from '../../documents/findings.ts';
import { readWindow } from './window.ts';
import { readTime } from './time.ts';
import { child, isEmpty, itemsOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';
import type { Drift, DriftReference } from '../../domain/plan.ts';
import { planDefaults } from './defaults.ts';
import type { WrittenDrift } from './written-plan.ts';

/** Checks what `drift` is measured against: times that exist, and no time that is both reference and now. */
export function checkDrift(root: TreeNode): Finding[] {
  const path = ['drift', 'reference'];
  const reference = nodeAt(root, path);
  const features = textOf(nodeAt(root, ['drift', 'features']));
  if (nodeAt(root, ['drift']) !== undefined && textOf(nodeAt(root, ['requests', 'format'])) === 'aggregates') {
    const message = 'drift compares records, and numbers per version have none';
    return [
      { path: ['drift'], at: 'key', rule: 'unused-key', message, hint: 'delete drift, or name a log of requests' },
    ];
  }
  return [
    ...(features === undefined || features === 'auto' ? [] : [notAList(features)]),
    ...(reference?.kind === 'map' ? checkReference(root, reference, path) : []),
  ];
}

function notAList(written: string): Finding {
  const hint = written === '' ? 'write features: auto' : `write features: [${written}] or features: auto`;
  return {
    path: ['drift', 'features'],
    rule: 'invalid-value',
    message: `features: ${written === '' ? '""' : written} is neither auto nor a list of fields`,
    hint,
  };
}

function checkReference(root: TreeNode, reference: TreeNode, path: TreePath): readonly Finding[] {
  if (child(reference, 'from') === undefined && child(reference, 'to') === undefined) {
    const message = 'drift.reference names neither a log nor a time';
    return [{ path, rule: 'missing-key', message, hint: 'write reference: { from: 2026-10-01, to: 2026-10-08 }' }];
  }
  const wrong = readWindow(root, path).findings;
  return wrong.length > 0 ? wrong : checkOverlap(root, path);
}

/**
 * A window of the same log is a reference only where what is judged now lies outside of it; a stage with a log of its own is
 * compared with a window of that log.
 */
function checkOverlap(root: TreeNode, path: TreePath): Finding[] {
  const reference = windowOf(root, path);
  const ofPlan = windowOf(root, ['requests']);
  const stages = itemsOf(nodeAt(root, ['stages'])).map((stage, index) => {
    const own = windowOf(root, ['stages', index]);
    const name = textOf(child(stage, 'name')) ?? String(index);
    return { where: `stage ${name}`, from: own.from ?? ofPlan.from, to: own.to ?? ofPlan.to };
  });
  const overlapping = stages.find(({ from, to }) => !isApart(reference, { from, to }));
  if (overlapping === undefined) return [];
  const { where, from, to } = overlapping;
  const now = from === undefined && to === undefined ? 'all of the log' : rangeText({ from, to });
  const message = `reference: ${rangeText(reference)} overlaps what ${where} judges, ${now}`;
  const hint =
    reference.to === undefined
      ? 'give the reference a to:, and requests a from: that is not before it'
      : `write requests: { from: ${momentText(reference.to)} }, or an earlier reference`;
  return [{ path, rule: 'overlapping-reference', message, hint }];
}

interface Times {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** The moments of a window in UTC; undefined where it is open, or where what is written is no time and told elsewhere. */
function windowOf(root: TreeNode, path: TreePath): Times {
  const [from, to] = ['from', 'to'].map((key) => {
    const node = nodeAt(root, [...path, key]);
    const written = textOf(node);
    if (written === undefined || isEmpty(node)) return undefined;
    const read = readTime(written);
    return read.ok ? read.value : undefined;
  });
  return { from, to };
}

function rangeText({ from, to }: Times): string {
  return `${from === undefined ? 'the start' : momentText(from)} to ${to === undefined ? 'the end' : momentText(to)}`;
}

/** A day where a moment is the beginning of one. */
function momentText(time: string): string {
  return time.replace(/T00:00:00\.000Z$/u, '').replace('.000Z', 'Z');
}

function isApart(left: Times, right: Times): boolean {
  const ends = (first: Times, second: Times) =>
    first.to !== undefined && second.from !== undefined && first.to <= second.from;
  return ends(left, right) || ends(right, left);
}

/** What drift is measured against, with the defaults filled in. */
export function normaliseDrift({ reference, thresholds, ...written }: WrittenDrift): Drift {
  const defaults = planDefaults.drift;
  return {
    ...defaults,
    ...written,
    thresholds: { ...defaults.thresholds, ...thresholds },
    reference: normaliseReference(reference),
  };
}

function normaliseReference(written: WrittenDrift['reference']): DriftReference {
  if (typeof written === 'string') return { kind: 'files', source: [written] };
  if (!('from' in written || 'to' in written)) return { kind: 'files', source: Array.isArray(written) ? written : [] };
  const { from, to } = written;
  return {
    kind: 'window',
    ...(from === undefined ? {} : { from: moment(from) }),
    ...(to === undefined ? {} : { to: moment(to) }),
  };
}

function moment(written: string): string {
  const read = readTime(written);
  if (!read.ok) throw new Error(`normalise was given an unchecked time: ${read.problem}`);
  return read.value;
}
