import { type ClusteredQuantile, clusteredQuantile } from '../../stats/estimates/clustered-quantile.ts';
import type { PairedIndicators } from '../../stats/estimates/paired-indicators.ts';
import { type Refusal, type Uncomputable, uncomputable } from '../../stats/result.ts';
import type { QuantileReader } from './quantile-reader.ts';

/** One version's quantile on some requests: its value, and its error where there is enough to say one. */
export interface MeasuredQuantile {
  readonly kind: 'measured';
  /** In ms. */
  readonly value: number;
  readonly units: number;
  readonly requests: number;
  readonly clustered: ClusteredQuantile | Refusal | Uncomputable;
}

/** The versions' quantiles on the same requests. */
export interface MeasuredQuantiles {
  readonly sides: readonly (MeasuredQuantile | Uncomputable)[];
  /** Where there are two, and both have an error. */
  readonly pairing?: PairedIndicators | undefined;
}

/**
 * Measures one latency quantile of each side.
 * @param sides how many there are.
 */
export async function measureQuantiles(reader: QuantileReader, sides: number): Promise<MeasuredQuantiles> {
  const points = await reader.points();
  if (points === undefined) {
    return {
      sides: Array.from({ length: sides }, () => uncomputable('no request has a latency that can be compared')),
    };
  }
  const { size, windows, pairing } = await reader.windows(points);
  const neighbours = await reader.beside(windows);
  const measured = points.map(({ value }, side) => {
    const window = windows[side] ?? uncomputable('the quantile was not measured');
    const [below, above] = neighbours[side] ?? [];
    const clustered =
      window.kind === 'window' && below !== undefined && above !== undefined
        ? clusteredQuantile(window, Math.min(below, value), Math.max(above, value))
        : window.kind === 'window'
          ? uncomputable('the neighbouring quantiles could not be read')
          : window;
    return { kind: 'measured', value, ...size, clustered } as const;
  });
  return { sides: measured, pairing };
}
