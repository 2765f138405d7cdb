import { dirname, isAbsolute, join } from 'node:path';
import { UserError, type Diagnostic } from '../domain/errors.ts';
import { parseMetric } from '../domain/metric.ts';
import { metricKey } from './read/guardrails.ts';
import { locationOf, sourceText, type SourceText } from '../documents/source-text.ts';
import { child, mergeMaps, nodeAt, textOf, type TreeNode } from '../documents/tree.ts';
import { parseYaml, type YamlTree } from '../documents/yaml-tree.ts';

/** Returns the text of a base file. @throws UserError when it cannot be read. */
export type ReadBase = (pathFromPlanFolder: string) => string;

/**
 * Parses a plan and puts it over the base files that it extends, nearest first.
 * The merged tree's nodes keep the positions of the files that they come from.
 */
export function parseWithBases(plan: SourceText, readBase: ReadBase): YamlTree {
  return parseOver(plan, '', [plan.file], readBase);
}

/**
 * @param folder where the text stands, from the plan's folder.
 * @param chain the files that led here, as messages show them, to notice a cycle.
 */
function parseOver(source: SourceText, folder: string, chain: readonly string[], readBase: ReadBase): YamlTree {
  const own = parseYaml(source);
  const reference = own.root === undefined ? undefined : child(own.root, 'extends');
  if (own.root === undefined || reference === undefined) return own;
  const failed = (rule: string, message: string, hint: string): YamlTree => {
    const diagnostic: Diagnostic = { severity: 'error', rule, ...locationOf(reference.at), message, hint };
    return { root: own.root, diagnostics: [...own.diagnostics, diagnostic] };
  };
  const written = textOf(reference);
  if (written === undefined || written === '') {
    return failed('invalid-extends', 'extends: names no file', 'write the path of one file, relative to this file');
  }

  const path = isAbsolute(written) ? written : join(folder, written);
  const file = isAbsolute(written) ? written : join(dirname(chain[0] ?? ''), path);
  if (chain.some((earlier) => join(earlier) === join(file))) {
    const loop = [...chain, file].join(' -> ');
    return failed(
      'circular-extends',
      `extends: ${written} comes back to itself (${loop})`,
      'remove one extends of the circle',
    );
  }
  const text = readOrFailure(path, readBase);
  if (text instanceof UserError) {
    return failed(
      'unreadable-base',
      `extends: ${written} cannot be read: ${text.message}`,
      'correct the path, which is relative to this file',
    );
  }
  const base = parseOver(sourceText(file, text), dirname(path), [...chain, file], readBase);
  const diagnostics = [...own.diagnostics, ...base.diagnostics];
  if (base.root === undefined) return { root: undefined, diagnostics };
  if (base.root.kind !== 'map') {
    const { message, hint } = noPlan(written, text);
    return failed('base-without-keys', message, hint);
  }
  return { root: mergePlans(base.root, own.root), diagnostics };
}

/** What a base file is that has no keys: whatever it was meant to say, its guardrails must not vanish without a word. */
function noPlan(written: string, text: string): { readonly message: string; readonly hint: string } {
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    return { message: `extends: ${written} is a pointer of Git LFS, not the file`, hint: 'run git lfs pull' };
  }
  const nothing = text.split('\n').every((line) => /^\s*(?:#.*|---.*|\.\.\.)?$/u.test(line));
  return {
    message: `extends: ${written} ${nothing ? 'holds nothing' : 'is no part of a plan: it has no keys'}`,
    hint: 'write key: value in it, such as guardrails:, or take the line out',
  };
}

function readOrFailure(path: string, readBase: ReadBase): string | UserError {
  try {
    return readBase(path);
  } catch (error) {
    // The user hears of an unreadable base with everything else that is wrong; anything else is a bug and goes on.
    if (error instanceof UserError) return error;
    throw error;
  }
}

function mergePlans(base: TreeNode, plan: TreeNode): TreeNode {
  if (base.kind !== 'map' || plan.kind !== 'map') return plan;
  const merged = mergeMaps(base, plan);
  const guardrails = mergeGuardrails(nodeAt(base, ['guardrails']), nodeAt(plan, ['guardrails']));
  if (guardrails === undefined) return merged;
  const at = plan.entries.get('guardrails')?.at ?? guardrails.at;
  return { ...merged, entries: new Map([...merged.entries, ['guardrails', { at, value: guardrails }]]) };
}

/** The base's guardrails come first, without those whose metric the plan bounds itself. Those that are no list stay, to be refused. */
function mergeGuardrails(base: TreeNode | undefined, plan: TreeNode | undefined): TreeNode | undefined {
  if (base === undefined || plan === undefined) return undefined;
  if (base.kind !== 'list') return base;
  if (plan.kind !== 'list') return plan;
  const replaced = new Set(plan.items.map(metricOf));
  const kept = base.items.filter((guardrail) => !replaced.has(metricOf(guardrail)));
  return { kind: 'list', at: plan.at, items: [...kept, ...plan.items] };
}

function metricOf(guardrail: TreeNode): string | undefined {
  const name = textOf(child(guardrail, 'metric'));
  if (name === undefined) return undefined;
  const metric = parseMetric(name);
  return metric === undefined ? name : metricKey(metric);
}
