import { formatTogether, type Measure } from '../../domain/format-number.ts';

/** A value and the bounds around it, written alike. */
export interface WrittenEstimate {
  readonly value: string;
  /** `+3.1 to +8.2` in the value's unit, `at least …`, `at most …`, or empty where there is no bound. */
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
  const [valueText = '', ...endTexts] = texts;
  return { value: `${valueText}${unit}`, interval: intervalText(low !== undefined, endTexts) };
}

function intervalText(hasLow: boolean, [first, second]: readonly string[]): string {
  if (first === undefined) return '';
  if (second !== undefined) return `${first} to ${second}`;
  return `${hasLow ? 'at least' : 'at most'} ${first}`;
}
