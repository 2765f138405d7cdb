import { writeOneOf } from '../../domain/did-you-mean.ts';
import type { Finding } from '../../documents/findings.ts';
import { readSpan } from './quantity.ts';
import { readAt } from './section.ts';
import { child, keysOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../documents/tree.ts';
import type { CheckAction, Checks, Golden } from '../../domain/plan.ts';
import { planDefaults } from './defaults.ts';
import type { WrittenChecks, WrittenPlan } from './written-plan.ts';

const actions: readonly string[] = ['warn', 'hold'];

/** Checks what `checks` says each check does, and the span that it asks for. */
export function checkChecks(root: TreeNode): Finding[] {
  return [
    ...keysOf(nodeAt(root, ['checks'])).flatMap((name) => checkAction(root, ['checks', name])),
    ...readAt(root, ['checks', 'window', 'minDuration'], readSpan).findings,
  ];
}

/** An action stands for itself or under its check's key `action`. */
function checkAction(root: TreeNode, path: TreePath): Finding[] {
  const node = nodeAt(root, path);
  const isMap = node?.kind === 'map';
  const action = textOf(isMap ? child(node, 'action') : node);
  if (action === undefined || actions.includes(action)) return [];
  return [
    {
      path: isMap ? [...path, 'action'] : path,
      rule: 'unknown-action',
      message: `${isMap ? 'action' : String(path.at(-1))}: ${action === '' ? '""' : action} is not an action`,
      hint: hintFor(action),
    },
  ];
}

function hintFor(action: string): string {
  // Nothing turns a check off: what it finds stays in the evidence, whatever the plan makes of it.
  if (['off', 'ignore', 'skip', 'none', 'pass'].includes(action))
    return 'write warn: the finding is told and decides nothing';
  return writeOneOf(action, actions);
}

/**
 * What the checks ask for once the plan's words are put over the defaults. A shortest time that the plan writes itself
 * was meant, so that missing it holds; the built-in one only warns where pairs decide.
 */
export function normaliseChecks({ checks = {}, stages }: WrittenPlan): Checks {
  const defaults = planDefaults.checks;
  const window = asMap(checks.window);
  const durationWritten =
    window.minDuration !== undefined || stages.some(({ minDuration }) => minDuration !== undefined);
  const minDuration = readSpan(window.minDuration ?? defaults.window.minDuration);
  if (!minDuration.ok) throw new Error(`normalise was given an unchecked value: ${minDuration.problem}`);
  return {
    sampleRatio: { ...defaults.sampleRatio, ...asMap(checks.sampleRatio) },
    parity: { ...defaults.parity, ...asMap(checks.parity) },
    coverage: { ...defaults.coverage, ...asMap(checks.coverage) },
    window: {
      ...(window.action === undefined ? (durationWritten ? { action: 'hold' } : {}) : { action: window.action }),
      minDurationMs: minDuration.value,
    },
    segments: { ...defaults.segments, ...asMap(checks.segments) },
    segmentMix: { ...defaults.segmentMix, ...asMap(checks.segmentMix) },
    labels: { ...defaults.labels, ...asMap(checks.labels) },
    selection: { ...defaults.selection, ...asMap(checks.selection) },
    stability: { ...defaults.stability, ...asMap(checks.stability) },
  };
}

/** The golden requests, with what a wrong answer does. */
export function normaliseGolden(source: string | readonly string[], checks: WrittenChecks = {}): Golden {
  const { action } = { ...planDefaults.checks.golden, ...asMap(checks.golden) };
  return { source: typeof source === 'string' ? [source] : source, action };
}

/** `parity: warn` is short for `parity: { action: warn }`. */
function asMap<Settings extends { readonly action?: CheckAction }>(
  written: CheckAction | Settings | undefined,
): Settings | { readonly action?: CheckAction; readonly minDuration?: undefined } {
  if (written === undefined) return {};
  return typeof written === 'string' ? { action: written } : written;
}
