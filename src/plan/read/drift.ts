import { holdsNumbers } from '../../domain/told-number.ts';
import type { Finding } from '../../documents/findings.ts';
import { readWindow } from './window.ts';
import { child, choiceOf, itemsOf, nodeAt, numberOf, textOf, textsOf, type TreeNode } from '../../documents/tree.ts';
import type { DriftReference, DriftThresholds } from '../../domain/drift.ts';
import { checkActions, type Drift } from '../../domain/plan.ts';
import { planDefaults } from './defaults.ts';
import { validatePaths } from './paths.ts';
import { type SectionReading, unusedKey } from './section.ts';

/** Reads `drift` over its defaults, and checks that no time is both reference and now. */
export function readDrift(root: TreeNode): SectionReading<Drift | undefined> {
  const drift = nodeAt(root, ['drift']);
  if (drift === undefined) return { value: undefined, findings: [] };
  const defaults = planDefaults.drift;
  const features = child(drift, 'features');
  const thresholdOf = (key: keyof DriftThresholds) =>
    numberOf(nodeAt(drift, ['thresholds', key])) ?? defaults.thresholds[key];
  const reference = readReference(root, child(drift, 'reference'));
  const value: Drift = {
    features: features?.kind === 'list' ? textsOf(features) : defaults.features,
    thresholds: {
      psi: thresholdOf('psi'),
      jensenShannon: thresholdOf('jensenShannon'),
      ks: thresholdOf('ks'),
      quality: thresholdOf('quality'),
    },
    alpha: numberOf(child(drift, 'alpha')) ?? defaults.alpha,
    action: choiceOf(child(drift, 'action'), checkActions) ?? defaults.action,
    reference: reference.value,
  };
  const misplaced = validatePaths(root, ['drift', 'features']);
  const format = textOf(nodeAt(root, ['requests', 'format']));
  if (holdsNumbers(format)) {
    const message = `drift compares records, but ${format === 'sums' ? 'sums' : 'numbers per version'} have none`;
    const hint = 'delete drift, or name a log of requests';
    return { value, findings: [...misplaced, unusedKey(['drift'], message, hint)] };
  }
  return { value, findings: [...misplaced, ...checkFeatures(textOf(features)), ...reference.findings] };
}

function checkFeatures(written: string | undefined): Finding[] {
  if (written === undefined || written === 'auto') return [];
  const message = `features: ${written === '' ? '""' : written} is neither auto nor a list of fields`;
  const hint = written === '' ? 'write features: auto' : `write features: [${written}] or features: auto`;
  return [{ path: ['drift', 'features'], rule: 'invalid-value', message, hint }];
}

function readReference(root: TreeNode, reference: TreeNode | undefined): SectionReading<DriftReference> {
  if (reference?.kind !== 'map') return { value: { kind: 'files', source: textsOf(reference) }, findings: [] };
  const path = ['drift', 'reference'];
  const window = readWindow(root, path);
  const value = { kind: 'window', ...window.value } as const;
  if (child(reference, 'from') === undefined && child(reference, 'to') === undefined) {
    const message = 'drift.reference names neither a log nor a time';
    const hint = 'write reference: { from: 2026-10-01, to: 2026-10-08 }';
    return { value, findings: [{ path, rule: 'missing-key', message, hint }] };
  }
  return { value, findings: window.findings.length > 0 ? window.findings : checkOverlap(root, window.value) };
}

/**
 * A window of the same log is a reference only where what is judged now lies outside of it; a stage with a log of its own is
 * compared with a window of that log.
 */
function checkOverlap(root: TreeNode, reference: Times): Finding[] {
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
  return [{ path: ['drift', 'reference'], rule: 'overlapping-reference', message, hint }];
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
