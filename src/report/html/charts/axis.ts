import type { Measure } from '../../../domain/format-number.ts';
import type { GuardrailStatus } from '../../../domain/evidence.ts';

/** How numbers of a measure are drawn: what they are multiplied by, and the unit that the axis then has. */
interface Axis {
  readonly factor: number;
  readonly unit: string;
}

const axes: Readonly<Record<Measure, Axis>> = {
  ms: { factor: 1, unit: 'ms' },
  msChange: { factor: 1, unit: 'ms' },
  bytes: { factor: 1e-6, unit: 'MB' },
  bytesChange: { factor: 1e-6, unit: 'MB' },
  proportion: { factor: 100, unit: '%' },
  proportionChange: { factor: 100, unit: 'percentage points' },
  number: { factor: 1, unit: '' },
  numberChange: { factor: 1, unit: '' },
  relativeChange: { factor: 100, unit: '% of the baseline' },
};

/** The axis of a measure. */
export function axisOf(measure: Measure): Axis {
  return axes[measure];
}

/** `change, percentage points`; the name alone where there is no unit. */
export function axisLabel(name: string, { unit }: Axis): string {
  return unit === '' ? name : `${name}, ${unit}`;
}

/** The range from the least to the greatest of some numbers, with a margin on both sides, so that nothing is drawn on the edge. */
export function domainOf(values: readonly number[], margin = 0.08): [number, number] {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const room = (greatest - least || Math.abs(greatest) || 1) * margin;
  return [least - room, greatest + room];
}

/** The page's variables for what a status is drawn in. */
export const statusColor: Readonly<Record<GuardrailStatus, string>> = {
  pass: 'var(--good)',
  breach: 'var(--bad)',
  inconclusive: 'var(--unsure)',
  uncomputable: 'var(--unsure)',
  'not-applicable': 'var(--unsure)',
};
