import type { Stage } from '../domain/plan.ts';
import type { Scenarios } from './scenarios.ts';

/** A stage of a plan, and how a simulation judges it. */
export interface SimulatedStage {
  readonly stage: Stage;
  /** The share of users on whom it is judged as the canary: of a split log the share that the candidate serves while the stage is asked for. */
  readonly judgedWeight: number;
}

/**
 * The stages that a simulation walks. A split log has no shadow stage, since a version answers only those whom it serves; a stage is
 * judged on the split of the stage before it, or its own where there is none.
 */
export function simulatedStages(
  stages: readonly Stage[],
  comparison: Scenarios['comparison'],
): readonly SimulatedStage[] {
  if (comparison === 'paired') return stages.map((stage) => ({ stage, judgedWeight: stage.weight }));
  const exposing = stages.filter(({ weight }) => weight > 0);
  return exposing.map((stage, index) => {
    const before = exposing[index - 1]?.weight ?? 0;
    return { stage, judgedWeight: isSplit(before) ? before : isSplit(stage.weight) ? stage.weight : evenSplit };
  });
}

/** Where a plan exposes everybody at once, the kindest split stands in for the one that it does not have. */
const evenSplit = 0.5;

function isSplit(weight: number): boolean {
  return weight > 0 && weight < 1;
}
