import type { Position } from './source-text.ts';

/**
 * A YAML value that remembers where it stands. Values of several files can be merged into one tree,
 * so every node carries its own position.
 */
export type TreeNode = MapNode | ListNode | ScalarNode;

export interface MapNode {
  readonly kind: 'map';
  readonly at: Position;
  readonly entries: ReadonlyMap<string, TreeEntry>;
}

export interface TreeEntry {
  /** Where the key stands. */
  readonly at: Position;
  readonly value: TreeNode;
}

export interface ListNode {
  readonly kind: 'list';
  readonly at: Position;
  readonly items: readonly TreeNode[];
}

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly at: Position;
  readonly value: string | number | boolean | null;
  /** As written, without quotes: `1.40` where the value is 1.4. */
  readonly written: string;
}

/** Steps from the root of a tree: keys of maps, and indices of lists (from 0). */
export type TreePath = readonly (string | number)[];

/** The plain value of a tree, as JSON would hold it. */
export function plainValue(node: TreeNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.value)]));
}

/** The node one step below, if there is one. */
export function child(node: TreeNode | undefined, step: string | number): TreeNode | undefined {
  if (node?.kind === 'map') return node.entries.get(String(step))?.value;
  if (node?.kind === 'list') return node.items[Number(step)];
  return undefined;
}

/** The node at the end of a path, if there is one. */
export function nodeAt(root: TreeNode, path: TreePath): TreeNode | undefined {
  return path.reduce<TreeNode | undefined>(child, root);
}

/** The items of a list; none for anything else. */
export function itemsOf(node: TreeNode | undefined): readonly TreeNode[] {
  return node?.kind === 'list' ? node.items : [];
}

/** The keys of a map; none for anything else. */
export function keysOf(node: TreeNode | undefined): readonly string[] {
  return node?.kind === 'map' ? [...node.entries.keys()] : [];
}

/** The text of a string scalar; undefined for anything else. */
export function textOf(node: TreeNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The number of a scalar; undefined for anything else. */
export function numberOf(node: TreeNode | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined;
}

/** The texts of a list, or the one text that stands for a list of itself. */
export function textsOf(node: TreeNode | undefined): readonly string[] {
  return (node?.kind === 'list' ? node.items : [node]).flatMap((item) => textOf(item) ?? []);
}

/** Which of the words that mean something here a scalar is; undefined for anything else. */
export function choiceOf<Word extends string>(node: TreeNode | undefined, words: readonly Word[]): Word | undefined {
  const text = textOf(node);
  return words.find((word) => word === text);
}

/** Whether a key was written without a value. */
export function isEmpty(node: TreeNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value === null;
}

/** Maps merge deeply; everything else of the upper one replaces the lower's. Nodes keep their places. */
export function mergeMaps(lower: MapNode, upper: MapNode): MapNode {
  const entries = new Map(lower.entries);
  for (const [key, own] of upper.entries) {
    const inherited = entries.get(key)?.value;
    const isMap = inherited?.kind === 'map' && own.value.kind === 'map';
    entries.set(key, isMap ? { at: own.at, value: mergeMaps(inherited, own.value) } : own);
  }
  return { kind: 'map', at: upper.at, entries };
}

/**
 * Where to point for a path: at a scalar's value, at the key of a map or list, and for a path that leads nowhere at the
 * nearest thing above it that exists.
 */
export function positionOf(root: TreeNode, path: TreePath): Position {
  let node = root;
  let key = root.at;
  for (const step of path) {
    const below = child(node, step);
    if (below === undefined) break;
    key = node.kind === 'map' ? keyPosition(node, String(step)) : below.at;
    node = below;
  }
  return node.kind === 'scalar' ? node.at : key;
}

/** Where the last key of a path stands; the place of `positionOf` where the path does not end in a key. */
export function keyPositionOf(root: TreeNode, path: TreePath): Position {
  const parent = nodeAt(root, path.slice(0, -1));
  const step = path.at(-1);
  if (parent?.kind === 'map' && parent.entries.has(String(step))) return keyPosition(parent, String(step));
  return positionOf(root, path);
}

function keyPosition(node: MapNode, key: string): Position {
  return node.entries.get(key)?.at ?? node.at;
}
