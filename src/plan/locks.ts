import { formatBound, harmfulEnd, limitOf } from '../domain/bound.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { writeOneOf } from '../domain/did-you-mean.ts';
import type { Diagnostic } from '../domain/errors.ts';
import { metricTraits } from '../domain/metric.ts';
import type { Guardrail } from '../domain/plan.ts';
import { pathText } from '../documents/findings.ts';
import { locationOf } from '../documents/source-text.ts';
import {
  child,
  itemsOf,
  type MapNode,
  nodeAt,
  plainValue,
  textOf,
  type TreeNode,
  type TreePath,
} from '../documents/tree.ts';
import { metricOf } from './overrides.ts';
import { metricKey, readGuardrails } from './read/guardrails.ts';
import { knownKeys, schemaAt } from './read/plan-schema.ts';
import { readFraction } from './read/quantity.ts';

/**
 * What of a plan loosens what the file that it extends has locked, at the plan's lines, and locks that lock nothing, at their own. Tighter
 * is allowed; what has no order may not differ.
 */
export function lockFindings(base: MapNode, own: MapNode): readonly Diagnostic[] {
  return itemsOf(child(base, 'locked')).flatMap((lock) => {
    const name = textOf(lock);
    // A lock that is not a text is the schema's to refuse.
    if (name === undefined) return [];
    const [section, ...rest] = name.split('.');
    const looser =
      section === 'guardrails' ? looserGuardrails(base, own, rest.join('.')) : looserValues(base, own, name.split('.'));
    if (typeof looser === 'string') return [diagnostic(lock, `locked: ${name} locks nothing`, looser)];
    const { file, line } = locationOf(lock.at);
    return looser.map(({ at, message }) =>
      diagnostic(at, `${name} is locked in ${file}:${line}, and ${message}`, 'delete it, or make it as tight'),
    );
  });
}

/** Whatever else a plan says is the same on both sides. */
const nothingElse = { costs: undefined, scores: new Map<string, never>(), prices: undefined };

/** What is looser than the defaults, and where it stands; a hint where there is nothing to lock. */
type Looser = readonly { readonly at: TreeNode; readonly message: string }[] | string;

function diagnostic({ at }: TreeNode, message: string, hint: string): Diagnostic {
  return { severity: 'error', rule: 'locked', ...locationOf(at), message, hint };
}

function looserGuardrails(base: MapNode, own: MapNode, metric: string): Looser {
  const before = itemsOf(child(base, 'guardrails'));
  const metrics = before.flatMap((guardrail) => metricOf(guardrail) ?? []);
  const locked = metric === '' ? metrics : metrics.filter((each) => each === metric);
  if (locked.length === 0)
    return writeOneOf(
      `guardrails.${metric}`,
      metrics.map((each) => `guardrails.${each}`),
    );
  const rules = readGuardrails(base, nothingElse).value.filter((each) => locked.includes(metricKey(each.metric)));
  const written = itemsOf(child(own, 'guardrails'));
  return rules.flatMap((rule) => {
    const at = before.find((node) => metricOf(node) === metricKey(rule.metric));
    return written.flatMap((node, index) => {
      if (metricOf(node) !== metricKey(rule.metric)) return [];
      const place = locationOf((at ?? node).at);
      // One by one, so that one that cannot be read shifts no other.
      const single: MapNode = {
        ...own,
        entries: new Map([...own.entries, ['guardrails', listOf(written[index] ?? node)]]),
      };
      const [guardrail] = readGuardrails(single, nothingElse).value;
      const why = guardrail === undefined ? undefined : looserThan(rule, guardrail);
      return why === undefined ? [] : [{ at: node, message: `${why} of ${place.file}:${place.line}` }];
    });
  });
}

function listOf(item: TreeNode): { readonly at: TreeNode['at']; readonly value: TreeNode } {
  return { at: item.at, value: { kind: 'list', at: item.at, items: [item] } };
}

const severity = { rollback: 2, hold: 1, report: 0 } as const;

/** In what a guardrail asks less than another, as a clause that ends before `of FILE`; undefined where in nothing. */
function looserThan(rule: Guardrail, own: Guardrail): string | undefined {
  const { unit } = metricTraits(rule.metric);
  for (const bound of rule.bounds) {
    const asked = formatBound(bound, unit);
    const mine = own.bounds.find(({ kind, relative }) => kind === bound.kind && relative === bound.relative);
    if (mine === undefined) return `the plan lacks the ${asked}`;
    const [limit, ownLimit] = [limitOf(bound.kind, bound.value), limitOf(mine.kind, mine.value)];
    const isLooser = harmfulEnd(bound.kind) === 'high' ? ownLimit > limit : ownLimit < limit;
    if (isLooser) return `${formatBound(mine, unit)} is looser than the ${asked}`;
  }
  if (severity[own.onBreach] < severity[rule.onBreach])
    return `onBreach: ${own.onBreach} is milder than the ${rule.onBreach}`;
  if (own.test !== rule.test) return `test: ${own.test} is not the ${rule.test}`;
  const lost = rule.segments.filter((name) => !own.segments.includes(name));
  if (lost.length > 0) return `the plan lacks the segments ${lost.join(', ')}`;
  if (rule.autoSegments === true && own.autoSegments !== true) return 'the plan lacks the segments: auto';
  const everywhere = own.stages === undefined;
  if (!everywhere && rule.stages?.every((stage) => own.stages?.includes(stage)) !== true)
    return 'the plan leaves out stages';
  return canonicalJson(own.metric) === canonicalJson(rule.metric) ? undefined : 'the plan measures it differently';
}

/** A value at a path, and all below it; a stage's own requests count as the plan's. */
function looserValues(base: MapNode, own: MapNode, path: readonly string[]): Looser {
  const unknown = path.findIndex((step, depth) => {
    const above = path.slice(0, depth);
    return !knownKeys(above).includes(step) && typeof schemaAt(above).additionalProperties !== 'object';
  });
  if (unknown !== -1) {
    const above = path.slice(0, unknown);
    const shown = (key: string) => [...above, key].join('.');
    return writeOneOf(shown(path[unknown] ?? ''), knownKeys(above).map(shown));
  }
  const before = nodeAt(base, path);
  const [section, ...rest] = path;
  const inStages =
    section === 'requests'
      ? itemsOf(child(own, 'stages')).flatMap((stage) => [
          nodeAt(stage, path),
          ...(rest.length === 0 ? ['source', 'from', 'to'] : rest.slice(0, 1)).map((key) =>
            stageShorthands.has(key) ? child(stage, key) : undefined,
          ),
        ])
      : [];
  return [nodeAt(own, path), ...inStages].flatMap((written) =>
    written === undefined ? [] : looserBelow(path, before, written),
  );
}

const stageShorthands: ReadonlySet<string> = new Set(['source', 'from', 'to']);

function looserBelow(path: TreePath, before: TreeNode | undefined, own: TreeNode): Exclude<Looser, string> {
  if (own.kind === 'map' && (before === undefined || before.kind === 'map')) {
    return [...own.entries].flatMap(([key, { value }]) => looserBelow([...path, key], child(before, key), value));
  }
  if (before === undefined)
    return [{ at: own, message: `${pathText(path)} is not written there, so its default applies` }];
  const [was, is] = [plainValue(before), plainValue(own)];
  if (canonicalJson(was) === canonicalJson(is) || isTighter(pathText(path), was, is)) return [];
  const { file, line } = locationOf(before.at);
  return [{ at: own, message: `${JSON.stringify(is)} is not the ${JSON.stringify(was)} of ${file}:${line}` }];
}

/** Numbers of which more, or less, asks more of a candidate. */
const tighter: Readonly<Record<string, 'higher' | 'lower'>> = {
  'statistics.confidence': 'higher',
  'requests.maxRejected': 'lower',
  'requests.maxUnknownLabels': 'lower',
  'coverage.minRequests': 'higher',
};

function isTighter(key: string, was: unknown, is: unknown): boolean {
  if (was === 'warn' && is === 'hold') return true;
  const direction = tighter[key];
  if (direction === undefined) return false;
  const [before, now] = [was, is].map((value) => (typeof value === 'number' ? value : fractionOf(value)));
  if (before === undefined || now === undefined) return false;
  return direction === 'higher' ? now > before : now < before;
}

function fractionOf(written: unknown): number | undefined {
  const read = typeof written === 'string' ? readFraction(written) : undefined;
  return read?.ok === true ? read.value : undefined;
}
