import type { Finding } from '../../../documents/findings.ts';
import {
  child,
  keysOf,
  type MapNode,
  mergeMaps,
  nodeAt,
  textOf,
  type TreeEntry,
  type TreeNode,
  type TreePath,
} from '../../../documents/tree.ts';
import type { RequestSource } from '../../../domain/plan.ts';
import { isReadWith } from '../remote/prometheus.ts';
import { readRequests } from '../requests.ts';
import { unusedKey, type SectionReading } from '../section.ts';

/** Keys of a stage that are short for those of its requests. */
const short = ['source', 'from', 'to'] as const;

/** Reads a stage's own requests: the plan's, under what the stage writes of them. Undefined for a stage that writes nothing. */
export function readOwnRequests(root: TreeNode, path: TreePath): SectionReading<RequestSource | undefined> {
  const own = ownRequests(nodeAt(root, path));
  const shared = nodeAt(root, ['requests']);
  if (own === undefined || root.kind !== 'map' || shared?.kind !== 'map') return { value: undefined, findings: [] };
  const requests: TreeEntry = { at: own.at, value: mergeMaps(withoutOther(shared, own), own) };
  const merged: MapNode = { ...root, entries: new Map([...root.entries, ['requests', requests]]) };
  const { value, findings } = readRequests(merged);
  const known = new Set(readRequests(root).findings.map(keyOf));
  const ofStage = findings.filter((finding) => !known.has(keyOf(finding)));
  return {
    value,
    findings: [
      ...twice(root, path),
      ...ofStage.map((finding) => ({ ...finding, path: placeOf(root, path, finding.path) })),
    ],
  };
}

/** Numbers that the plan holds itself and files of numbers are one or the other, and so are a log and a metrics server. */
function withoutOther(shared: MapNode, own: MapNode): MapNode {
  const replaced = new Set(own.entries.has('source') ? ['numbers'] : own.entries.has('numbers') ? ['source'] : []);
  const format = textOf(child(own, 'format')) ?? textOf(child(shared, 'format')) ?? 'canary';
  const isOther = format !== (textOf(child(shared, 'format')) ?? 'canary');
  const kept = [...shared.entries].filter(([key]) => !replaced.has(key) && (!isOther || isReadWith(format, key)));
  return { ...shared, entries: new Map(kept) };
}

function ownRequests(stage: TreeNode | undefined): MapNode | undefined {
  if (stage?.kind !== 'map') return undefined;
  const written = child(stage, 'requests');
  const named = short.flatMap((key): [string, TreeEntry][] => {
    const entry = stage.entries.get(key);
    return entry === undefined ? [] : [[key, entry]];
  });
  if (written?.kind === 'map') return { ...written, entries: new Map([...named, ...written.entries]) };
  return named.length === 0 ? undefined : { kind: 'map', at: stage.at, entries: new Map(named) };
}

/** `source` beside `requests: { source }` would be one of two. */
function twice(root: TreeNode, path: TreePath): Finding[] {
  const stage = nodeAt(root, path);
  const inRequests = keysOf(child(stage, 'requests'));
  return short
    .filter((key) => child(stage, key) !== undefined && inRequests.includes(key))
    .map((key) => unusedKey([...path, key], `${key} is also written in the stage's requests`, 'delete one of the two'));
}

/** Where the stage writes what a finding is about: in its requests, beside them, or nowhere but in the plan's. */
function placeOf(root: TreeNode, path: TreePath, found: TreePath): TreePath {
  if (found[0] !== 'requests') return found;
  const inside = [...path, ...found];
  if (nodeAt(root, inside) !== undefined) return inside;
  const beside = [...path, ...found.slice(1)];
  return nodeAt(root, beside) === undefined ? [...path, 'requests'] : beside;
}

function keyOf({ path, rule, message }: Finding): string {
  return JSON.stringify([path, rule, message]);
}
