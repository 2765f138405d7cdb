import { axisX, axisY, dot, gridX, link } from '@observablehq/plot';
import { domainOf } from './axis.ts';
import { type ChartText, renderChart } from './render.ts';

/** A share of one thing, before and after. */
export interface ShareRow {
  readonly name: string;
  /** In [0, 1]. */
  readonly before: number;
  readonly after: number;
  readonly color: string;
}

interface ShareChartOptions {
  readonly label: string;
  /** `wide` for a chart of its own, `small` for one of several beside each other. */
  readonly size: 'wide' | 'small';
  /** Whether the axis begins at 0, rather than near the least share. */
  readonly fromZero: boolean;
}

const sizes = {
  wide: { width: 760, marginLeft: 240, longestName: 34, fontSize: 13 },
  small: { width: 380, marginLeft: 140, longestName: 20, fontSize: 12 },
} as const;
const rowHeight = 22;

/** Shares below each other, each from what it was (hollow) to what it is (filled). */
export function shareChart(
  rows: readonly ShareRow[],
  { label, size, fromZero }: ShareChartOptions,
  text: ChartText,
): string {
  const { width, marginLeft, longestName, fontSize } = sizes[size];
  const points = rows.map(({ name, before, after, color }, row) => ({
    row,
    name: Array.from(name).slice(0, longestName).join(''),
    before: before * 100,
    after: after * 100,
    color,
  }));
  const [least, most] = domainOf(points.flatMap(({ before, after }) => [before, after]));
  return renderChart(
    {
      width,
      height: points.length * rowHeight + 60,
      marginLeft,
      marginTop: 12,
      marginBottom: 44,
      x: { domain: [fromZero ? 0 : Math.max(0, least), Math.min(100, most)] },
      y: { type: 'band', domain: points.map(({ row }) => row), padding: 0 },
      color: { type: 'identity' },
      marks: [
        gridX({ stroke: 'var(--grid)', strokeOpacity: 1 }),
        axisX({ label, labelAnchor: 'center', labelArrow: 'none', fontSize }),
        axisY({ label: null, tickSize: 0, fontSize, tickFormat: (row: number) => points[row]?.name ?? '' }),
        link(points, { x1: 'before', x2: 'after', y: 'row', stroke: 'color', strokeWidth: 2.5 }),
        dot(points, { x: 'before', y: 'row', stroke: 'var(--baseline)', fill: 'var(--surface)', r: 4 }),
        dot(points, { x: 'after', y: 'row', fill: 'color', r: 4 }),
      ],
    },
    text,
  );
}
