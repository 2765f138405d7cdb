import { countOf } from '../domain/format-number.ts';
import type { Role } from '../domain/role.ts';
import type { UnusableRequests } from './mean-metric.ts';

/** Why a metric cannot be computed where some requests have nothing to count; undefined where there are none. */
export function unusableReason({ problem }: UnusableRequests, role: Role, requests: number): string | undefined {
  if (requests === 0) return undefined;
  return `${role}: ${problem} on ${countOf(requests, 'request')}`;
}
