import type { LogSpan } from '../domain/log/log-span.ts';
import type { Stage } from '../domain/plan.ts';
import type { PlannedSize } from './planned-units.ts';

/** What tells when a stage ends. */
export interface StageEnd {
  readonly stage: Pick<Stage, 'minUnits' | 'minRequests'>;
  /** The shortest time that its requests must span, in ms. */
  readonly minDurationMs: number;
  /** Only requests before this time count (ISO 8601). */
  readonly to?: string | undefined;
}

/**
 * The number of units that a stage will have at its end, fixed at its first look: those that its pace so far brings
 * until the end of its window or its shortest time, whichever comes later, and never fewer than it asks for.
 * @param judged units and requests of the judged cohort now.
 */
export function stageHorizon(end: StageEnd, judged: PlannedSize, span: LogSpan): number {
  const requestsPerUnit = judged.units > 0 ? judged.requests / judged.units : 1;
  const asked = Math.max(1, end.stage.minUnits, end.stage.minRequests / Math.max(1, requestsPerUnit));
  return Math.round(Math.max(asked, judged.units * growthUntil(end, span)));
}

/** How many times as long the stage's requests will span at its end; 1 where nothing tells. */
function growthUntil({ minDurationMs, to }: StageEnd, { first, last }: LogSpan): number {
  if (first === null || last === null) return 1;
  const spanned = Date.parse(last) - Date.parse(first);
  if (!(spanned > 0)) return 1;
  const window = to === undefined ? 0 : Date.parse(to) - Date.parse(first);
  return Math.max(1, minDurationMs / spanned, window / spanned);
}
