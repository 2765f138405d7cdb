import { countOf } from '../domain/format-number.ts';
import type { Role } from '../domain/role.ts';
import type { UnusableRequests } from './mean-metric.ts';

/** How many requests of a version count, and how many should and cannot. */
export interface UsableCounts {
  readonly unusable: number;
  readonly counted: number;
}

/** Why a metric cannot be computed where some requests have nothing to count; undefined where there are none, or few enough. */
export function unusableReason(
  { problem, tolerated = 0 }: UnusableRequests,
  role: Role,
  { unusable, counted }: UsableCounts,
): string | undefined {
  if (unusable <= tolerated * (unusable + counted)) return undefined;
  return `${role}: ${problem} on ${countOf(unusable, 'request')}`;
}
