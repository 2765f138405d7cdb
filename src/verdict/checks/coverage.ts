import type { CheckResult } from '../../domain/evidence.ts';
import { formatCount } from '../../domain/format-number.ts';
import type { CheckAction, Coverage } from '../../domain/plan.ts';

/** How many judged requests there are of each hour of the day (UTC, 0 to 23) and of each value of each dimension. */
export interface CoverageCounts {
  readonly hours: ReadonlyMap<number, number>;
  readonly segments: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Whether the log spans a day or more, so that every hour of the day could have requests. */
  readonly spansDays: boolean;
}

/** With fewer requests an hour without any may be chance. */
const fewestForGaps = 100;

/** So many hours in a row without a request are a part of the day. */
const longestGap = 8;

/**
 * Whether the requests span the hours and segments that the plan names, each with enough requests. Where it names no hours,
 * a part of the day without any request is told all the same, and decides nothing.
 */
export function coverage(
  wanted: Coverage | undefined,
  counts: CoverageCounts,
  action: CheckAction = 'hold',
): CheckResult {
  const name = 'coverage';
  const gap = wanted?.hours === undefined && counts.spansDays ? emptyHours(counts.hours) : undefined;
  const missing = wanted === undefined ? [] : [...thinHours(wanted, counts), ...thinSegments(wanted, counts)];
  if (wanted !== undefined && missing.length > 0) {
    const detail = `fewer than ${formatCount(wanted.minRequests)} requests for ${missing.join(', ')}`;
    return { name, status: action, detail };
  }
  if (gap !== undefined) {
    const [first, last] = [gap.first, gap.first + gap.length - 1].map((hour) => String(hour % 24).padStart(2, '0'));
    const detail = `no day has a request from ${first}:00 to ${last}:59 UTC, when other users may come; coverage.hours says which hours matter`;
    return { name, status: 'warn', detail };
  }
  if (wanted === undefined)
    return { name, status: 'not-applicable', detail: 'the plan names no hours or segments to cover' };
  const detail = `every hour and segment that the plan names has at least ${formatCount(wanted.minRequests)} requests`;
  return { name, status: 'pass', detail };
}

/** The longest run of hours of the day, over midnight too, without a request; undefined where it is not a part of the day. */
function emptyHours(
  hours: ReadonlyMap<number, number>,
): { readonly first: number; readonly length: number } | undefined {
  if ([...hours.values()].reduce((sum, count) => sum + count, 0) < fewestForGaps) return undefined;
  let longest = { first: 0, length: 0 };
  for (let first = 0; first < 24; first += 1) {
    let length = 0;
    while (length < 24 && (hours.get((first + length) % 24) ?? 0) === 0) length += 1;
    if (length > longest.length) longest = { first, length };
  }
  return longest.length >= longestGap && longest.length < 24 ? longest : undefined;
}

function thinHours({ hours, minRequests }: Coverage, counts: CoverageCounts): string[] {
  if (hours === undefined) return [];
  return hoursBetween(...hours)
    .map((hour) => [hour, counts.hours.get(hour) ?? 0] as const)
    .filter(([, count]) => count < minRequests)
    .map(([hour, count]) => `${String(hour).padStart(2, '0')}:00 (${count})`);
}

function hoursBetween(first: number, last: number): number[] {
  const length = ((last - first + 24) % 24) + 1;
  return Array.from({ length }, (_, offset) => (first + offset) % 24);
}

function thinSegments({ segments, minRequests }: Coverage, counts: CoverageCounts): string[] {
  return Object.entries(segments).flatMap(([dimension, values]) =>
    values
      .map((value) => [value, counts.segments.get(dimension)?.get(value) ?? 0] as const)
      .filter(([, count]) => count < minRequests)
      .map(([value, count]) => `${dimension}=${value} (${count})`),
  );
}
