import { axisX, axisY, dot, gridX, link } from '@observablehq/plot';
import type { LabelChange } from '../../../domain/evidence.ts';
import { printableName } from '../../printable.ts';
import { domainOf } from './axis.ts';
import { type ChartText, drawChart } from './draw.ts';

const rowHeight = 22;
const longestName = 34;

/** How often each true label was answered right: from the baseline's share (hollow) to the candidate's (filled). */
export function recallChart(changes: readonly LabelChange[], text: ChartText): string {
  const points = changes
    .filter(({ baseline, candidate }) => baseline.requests > 0 && candidate.requests > 0)
    .map(({ label, baseline, candidate }, row) => {
      const [before, after] = [baseline, candidate].map(({ correct, requests }) => (100 * correct) / requests);
      const worse = (after ?? 0) < (before ?? 0);
      const name = Array.from(printableName(label)).slice(0, longestName).join('');
      return { row, name, before: before ?? 0, after: after ?? 0, color: worse ? 'var(--bad)' : 'var(--good)' };
    });
  const [least] = domainOf(points.flatMap(({ before, after }) => [before, after]));
  return drawChart(
    {
      width: 760,
      height: points.length * rowHeight + 60,
      marginLeft: 240,
      marginTop: 12,
      marginBottom: 44,
      x: { domain: [Math.max(0, least), 100] },
      y: { type: 'band', domain: points.map(({ row }) => row), padding: 0 },
      color: { type: 'identity' },
      marks: [
        gridX({ stroke: 'var(--grid)', strokeOpacity: 1 }),
        axisX({ label: 'answered right, %', labelAnchor: 'center', labelArrow: 'none', fontSize: 13 }),
        axisY({ label: null, tickSize: 0, fontSize: 13, tickFormat: (row: number) => points[row]?.name ?? '' }),
        link(points, { x1: 'before', x2: 'after', y: 'row', stroke: 'color', strokeWidth: 2.5 }),
        dot(points, { x: 'before', y: 'row', stroke: 'var(--baseline)', fill: 'var(--surface)', r: 4 }),
        dot(points, { x: 'after', y: 'row', fill: 'color', r: 4 }),
      ],
    },
    text,
  );
}
