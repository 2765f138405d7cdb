import { dot, link, rectX, ruleX, tickX } from '@observablehq/plot';
import { boundsOwnValue, harmfulEnd, limitOf } from '../../../domain/bound.ts';
import type { GuardrailResult } from '../../../domain/evidence.ts';
import { domainOf, statusColor } from './axis.ts';
import { renderDecoration } from './render.ts';

/**
 * One guardrail's interval against its bound, small enough for a table's row: the side of the limit that is not allowed is
 * shaded. Each has a scale of its own, since units differ from row to row.
 * @returns markup, or undefined where there is no value to draw.
 */
export function intervalChart({ value, low, high, bound, status }: GuardrailResult): string | undefined {
  if (value === undefined) return undefined;
  const limit = limitOf(bound.kind, bound.value);
  const zero = boundsOwnValue(bound.kind) ? [] : [0];
  const domain = domainOf([value, limit, low ?? value, high ?? value, ...zero], 0.12);
  const color = statusColor[status];
  const refused = harmfulEnd(bound.kind) === 'high' ? { x1: limit, x2: domain[1] } : { x1: domain[0], x2: limit };
  // An interval that is open at one end goes on to the edge.
  const ends = low === undefined && high === undefined ? [] : [{ x1: low ?? domain[0], x2: high ?? domain[1] }];
  return renderDecoration({
    width: 170,
    height: 26,
    margin: 1,
    x: { domain },
    y: { domain: [-1, 1] },
    marks: [
      rectX([refused], { x1: 'x1', x2: 'x2', y1: -1, y2: 1, fill: 'var(--refused)' }),
      ruleX(zero, { stroke: 'var(--faint)', strokeDasharray: '2,2' }),
      tickX([limit], { x: (at: number) => at, stroke: 'var(--limit)', strokeWidth: 2 }),
      link(ends, { x1: 'x1', x2: 'x2', y1: 0, y2: 0, stroke: color, strokeWidth: 3 }),
      dot([value], { x: (at: number) => at, y: 0, r: 4, fill: color }),
    ],
  });
}
