import { holdsVersionNumbers } from '../../domain/told-number.ts';
import { writeOneOf } from '../../domain/did-you-mean.ts';
import type { Finding } from '../../documents/findings.ts';
import { readSpan } from './quantity.ts';
import { known, readAt, sectionOf, type SectionReading } from './section.ts';
import {
  child,
  choiceOf,
  itemsOf,
  keysOf,
  nodeAt,
  numberOf,
  textOf,
  textsOf,
  type TreeNode,
  type TreePath,
} from '../../documents/tree.ts';
import { checkActions, type Checks, type Golden } from '../../domain/plan.ts';
import { planDefaults } from './defaults.ts';

/**
 * Reads what the checks ask for and what each does, over the defaults. A shortest time that the plan writes itself was
 * meant, so that missing it holds; the built-in one only warns where pairs decide.
 */
export function readChecks(root: TreeNode): SectionReading<Checks | undefined> {
  const checks = nodeAt(root, ['checks']);
  const defaults = planDefaults.checks;
  const otherwise = defaults.window.minDuration;
  const minDuration = readAt(root, ['checks', 'window', 'minDuration'], readSpan, { otherwise });
  const durationWritten = [child(checks, 'window'), ...itemsOf(nodeAt(root, ['stages']))].some(
    (node) => child(node, 'minDuration') !== undefined,
  );
  const window = {
    ...known({ action: actionOf(child(checks, 'window')) ?? (durationWritten ? 'hold' : undefined) }),
    ...(child(checks, 'window') !== undefined && readsNumbers(root) ? { asked: true as const } : {}),
  };
  const written = (name: keyof Checks) => {
    const check = child(checks, name);
    return known({ action: actionOf(check), alpha: numberOf(child(check, 'alpha')) });
  };
  const value = sectionOf(
    {
      sampleRatio: { ...defaults.sampleRatio, ...written('sampleRatio') },
      parity: { ...defaults.parity, ...written('parity') },
      coverage: { ...defaults.coverage, ...written('coverage') },
      window: sectionOf({ ...window, minDurationMs: minDuration.value }),
      segments: { ...defaults.segments, ...written('segments') },
      segmentMix: { ...defaults.segmentMix, ...written('segmentMix') },
      labels: { ...defaults.labels, ...written('labels') },
      selection: { ...defaults.selection, ...written('selection') },
      stability: { ...defaults.stability, ...written('stability') },
      alarm: { action: alarmOf(checks) ?? defaults.alarm.action },
    },
    { assignment: readDefinitionCheck(root) },
  );
  const ofActions = keysOf(checks)
    .filter((name) => name !== 'alarm')
    .flatMap((name) => checkAction(root, ['checks', name]));
  return { value, findings: [...ofActions, ...minDuration.findings] };
}

/** Whether anything of the plan is told by numbers instead of requests. */
function readsNumbers(root: TreeNode): boolean {
  return nodeAt(root, ['sources']) !== undefined || holdsVersionNumbers(textOf(nodeAt(root, ['requests', 'format'])));
}

/** An alarm is never turned down to a warning. */
function alarmOf(checks: TreeNode | undefined) {
  const alarm = child(checks, 'alarm');
  return choiceOf(alarm?.kind === 'map' ? child(alarm, 'action') : alarm, ['hold', 'rollback']);
}

/** What a flag's definition does that is not the stage's, where the plan names one. */
function readDefinitionCheck(root: TreeNode): Checks['assignment'] {
  const action = actionOf(nodeAt(root, ['checks', 'assignment']));
  if (action === undefined && nodeAt(root, ['assignment', 'file']) === undefined) return undefined;
  return { action: action ?? planDefaults.checks.assignment.action };
}

/** The golden requests, with what a wrong answer does; what is wrong with that is found with the checks. */
export function readGolden(root: TreeNode): Golden | undefined {
  const source = nodeAt(root, ['golden']);
  if (source === undefined) return undefined;
  const action = actionOf(nodeAt(root, ['checks', 'golden'])) ?? planDefaults.checks.golden.action;
  return { source: textsOf(source), action };
}

/** `parity: warn` is short for `parity: { action: warn }`. */
function actionOf(check: TreeNode | undefined): Golden['action'] | undefined {
  return choiceOf(check?.kind === 'map' ? child(check, 'action') : check, checkActions);
}

/** An action stands for itself or under its check's key `action`. */
function checkAction(root: TreeNode, path: TreePath): Finding[] {
  const node = nodeAt(root, path);
  const at = node?.kind === 'map' ? [...path, 'action'] : path;
  const action = textOf(nodeAt(root, at));
  if (action === undefined || actionOf(node) !== undefined) return [];
  const message = `${at.at(-1)}: ${action === '' ? '""' : action} is not an action`;
  return [{ path: at, rule: 'unknown-action', message, hint: hintFor(action) }];
}

function hintFor(action: string): string {
  // Nothing turns a check off: what it finds stays in the evidence, whatever the plan makes of it.
  if (['off', 'ignore', 'skip', 'none', 'pass'].includes(action))
    return 'write warn: the finding is shown but decides nothing';
  return writeOneOf(action, checkActions);
}
