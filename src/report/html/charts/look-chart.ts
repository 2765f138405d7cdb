import { areaY, axisX, axisY, dot, gridY, line, ruleX, ruleY } from '@observablehq/plot';
import { limitOf, testedMeasure } from '../../../domain/bound.ts';
import type { GuardrailResult } from '../../../domain/evidence.ts';
import { axisLabel, axisOf, domainOf } from './axis.ts';
import { type ChartText, renderChart } from './render.ts';

/** What one look found of a guardrail. */
export interface LookPoint {
  /** Judged requests at that look. */
  readonly requests: number;
  readonly result: GuardrailResult;
}

/** One guardrail over the looks at a stage: its confidence sequence narrows as the log grows, until it leaves the limit. */
export function lookChart(points: readonly LookPoint[], text: ChartText): string {
  const [first] = points;
  if (first === undefined) throw new RangeError('a history has looks');
  const { bound, unit } = first.result;
  const axis = axisOf(testedMeasure(bound, unit));
  const limit = limitOf(bound.kind, bound.value) * axis.factor;
  const found = points.flatMap(({ requests, result: { value, low, high } }) =>
    value === undefined
      ? []
      : [{ requests, value: value * axis.factor, low: scaled(low, axis.factor), high: scaled(high, axis.factor) }],
  );
  const values = found.flatMap(({ value, low, high }) => [value, low ?? value, high ?? value]);
  const [bottom, top] = domainOf([limit, ...values]);
  const counts = points.map(({ requests }) => requests);
  const band = {
    x: 'requests',
    y1: (look: Found) => look.low ?? bottom,
    y2: (look: Found) => look.high ?? top,
  } as const;
  const bounded = found.filter(({ low, high }) => low !== undefined || high !== undefined);
  return renderChart(
    {
      width: 360,
      height: 240,
      marginLeft: 60,
      marginBottom: 44,
      marginRight: 24,
      x: { domain: domainOf(counts, 0.05) },
      y: { domain: [bottom, top] },
      marks: [
        gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
        axisX([...new Set(counts)].slice(-4), {
          label: 'requests',
          labelAnchor: 'center',
          labelArrow: 'none',
          fontSize: 12,
        }),
        axisY({ label: axisLabel('tested', axis), labelArrow: 'none', fontSize: 12, ticks: 5 }),
        areaY(bounded, { ...band, fill: 'var(--band)' }),
        ruleX(bounded, { ...band, stroke: 'var(--candidate)', strokeWidth: 2 }),
        ruleY([limit], { stroke: 'var(--limit)', strokeDasharray: '5,4', strokeWidth: 1.5 }),
        line(found, { x: 'requests', y: 'value', stroke: 'var(--candidate)', strokeWidth: 1.5 }),
        dot(found, { x: 'requests', y: 'value', fill: 'var(--candidate)', r: 3.5 }),
      ],
    },
    text,
  );
}

interface Found {
  readonly low: number | undefined;
  readonly high: number | undefined;
}

function scaled(value: number | undefined, factor: number): number | undefined {
  return value === undefined ? undefined : value * factor;
}
