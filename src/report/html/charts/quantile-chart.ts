import { axisX, axisY, gridX, gridY, line, ruleY, text as label } from '@observablehq/plot';
import type { LatencyCurves } from '../../../domain/evidence.ts';
import { exactQuantity } from '../../../domain/format-number.ts';
import { type ChartText, renderChart } from './render.ts';
import type { Role } from '../../../domain/role.ts';

/** Percentiles by how many times rarer each is than the one before, so that the tail is as wide as the middle. */
const ticks = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/** Requests that must lie beyond a quantile for it to be drawn: the last few are one user's bad day. */
const requestsBeyond = 5;

/**
 * Both versions' latency by percentile. The tail is stretched (the logarithm of the odds), since that is where versions differ.
 * @param limits allowed latencies in ms, which stand as lines where they are near enough to be seen.
 */
export function quantileChart(
  { probabilities, baseline, candidate }: LatencyCurves,
  names: { readonly baseline: string; readonly candidate: string },
  limits: readonly number[],
  text: ChartText,
): string {
  const points = drawnPoints({ probabilities, baseline, candidate });
  const most = Math.max(...points.flatMap((point) => [point.baseline, point.candidate]));
  const near = limits.filter((limit) => limit <= most * 1.6);
  const shown = points.map(({ odds }) => odds);
  const marks = [
    gridY({ stroke: 'var(--grid)', strokeOpacity: 1 }),
    gridX(visibleTicks(shown), { stroke: 'var(--grid)', strokeOpacity: 1 }),
    axisX(visibleTicks(shown), {
      label: 'percentile',
      labelAnchor: 'center',
      labelArrow: 'none',
      fontSize: 13,
      tickFormat: (odds: number) => `p${Number((100 / (1 + Math.exp(-odds))).toFixed(1))}`,
    }),
    axisY({ label: 'latency, ms', labelArrow: 'none', fontSize: 13 }),
    ...limitMarks(near),
    line(points, { x: 'odds', y: 'baseline', stroke: 'var(--baseline)', strokeWidth: 2, strokeDasharray: '6,3' }),
    line(points, { x: 'odds', y: 'candidate', stroke: 'var(--candidate)', strokeWidth: 2.5 }),
    ...nameMarks(points.slice(-1), names),
  ];
  return renderChart(
    {
      width: 760,
      height: 340,
      marginLeft: 64,
      marginRight: 110,
      marginBottom: 44,
      x: { domain: [Math.min(...shown), Math.max(...shown)] },
      y: { domain: [0, Math.max(most, ...near) * 1.08] },
      marks,
    },
    text,
  );
}

interface Point {
  readonly odds: number;
  readonly baseline: number;
  readonly candidate: number;
}

function drawnPoints({ probabilities, baseline, candidate }: Omit<LatencyCurves, 'comparison' | 'cohort'>): Point[] {
  const fewest = Math.min(baseline.requests, candidate.requests);
  const isDrawn = (probability: number) => Math.min(probability, 1 - probability) * fewest >= requestsBeyond;
  return probabilities.flatMap((probability, index) => {
    if (!isDrawn(probability) && probability !== 0.5) return [];
    return [{ odds: logOdds(probability), baseline: baseline.ms[index] ?? 0, candidate: candidate.ms[index] ?? 0 }];
  });
}

function limitMarks(limits: readonly number[]) {
  return [
    ruleY(limits, { stroke: 'var(--limit)', strokeDasharray: '5,4', strokeWidth: 1.5 }),
    label(limits, {
      y: (limit: number) => limit,
      frameAnchor: 'left',
      text: (limit: number) => `max ${exactQuantity(limit, 'ms')}`,
      textAnchor: 'start',
      dy: -8,
      dx: 6,
      fill: 'var(--limit)',
      fontSize: 13,
    }),
  ];
}

/** Each curve's name at its end; the name of the one that ends higher stands above the other's. */
function nameMarks(last: readonly Point[], names: Readonly<Record<Role, string>>) {
  const [end] = last;
  const higher = end !== undefined && end.baseline > end.candidate ? 'baseline' : 'candidate';
  return (['baseline', 'candidate'] as const).map((side) =>
    label(last, {
      x: 'odds',
      y: side,
      text: () => names[side],
      textAnchor: 'start',
      dx: 8,
      dy: side === higher ? -7 : 7,
      fill: `var(--${side})`,
      fontSize: 13,
    }),
  );
}

function logOdds(probability: number): number {
  return Math.log(probability / (1 - probability));
}

function visibleTicks(shown: readonly number[]): number[] {
  const [least, greatest] = [Math.min(...shown), Math.max(...shown)];
  return ticks.map(logOdds).filter((at) => at >= least - 1e-9 && at <= greatest + 1e-9);
}
