import type { Finding } from '../../documents/findings.ts';
import { readWindow } from './window.ts';
import {
  child,
  choiceOf,
  itemsOf,
  nodeAt,
  numberOf,
  textOf,
  textsOf,
  type TreeNode,
  type TreePath,
} from '../../documents/tree.ts';
import type { Drift, DriftThresholds } from '../../domain/plan.ts';
import { planDefaults } from './defaults.ts';
import type { SectionReading } from './section.ts';

/** Reads `drift`, and checks that no time is both reference and now. */
export function readDrift(root: TreeNode): SectionReading<Drift | undefined> {
  const drift = nodeAt(root, ['drift']);
  return { value: drift === undefined ? undefined : driftOf(root, drift), findings: checkDrift(root, drift) };
}

/** What drift is measured against, with the defaults filled in. */
function driftOf(root: TreeNode, drift: TreeNode): Drift {
  const defaults = planDefaults.drift;
  const features = child(drift, 'features');
  const thresholds = child(drift, 'thresholds');
  const thresholdOf = (key: keyof DriftThresholds) => numberOf(child(thresholds, key)) ?? defaults.thresholds[key];
  const reference = child(drift, 'reference');
  return {
    features: features?.kind === 'list' ? textsOf(features) : defaults.features,
    thresholds: {
      psi: thresholdOf('psi'),
      jensenShannon: thresholdOf('jensenShannon'),
      ks: thresholdOf('ks'),
      quality: thresholdOf('quality'),
    },
    alpha: numberOf(child(drift, 'alpha')) ?? defaults.alpha,
    action: choiceOf(child(drift, 'action'), ['warn', 'hold']) ?? defaults.action,
    reference:
      reference?.kind === 'map'
        ? { kind: 'window', ...readWindow(root, ['drift', 'reference']).value }
        : { kind: 'files', source: textsOf(reference) },
  };
}

function checkDrift(root: TreeNode, drift: TreeNode | undefined): readonly Finding[] {
  const path = ['drift', 'reference'];
  const reference = nodeAt(root, path);
  const features = textOf(nodeAt(root, ['drift', 'features']));
  if (drift !== undefined && textOf(nodeAt(root, ['requests', 'format'])) === 'aggregates') {
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
  const reference = readWindow(root, path).value;
  const ofPlan = readWindow(root, ['requests']).value;
  const stages = itemsOf(nodeAt(root, ['stages'])).map((stage, index) => {
    const own = readWindow(root, ['stages', index]).value;
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
  readonly from?: string | undefined;
  readonly to?: string | undefined;
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
