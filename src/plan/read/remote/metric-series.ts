import { writeOneOf } from '../../../domain/did-you-mean.ts';
import { type LatencyUnit, latencyUnitNames } from '../../../domain/log/latency-field.ts';
import { metricNames, metricTraits, parseMetric } from '../../../domain/metric.ts';
import { gaugeAggregates, type MetricSeries, type NamedSeries } from '../../../domain/remote/metric-series.ts';
import type { Finding } from '../../../documents/findings.ts';
import { child, choiceOf, keysOf, nodeAt, textOf, type TreeNode, type TreePath } from '../../../documents/tree.ts';
import { known } from '../section.ts';

/** What a name in `series` or `queries` is about. */
interface NamedMetric {
  readonly name: string;
  readonly unit: 'ms' | 'bytes' | 'proportion' | 'number';
}

/** A histogram of times tells the mean and every percentile at once. */
const allLatency = 'latency';

/** Reads which series tell which metric, and everything that is wrong with it beyond what the schema says. */
export function readSeries(root: TreeNode): { value: readonly NamedSeries[]; findings: readonly Finding[] } {
  const path = ['requests', 'series'];
  const list = nodeAt(root, path);
  const read = keysOf(list).map((key) => readOne(key, child(list, key), [...path, key]));
  return { value: read.flatMap(({ value }) => value ?? []), findings: read.flatMap(({ findings }) => findings) };
}

interface ReadOne {
  readonly value?: NamedSeries;
  readonly findings: readonly Finding[];
}

/** The ways to tell a metric: what each needs, and what it may say beside that. */
const shapes = {
  share: { needs: ['bad', 'total'], may: [] },
  histogram: { needs: ['histogram', 'unit'], may: [] },
  mean: { needs: ['sum', 'count'], may: ['unit'] },
  gauge: { needs: ['gauge'], may: ['aggregate', 'unit'] },
} as const;
type Shape = keyof typeof shapes;

function readOne(key: string, node: TreeNode | undefined, path: TreePath): ReadOne {
  const metric = metricOf(key);
  if (metric === undefined) return { findings: [unknownName(key, path)] };
  const written = keysOf(node);
  const shape = shapeOf(written);
  if (shape === undefined) return { findings: [shapeless(metric, path)] };
  const { needs, may } = shapes[shape];
  const lacking = needs.find((each) => !written.includes(each));
  if (lacking !== undefined) {
    const hint = `write ${lacking}: ${lacking === 'unit' ? 's' : 'http_requests_total'}`;
    const message = `series.${key}: ${needs[0]} needs ${lacking}`;
    return { findings: [{ path: [...path, lacking], rule: 'missing-key', message, hint, explains: [path] }] };
  }
  const read = new Set<string>([...needs, ...may]);
  const surplus = written.find((each) => !read.has(each));
  if (surplus !== undefined) {
    const message = `series.${key}: ${surplus} says nothing next to ${needs[0]}`;
    return {
      findings: [{ path: [...path, surplus], at: 'key', rule: 'unused-key', message, hint: `delete ${surplus}` }],
    };
  }
  const findings = [
    ...wrongShape(metric, shape, path),
    ...wrongUnit(metric, shape, choiceOf(child(node, 'unit'), latencyUnitNames), path),
  ];
  const value = seriesOf(shape, node);
  return { findings, ...(value === undefined ? {} : { value: { name: metric.name, series: value } }) };
}

/** The metric of a name, by the id that guardrails know it by. */
export function metricOf(name: string): NamedMetric | undefined {
  if (name === allLatency) return { name, unit: 'ms' };
  const metric = parseMetric(name);
  return metric === undefined ? undefined : { name: metric.id, unit: metricTraits(metric).unit };
}

/** What a name that is not a metric is told. */
export function unknownName(name: string, path: TreePath): Finding {
  const kpi = /^[a-z][A-Za-z0-9_]*$/u.test(name) ? `, or kpi.${name} for a number of your own` : '';
  return {
    path,
    at: 'key',
    rule: 'unknown-metric',
    message: `${name} is not a metric`,
    hint: `${writeOneOf(name, [allLatency, ...metricNames])}${kpi}`,
  };
}

function shapeOf(written: readonly string[]): Shape | undefined {
  if (written.includes('histogram')) return 'histogram';
  if (written.includes('gauge')) return 'gauge';
  if (written.includes('bad') || written.includes('total')) return 'share';
  return written.includes('sum') || written.includes('count') ? 'mean' : undefined;
}

function shapeless({ name, unit }: NamedMetric, path: TreePath): Finding {
  const hint =
    name === allLatency || unit === 'ms'
      ? "write { histogram: 'http_request_duration_seconds', unit: s }"
      : "write { bad: 'http_requests_total{code=~\"5..\"}', total: 'http_requests_total' }, or { sum, count } or { gauge }";
  return { path, rule: 'missing-key', message: `series.${name} names no series`, hint };
}

function wrongShape({ name, unit }: NamedMetric, shape: Shape, path: TreePath): Finding[] {
  const isTime = unit === 'ms';
  const quantile = isTime && name !== allLatency && name !== 'latency.mean';
  if (shape === 'share' && unit !== 'proportion')
    return [wrong(path, `${name} is not a share of requests`, 'write sum and count, or gauge')];
  if (shape === 'histogram' && !isTime)
    return [wrong(path, `${name} is not a latency, and histograms are read for latencies`, 'write bad and total')];
  if (shape === 'mean' && (quantile || unit === 'proportion' || name === allLatency))
    return [
      wrong(path, `${name} is not a mean of values`, quantile ? 'write histogram and unit' : 'write bad and total'),
    ];
  if (shape === 'gauge' && name === allLatency)
    return [wrong(path, 'latency needs a histogram', 'write latency.p95: { gauge: ..., unit: s }')];
  return [];
}

function wrongUnit(
  { name, unit: of }: NamedMetric,
  shape: Shape,
  unit: LatencyUnit | undefined,
  path: TreePath,
): Finding[] {
  if (shape === 'histogram' || shape === 'share') return [];
  return unitFinding(name, of, unit, path);
}

/** Times have a unit that is written, and nothing else has one. */
export function unitFinding(
  name: string,
  of: NamedMetric['unit'],
  unit: LatencyUnit | undefined,
  path: TreePath,
): Finding[] {
  if (of === 'ms' && unit === undefined)
    return [{ path: [...path, 'unit'], rule: 'missing-key', message: `${name} needs its unit`, hint: 'write unit: s' }];
  if (of !== 'ms' && unit !== undefined)
    return [wrong([...path, 'unit'], `unit: ${name} is not a time`, 'delete unit')];
  return [];
}

function wrong(path: TreePath, message: string, hint: string): Finding {
  return { path, rule: 'invalid-value', message, hint };
}

function seriesOf(shape: Shape, node: TreeNode | undefined): MetricSeries | undefined {
  const at = (key: string) => textOf(child(node, key)) ?? '';
  const unit = choiceOf(child(node, 'unit'), latencyUnitNames);
  switch (shape) {
    case 'share':
      return { kind: shape, bad: at('bad'), total: at('total') };
    case 'histogram':
      return unit === undefined ? undefined : { kind: shape, histogram: at('histogram'), unit };
    case 'mean':
      return { kind: shape, sum: at('sum'), count: at('count'), ...known({ unit }) };
    case 'gauge':
      return {
        kind: shape,
        gauge: at('gauge'),
        aggregate: choiceOf(child(node, 'aggregate'), gaugeAggregates) ?? 'max',
        ...known({ unit }),
      };
  }
}
