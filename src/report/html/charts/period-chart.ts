import { axisX, axisY, dot, gridY, line } from '@observablehq/plot';
import type { QualityDrift } from '../../../domain/drift.ts';
import { domainOf } from './axis.ts';
import { type ChartText, renderChart } from './render.ts';

/** The baseline's quality over equal parts of the time. */
export function periodChart({ metric, periods }: QualityDrift, text: ChartText): string {
  const factor = metric === 'accuracy' ? 100 : 1;
  const points = periods.map(({ from, value }, index) => ({
    index,
    from: from.slice(5, 16).replace('T', ' '),
    value: value * factor,
  }));
  const values = points.map(({ value }) => value);
  const shown = points.filter((_, index) => index === 0 || index === points.length - 1).map(({ index }) => index);
  return renderChart(
    {
      width: 380,
      height: 220,
      marginLeft: 60,
      marginBottom: 44,
      marginRight: 40,
      x: { domain: [0, Math.max(1, points.length - 1)] },
      y: { domain: domainOf(values, 0.3) },
      marks: [
        gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
        axisX(shown, { label: null, fontSize: 12, tickFormat: (index: number) => points[index]?.from ?? '' }),
        axisY({ label: metric === 'accuracy' ? 'accuracy, %' : metric, labelArrow: 'none', fontSize: 12, ticks: 5 }),
        line(points, { x: 'index', y: 'value', stroke: 'var(--baseline)', strokeWidth: 2 }),
        dot(points, { x: 'index', y: 'value', fill: 'var(--baseline)', r: 4 }),
      ],
    },
    text,
  );
}
