import { canonicalJson } from '../domain/canonical-json.ts';
import { locationOf, type ReplacedValue, type WrittenValue } from '../documents/source-text.ts';
import { child, itemsOf, type MapNode, nodeAt, plainValue, textOf, type TreeNode } from '../documents/tree.ts';
import { parseMetric } from '../domain/metric.ts';
import { metricKey } from './read/guardrails.ts';

/** What a plan writes otherwise than the file that it extends, in the plan's order; a guardrail is one value, by its metric. */
export function overridesOf(base: MapNode, own: MapNode, above = ''): readonly ReplacedValue[] {
  return [...own.entries].flatMap(([name, { value }]) => {
    const before = child(base, name);
    if (before === undefined || notCompared.has(name)) return [];
    const key = `${above}${name}`;
    if (key === 'guardrails') return replacedGuardrails(before, value);
    if (before.kind === 'map' && value.kind === 'map') return overridesOf(before, value, `${key}.`);
    return replaced(key, before, value);
  });
}

/** What says how the files hang together. */
const notCompared: ReadonlySet<string> = new Set(['extends', 'locked']);

function replacedGuardrails(base: TreeNode, own: TreeNode): readonly ReplacedValue[] {
  return itemsOf(own).flatMap((guardrail) => {
    const metric = metricOf(guardrail);
    const before = itemsOf(base).find((other) => metricOf(other) === metric);
    return before === undefined || metric === undefined ? [] : replaced(`guardrails.${metric}`, before, guardrail);
  });
}

function replaced(key: string, before: TreeNode, own: TreeNode): readonly ReplacedValue[] {
  const [defaults, written] = [before, own].map((node) => ({ value: plainValue(node), ...placeOf(node) }));
  if (defaults === undefined || written === undefined || canonicalJson(defaults.value) === canonicalJson(written.value))
    return [];
  return [{ key, own: written, defaults }];
}

function placeOf({ at }: TreeNode): Pick<WrittenValue, 'file' | 'line'> {
  const { file, line } = locationOf(at);
  return { file, line };
}

/** The metric of a guardrail, equal for two spellings of one; as it is written where it is none. */
export function metricOf(guardrail: TreeNode): string | undefined {
  const name = textOf(nodeAt(guardrail, ['metric']));
  if (name === undefined) return undefined;
  const metric = parseMetric(name);
  return metric === undefined ? name : metricKey(metric);
}
