import type { RequestSource } from '../../../domain/plan.ts';
import { holdsVersionNumbers } from '../../../domain/told-number.ts';
import type { Finding } from '../../../documents/findings.ts';
import {
  child,
  itemsOf,
  keysOf,
  type MapNode,
  nodeAt,
  type TreeEntry,
  textOf,
  type TreeNode,
  type TreePath,
} from '../../../documents/tree.ts';
import { readRequests } from '../requests.ts';
import { type SectionReading, unusedKey } from '../section.ts';

/** Sources that tell numbers per version. */
const formats = 'prometheus, cloudwatch or aggregates';

/** Reads the further sources of a plan, each as its requests would be; undefined where there are none. */
export function readSources(root: TreeNode): SectionReading<Readonly<Record<string, RequestSource>> | undefined> {
  const list = nodeAt(root, ['sources']);
  if (list?.kind !== 'map') return { value: undefined, findings: [] };
  const guarded = new Set(
    itemsOf(nodeAt(root, ['guardrails'])).flatMap((guardrail) => textOf(child(guardrail, 'source')) ?? []),
  );
  const read = keysOf(list).map((name) => ({ name, ...readSource(root, name) }));
  const found = read.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const]));
  return {
    value: found.length === 0 ? undefined : Object.fromEntries(found),
    findings: read.flatMap(({ name, findings }) => [...findings, ...(guarded.has(name) ? [] : [unguarded(name)])]),
  };
}

function readSource(root: TreeNode, name: string): SectionReading<RequestSource | undefined> {
  const path = ['sources', name];
  if (!/^[a-z][a-z0-9-]*$/u.test(name)) {
    const message = `sources: ${name} is not a name for a source`;
    const hint = 'write small letters, digits and dashes, such as prom';
    return { value: undefined, findings: [{ path, at: 'key', rule: 'invalid-value', message, hint }] };
  }
  const written = nodeAt(root, path);
  if (written?.kind !== 'map' || root.kind !== 'map') return { value: undefined, findings: [] };
  const format = textOf(child(written, 'format'));
  if (!holdsVersionNumbers(format)) {
    const message =
      format === undefined
        ? `sources.${name} does not say its format`
        : `format: a further source gives numbers per version, but ${format} does not`;
    const hint = `write format: ${formats}; the log of requests goes under requests`;
    const at = format === undefined ? path : [...path, 'format'];
    return { value: undefined, findings: [{ path: at, rule: 'invalid-value', message, hint }] };
  }
  const requests: TreeEntry = { at: written.at, value: withSettling(root, written) };
  const { value, findings } = readRequests({ ...root, entries: new Map([['requests', requests]]) });
  return {
    value: value === undefined ? undefined : { ...value, name },
    findings: findings.map((finding) => ofSource(path, finding)),
  };
}

/** A router settles as fast for one as for the other. */
function withSettling(root: TreeNode, source: MapNode): MapNode {
  const shared = nodeAt(root, ['requests']);
  const settle = shared?.kind === 'map' ? shared.entries.get('settle') : undefined;
  if (settle === undefined || source.entries.has('settle') || textOf(child(source, 'format')) !== 'prometheus')
    return source;
  return { ...source, entries: new Map([...source.entries, ['settle', settle]]) };
}

/** What was found under requests, where the source has it. */
function ofSource(path: TreePath, finding: Finding): Finding {
  const moved = (place: TreePath) => (place[0] === 'requests' ? [...path, ...place.slice(1)] : place);
  const named = (text: string) => text.replaceAll('requests.', `${path.join('.')}.`);
  return {
    ...finding,
    path: moved(finding.path),
    message: named(finding.message),
    hint: named(finding.hint),
    ...(finding.explains === undefined ? {} : { explains: finding.explains.map(moved) }),
  };
}

function unguarded(name: string): Finding {
  const message = `sources.${name} is not named by any guardrail, so nothing is judged on it`;
  const hint = `write source: ${name} in the guardrails that it should decide, or delete it`;
  return { ...unusedKey(['sources', name], message, hint), severity: 'warning' };
}
