import { boundsOwnValue } from '../../domain/bound.ts';
import { metricTraits, type Metric, type MetricTraits } from '../../domain/metric.ts';
import type { Bound, BoundKind } from '../../domain/plan.ts';
import {
  bytes,
  milliseconds,
  misreading,
  parseQuantity,
  reading,
  scaled,
  shown,
  type Quantity,
  type Reading,
} from './quantity.ts';

/** Every kind of bound, in the order in which a guardrail's bounds are kept. */
export const boundKinds: readonly BoundKind[] = ['max', 'min', 'maxIncrease', 'maxDecrease'];

/** The kinds of bound that can stop a metric from getting worse. */
export function boundKindsOf(traits: MetricTraits): readonly BoundKind[] {
  if (traits.worse === 'either') return boundKinds;
  const [own, against]: [BoundKind, BoundKind] =
    traits.worse === 'higher' ? ['max', 'maxIncrease'] : ['min', 'maxDecrease'];
  return traits.hasBaseline ? [own, against] : [own];
}

/** A bound that fits the metric, as a hint would write it. */
export function exampleBound(kind: BoundKind, traits: MetricTraits): string {
  if (!boundsOwnValue(kind)) return `${kind}: ${traits.unit === 'proportion' ? '1pp' : '10%'}`;
  if (traits.unit === 'ms') return `${kind}: 120ms`;
  if (traits.unit === 'bytes') return `${kind}: 512MB`;
  if (traits.unit === 'number') return `${kind}: 0.5`;
  return `${kind}: ${kind === 'max' ? '1%' : '95%'}`;
}

/**
 * Reads one bound of a guardrail. `max` and `min` are in the metric's own unit; on the two that compare with the
 * baseline, `%` is relative to the baseline and `pp` is percentage points.
 * @returns a bound in ms (latency), in bytes (memory), as a proportion (rates and relative bounds) or as a plain number (losses, regressions, KPIs).
 */
export function readBound(kind: BoundKind, metric: Metric, value: unknown): Reading<Bound> {
  const traits = metricTraits(metric);
  const wrongDirection = checkDirection(kind, metric, traits);
  if (wrongDirection !== undefined) return wrongDirection;
  const quantity = parseQuantity(value);
  const example = `write ${exampleBound(kind, traits)}`;
  if (quantity === undefined) return misreading(`${shown(value)} is not a bound`, example);
  if (quantity.digits.startsWith('-')) {
    return misreading(`${shown(value)} is negative`, `write ${shown(value).slice(1)}; the key says the direction`);
  }
  const comparesWithBaseline = !boundsOwnValue(kind);
  if (comparesWithBaseline && quantity.unit === '%') return readRelative(kind, quantity);
  switch (traits.unit) {
    case 'ms':
      return readTime(kind, quantity);
    case 'bytes':
      return readSize(kind, quantity);
    case 'proportion':
      return readProportion(kind, quantity, comparesWithBaseline);
    case 'number':
      return readNumber(kind, quantity, metric);
  }
}

function checkDirection(kind: BoundKind, metric: Metric, traits: MetricTraits): Reading<never> | undefined {
  const allowed = boundKindsOf(traits);
  if (allowed.includes(kind)) return undefined;
  const hint = `write ${allowed.map((each) => exampleBound(each, traits)).join(' or ')}`;
  if (!traits.hasBaseline && !boundsOwnValue(kind)) {
    return misreading(`${metric.id} already compares with the baseline, so it has no difference to bound`, hint);
  }
  const worse = traits.worse === 'higher' ? 'rising' : 'falling';
  return misreading(`${metric.id} gets worse by ${worse}, which ${kind} would never stop`, hint);
}

function readRelative(kind: BoundKind, { digits }: Quantity): Reading<Bound> {
  const value = scaled(digits, -2);
  if (kind === 'maxDecrease' && value > 1) {
    return misreading(`${digits}% is more than all of the baseline`, 'write a percentage of the baseline, such as 2%');
  }
  return reading({ kind, value, relative: true });
}

function readTime(kind: BoundKind, quantity: Quantity): Reading<Bound> {
  const { digits, unit } = quantity;
  const value = milliseconds(quantity);
  if (value !== undefined) return reading({ kind, value, relative: false });
  if (unit === '') return misreading(`${digits} has no unit`, `write ${digits}ms or ${digits}s`);
  if (unit === '%')
    return misreading(`${digits}% is not a time`, `write a time such as 120ms, or maxIncrease: ${digits}%`);
  if (unit === 'pp')
    return misreading(`${digits}pp is not a time`, `write a time such as 5ms, or ${digits}% of the baseline`);
  return misreading(`${digits}${unit} has an unknown unit`, `write ${digits}ms or ${digits}s`);
}

function readSize(kind: BoundKind, quantity: Quantity): Reading<Bound> {
  const { digits, unit } = quantity;
  const value = bytes(quantity);
  if (value !== undefined) return reading({ kind, value, relative: false });
  if (unit === '') return misreading(`${digits} has no unit`, `write ${digits}MB or ${digits}GB`);
  if (unit === '%')
    return misreading(`${digits}% is not a size`, `write a size such as 512MB, or maxIncrease: ${digits}%`);
  if (unit === 'pp')
    return misreading(`${digits}pp is not a size`, `write a size such as 50MB, or ${digits}% of the baseline`);
  const meant = Object.entries({
    mb: 'MB',
    gb: 'GB',
    kb: 'kB',
    tb: 'TB',
    mib: 'MiB',
    gib: 'GiB',
    kib: 'KiB',
    m: 'MB',
    g: 'GB',
  });
  const own = meant.find(([written]) => written === unit.toLowerCase())?.[1];
  const hint = own === undefined ? `write ${digits}MB or ${digits}GiB` : `write ${digits}${own}`;
  return misreading(`${digits}${unit} has an unknown unit`, hint);
}

function readProportion(kind: BoundKind, { digits, unit }: Quantity, isDifference: boolean): Reading<Bound> {
  const alternatives = isDifference ? `${digits}pp (percentage points) or ${digits}% (of the baseline)` : `${digits}%`;
  if (unit === 'pp' && !isDifference) return misreading(`${digits}pp is a difference, not a value`, `write ${digits}%`);
  if (unit !== '' && unit !== '%' && unit !== 'pp') {
    return misreading(`${digits}${unit} is not a proportion`, `write ${alternatives}`);
  }
  const value = unit === '' ? Number(digits) : scaled(digits, -2);
  if (value <= 1) return reading({ kind, value, relative: false });
  if (unit !== '') return misreading(`${digits}${unit} is more than 100${unit}`, `write ${exampleOf(isDifference)}`);
  return misreading(`${digits} is not a proportion`, `write ${value <= 100 ? alternatives : exampleOf(isDifference)}`);
}

function readNumber(kind: BoundKind, { digits, unit }: Quantity, metric: Metric): Reading<Bound> {
  if (unit === '') return reading({ kind, value: Number(digits), relative: false });
  const alternative = boundsOwnValue(kind) ? '' : `, or ${digits}% of the baseline`;
  return misreading(`${digits}${unit} has a unit, but ${metric.id} has none`, `write ${digits}${alternative}`);
}

function exampleOf(isDifference: boolean): string {
  return isDifference ? '1pp or 0.01' : '1% or 0.01';
}
