import type { LogSpan } from '../domain/log/log-span.ts';
import type { Stage, Statistics } from '../domain/plan.ts';

/** Units and requests that are there. */
export interface PlannedSize {
  readonly units: number;
  readonly requests: number;
}

/** What tells when a stage ends. */
export interface StageEnd {
  readonly statistics: Pick<Statistics, 'plannedUnits' | 'looks'>;
  readonly stage: Pick<Stage, 'minUnits' | 'minRequests'>;
  /** The shortest time that its requests must span, in ms; 0 where it does not wait for that. */
  readonly minDurationMs: number;
  /** Only requests before this time count (ISO 8601). */
  readonly to?: string | undefined;
  /** The time of the look (ISO 8601); where absent no end is past. */
  readonly now?: string | undefined;
}

/** The whole log of a stage, and the cohort of it that decides. */
export interface StageSizes {
  readonly log: PlannedSize;
  readonly judged: PlannedSize;
}

/**
 * The number of users that a stage's log will have at its end, all cohorts together, fixed at its first look: what the plan says; those that it has where nothing more can come;
 * else those that its pace so far brings until the end of its window or its shortest time, whichever comes later, and never fewer than it asks for.
 */
export function stageHorizon(end: StageEnd, { log, judged }: StageSizes, span: LogSpan): number {
  const { plannedUnits, looks } = end.statistics;
  if (plannedUnits !== undefined) return plannedUnits;
  const isComplete = end.to !== undefined && end.now !== undefined && Date.parse(end.to) <= Date.parse(end.now);
  if (looks === 1 || isComplete) return Math.max(1, log.units);
  const requestsPerUnit = judged.units > 0 ? judged.requests / judged.units : 1;
  const asked = Math.max(1, end.stage.minUnits, end.stage.minRequests / Math.max(1, requestsPerUnit));
  return Math.round(Math.max(asked / judgedShare({ log, judged }), log.units * growthUntil(end, span)));
}

/** The share of the log's users that the judged cohort has, in (0, 1]. */
export function judgedShare({ log, judged }: StageSizes): number {
  return judged.units > 0 && log.units > 0 ? Math.min(1, judged.units / log.units) : 1;
}

/** How many times as long the stage's requests will span at its end; 1 where nothing tells. */
function growthUntil({ minDurationMs, to }: StageEnd, { first, last }: LogSpan): number {
  if (first === null || last === null) return 1;
  const spanned = Date.parse(last) - Date.parse(first);
  if (!(spanned > 0)) return 1;
  const window = to === undefined ? 0 : Date.parse(to) - Date.parse(first);
  return Math.max(1, minDurationMs / spanned, window / spanned);
}
