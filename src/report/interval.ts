import { formatTogether, type Measure } from './format-number.ts';

/** A value and the bounds around it, written alike. */
export interface WrittenEstimate {
  readonly value: string;
  /** `+3.1 to +8.2 ms`, `at least …`, `at most …`, or empty where there is no bound. */
  readonly interval: string;
}

/** What is written: the value, the ends of its interval that are known, and the limit that none may look equal to. */
export interface EstimateNumbers {
  readonly value: number;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
  readonly limit?: number;
}

/** Writes an estimate: one unit and one number of decimals for the value and both ends. */
export function formatEstimate({ value, low, high, limit }: EstimateNumbers, measure: Measure): WrittenEstimate {
  const ends = [low, high].filter((end) => end !== undefined);
  const { texts, unit } = formatTogether([value, ...ends], measure, limit);
  const [valueText = '', firstEnd = '', secondEnd = ''] = texts;
  return { value: `${valueText}${unit}`, interval: intervalText(low, high, firstEnd, secondEnd, unit) };
}

function intervalText(
  low: number | undefined,
  high: number | undefined,
  firstEnd: string,
  secondEnd: string,
  unit: string,
): string {
  if (low !== undefined && high !== undefined) return `${firstEnd} to ${secondEnd}${unit}`;
  if (low !== undefined) return `at least ${firstEnd}${unit}`;
  if (high !== undefined) return `at most ${firstEnd}${unit}`;
  return '';
}
