import type { PlannedSettings } from './confidence-bound.ts';
import { spentShare } from './planned-bounds.ts';
import { type SpentLook, testLook } from './spending.ts';

/** How a planned series is designed before anything is known of it. */
export interface PlannedDesign {
  /** One-sided alpha of a bound that could prove a pass, or a breach. */
  readonly alpha: number;
  readonly side: 'pass' | 'breach';
  /** Looks, spaced evenly, the last at the end. */
  readonly looks: number;
}

/** Both bounds of an estimate as they will be at the end of a planned series. */
export function endOfSeries(design: PlannedDesign): PlannedSettings {
  const boundary = boundaryAtEnd(design);
  const bound = { boundary, boundaryAtEnd: boundary };
  return { inference: 'planned', lower: bound, upper: bound };
}

function boundaryAtEnd({ alpha, side, looks }: PlannedDesign): number {
  let series: readonly SpentLook[] = [];
  for (let look = 1; look <= looks; look += 1) {
    series = testLook(
      series,
      { units: look, information: look },
      { alpha: spentShare[side] * alpha, horizon: looks },
    ).looks;
  }
  return series.at(-1)?.boundary ?? Infinity;
}
