import type { UnmetExtremes } from '../../domain/estimate.ts';
import { exactQuantity, formatCount, formatQuantity } from '../../domain/format-number.ts';
import type { MetricUnit } from '../../domain/metric.ts';
import { printableName } from '../words/printable.ts';

/** Two significant digits are all that such a forecast is worth. */
export function roundedUp(count: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.ceil(count / step) * step;
}

/**
 * What a mean may hide: `latency.mean may hide seldom requests of 2 s: room for them alone takes about 2,800 requests. cap: 200ms takes a
 * tenth of them, and leaves what is above it to another guardrail.`
 */
export function unmetLine(metric: string, unit: MetricUnit, { largest, requests, capped }: UnmetExtremes): string {
  const name = printableName(metric);
  const amount = `about ${formatCount(roundedUp(requests))} requests`;
  if (capped) {
    const most = unit === 'ms' ? 'timeout' : 'largest value';
    return `${name}: ruling out requests at its cap takes ${amount}. Where a share q of the requests is above it, the bound and q times (${most} - cap) may pass: bound what is above the cap with another guardrail.`;
  }
  const isCappable = metric === 'latency.mean' || metric.startsWith('kpi.');
  const cap = exactQuantity(largest / 10, unit).replace(' ', '');
  const remedy = isCappable
    ? ` cap: ${cap} takes a tenth of them, and leaves what is above it to another guardrail.`
    : '';
  return `${name} may hide rare requests of ${formatQuantity(largest, unit)}: ruling them out takes ${amount}.${remedy}`;
}
