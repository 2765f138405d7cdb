import type { Stage } from '../domain/plan.ts';

/** Units and requests that a stage has. */
export interface PlannedSize {
  readonly units: number;
  readonly requests: number;
}

const unwritten = 1000;

/**
 * The number of units that a stage's sequential bounds are tuned for (N*): what the plan writes as `minUnits`, or its
 * `minRequests` over the mean requests per unit; 1,000 where it writes neither. Every choice is valid as long as it is
 * made before the first look; this one makes bounds tightest about where the plan expects to decide.
 */
export function plannedUnits(stage: Stage, judged: PlannedSize): number {
  if (stage.plannedSize.units) return Math.max(1, stage.minUnits);
  if (stage.plannedSize.requests && judged.units > 0) {
    return Math.max(1, Math.round(stage.minRequests / (judged.requests / judged.units)));
  }
  return unwritten;
}
