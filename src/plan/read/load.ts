import type { Load } from '../../domain/load.ts';
import type { ReplaySettings } from '../../domain/plan.ts';

/** How a plan wants requests to come while they are timed. */
export function loadOf({ rate, concurrency, speedup = 1 }: ReplaySettings): Load {
  if (rate !== undefined) return { kind: 'open', rate, speedup, concurrency: concurrency ?? null };
  if (concurrency !== undefined && concurrency > 1) return { kind: 'closed', concurrency };
  return { kind: 'one-by-one' };
}
