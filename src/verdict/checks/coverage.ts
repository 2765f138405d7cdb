import type { CheckResult } from '../../domain/evidence.ts';
import { formatCount } from '../../domain/format-number.ts';
import type { Coverage } from '../../domain/plan.ts';

/** How many judged requests there are of each hour of the day (UTC, `00` to `23`) and of each value of each dimension. */
export interface CoverageCounts {
  readonly hours: ReadonlyMap<number, number>;
  readonly segments: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Whether the requests span the hours and segments that the plan names, each with enough requests. */
export function coverage(wanted: Coverage | undefined, counts: CoverageCounts): CheckResult {
  const name = 'coverage';
  if (wanted === undefined)
    return { name, status: 'not-applicable', detail: 'the plan names no hours or segments to cover' };
  const thin = [...thinHours(wanted, counts), ...thinSegments(wanted, counts)];
  return thin.length === 0
    ? {
        name,
        status: 'pass',
        detail: `every hour and segment that the plan names has at least ${formatCount(wanted.minRequests)} requests`,
      }
    : { name, status: 'hold', detail: `fewer than ${formatCount(wanted.minRequests)} requests for ${thin.join(', ')}` };
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
