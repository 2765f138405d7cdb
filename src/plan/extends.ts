import { dirname, isAbsolute, join } from 'node:path';
import { UserError, type Diagnostic } from '../domain/errors.ts';
import { locationOf, type ReplacedValue, sourceText, type SourceText } from '../documents/source-text.ts';
import { child, type MapNode, mergeMaps, nodeAt, textOf, type TreeNode } from '../documents/tree.ts';
import { parseYaml, type YamlTree } from '../documents/yaml-tree.ts';
import { lockFindings } from './locks.ts';
import { metricOf, overridesOf } from './overrides.ts';

/** Most files that extend each other. */
const mostBases = 100;

/** Returns the text of a base file. @throws UserError when it cannot be read. */
export type ReadBase = (pathFromPlanFolder: string) => string;

/** A plan over its bases, and what it writes otherwise than they do. */
export interface PlanTree extends YamlTree {
  readonly overrides: readonly ReplacedValue[];
}

/**
 * Parses a plan and puts it over the base files that it extends, nearest first.
 * The merged tree's nodes keep the positions of the files that they come from.
 */
export function parseWithBases(plan: SourceText, readBase: ReadBase): PlanTree {
  return parseOver(plan, '', [plan.file], readBase);
}

/**
 * @param folder where the text stands, from the plan's folder.
 * @param chain the files that led here, as messages show them, to notice a cycle.
 */
function parseOver(source: SourceText, folder: string, chain: readonly string[], readBase: ReadBase): PlanTree {
  const own = parseYaml(source);
  const reference = own.root === undefined ? undefined : child(own.root, 'extends');
  if (own.root === undefined || reference === undefined) return { ...own, overrides: [] };
  const failed = (rule: string, message: string, hint: string): PlanTree => {
    const diagnostic: Diagnostic = { severity: 'error', rule, ...locationOf(reference.at), message, hint };
    return { root: own.root, diagnostics: [...own.diagnostics, diagnostic], overrides: [] };
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
      `extends: ${written} extends itself (${loop})`,
      'remove one extends from the circle',
    );
  }
  if (chain.length > mostBases) {
    return failed('too-many-bases', `extends: more than ${mostBases} files extend each other`, 'merge some of them');
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
  if (base.root === undefined) return { root: undefined, diagnostics, overrides: [] };
  if (base.root.kind !== 'map') {
    const { message, hint } = noPlan(written, text);
    return failed('base-without-keys', message, hint);
  }
  if (own.root.kind !== 'map') return { root: own.root, diagnostics, overrides: [] };
  return {
    root: mergePlans(base.root, own.root),
    diagnostics: [...diagnostics, ...lockFindings(base.root, own.root)],
    overrides: overridesOf(base.root, own.root),
  };
}

/** What a base file is that has no keys: whatever it was meant to say, its guardrails must not vanish without a word. */
function noPlan(written: string, text: string): { readonly message: string; readonly hint: string } {
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    return { message: `extends: ${written} is a Git LFS pointer, not the file`, hint: 'run git lfs pull' };
  }
  const nothing = text.split('\n').every((line) => /^\s*(?:#.*|---.*|\.\.\.)?$/u.test(line));
  return {
    message: `extends: ${written} ${nothing ? 'holds nothing' : 'is not a part of a plan: it has no keys'}`,
    hint: 'write a key in it, such as guardrails:, or delete the line',
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

function mergePlans(base: MapNode, plan: MapNode): TreeNode {
  const merged = mergeMaps(base, plan);
  const guardrails = mergeGuardrails(nodeAt(base, ['guardrails']), nodeAt(plan, ['guardrails']));
  const locked = mergeLocks(nodeAt(base, ['locked']), nodeAt(plan, ['locked']));
  const lists = [
    ...(guardrails === undefined ? [] : ([['guardrails', guardrails]] as const)),
    ...(locked === undefined ? [] : ([['locked', locked]] as const)),
  ];
  const placed = lists.map(([key, value]) => [key, { at: plan.entries.get(key)?.at ?? value.at, value }] as const);
  return { ...merged, entries: new Map([...merged.entries, ...placed]) };
}

/** What is locked stays so, whatever a file over it locks too. */
function mergeLocks(base: TreeNode | undefined, plan: TreeNode | undefined): TreeNode | undefined {
  if (base?.kind !== 'list' || plan?.kind !== 'list') return undefined;
  return { kind: 'list', at: plan.at, items: [...base.items, ...plan.items] };
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
