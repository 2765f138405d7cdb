import { axisX, axisY, dot, gridX, link, ruleX } from '@observablehq/plot';
import type { Comparison, ComparisonNumbers } from '../../../domain/evidence.ts';
import { changeMeasure } from '../../../domain/bound.ts';
import { segmentName } from '../../words/printable.ts';
import { axisLabel, axisOf, domainOf } from './axis.ts';
import { type ChartText, renderChart } from './render.ts';

const rowHeight = 22;
const longestName = 34;

/**
 * Segments of one metric below each other, each with its change and interval.
 * @param rows the whole (segment null) and its segments, in the order in which they are drawn.
 * @param limits allowed changes, which stand as lines.
 */
export function forestChart(
  rows: readonly (Comparison & ComparisonNumbers)[],
  limits: readonly number[],
  text: ChartText,
): string {
  const [first] = rows;
  if (first === undefined) throw new RangeError('a forest plot has rows');
  const axis = axisOf(changeMeasure(first.unit));
  const points = rows.map(({ segment, delta, low, high }, index) => ({
    row: index,
    name: shortened(segment === null ? 'all' : segmentName(segment)),
    delta: delta * axis.factor,
    low: low === undefined ? undefined : low * axis.factor,
    high: high === undefined ? undefined : high * axis.factor,
    color: colorOf(limits, low, high),
  }));
  const bounded = points.filter(({ low, high }) => low !== undefined || high !== undefined);
  const scaledLimits = limits.map((limit) => limit * axis.factor);
  const values = points.flatMap(({ delta, low, high }) => [delta, low ?? delta, high ?? delta]);
  const domain = domainOf([0, ...scaledLimits, ...values], 0.04);
  const name = axisLabel('change', axis);
  return renderChart(
    {
      width: 760,
      height: rows.length * rowHeight + 60,
      marginLeft: 240,
      marginTop: 12,
      marginBottom: 44,
      x: { domain },
      y: { type: 'band', domain: points.map(({ row }) => row), padding: 0 },
      marks: [
        gridX({ stroke: 'var(--grid)', strokeOpacity: 1 }),
        axisX({ label: name, labelAnchor: 'center', labelArrow: 'none', fontSize: 13 }),
        axisY({ label: null, tickSize: 0, fontSize: 13, tickFormat: (row: number) => points[row]?.name ?? '' }),
        ruleX([0], { stroke: 'var(--faint)' }),
        ruleX(scaledLimits, { stroke: 'var(--limit)', strokeDasharray: '5,4', strokeWidth: 1.5 }),
        link(bounded, {
          x1: ({ low }) => low ?? domain[0],
          x2: ({ high }) => high ?? domain[1],
          y: 'row',
          stroke: 'color',
          strokeWidth: 2.5,
        }),
        dot(points, { x: 'delta', y: 'row', fill: 'color', r: 4 }),
      ],
      color: { type: 'identity' },
    },
    text,
  );
}

/** The colour says whether an interval is beyond a limit for certain, on its allowed side for certain, or neither; without a limit it says nothing. */
function colorOf(limits: readonly number[], low: number | undefined, high: number | undefined): string {
  if (limits.length === 0) return 'var(--candidate)';
  const beyond = limits.some((limit) => (limit < 0 ? (high ?? Infinity) < limit : (low ?? -Infinity) > limit));
  const within = limits.every((limit) => (limit < 0 ? (low ?? -Infinity) >= limit : (high ?? Infinity) <= limit));
  return beyond ? 'var(--bad)' : within ? 'var(--good)' : 'var(--unsure)';
}

function shortened(name: string): string {
  const characters = Array.from(name);
  return characters.length <= longestName ? name : `${characters.slice(0, longestName - 1).join('')}…`;
}
