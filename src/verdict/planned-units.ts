import { judgedShare, type StageSizes } from './stage-horizon.ts';

/** The sequential bound is tightest, on average over the looks before, where it is tuned for a part of what there will be. */
const tunedFor = 0.3;

/** No log is judged on fewer effective units. */
const fewest = 30;

/**
 * The number of judged units that a stage's sequential bounds are tuned for (N*): three tenths of those that it will have at its end. Every choice is valid as long as it is made before the first
 * look; ten times too many costs about a third more data, ten times too few about an eighth.
 * @param horizon users that the log will have at the end.
 */
export function plannedUnits(horizon: number, sizes: StageSizes): number {
  return Math.max(fewest, Math.round(tunedFor * horizon * judgedShare(sizes)));
}

/** The judged units at the end that sequential bounds were tuned for. */
export function judgedAtEnd(frozenUnits: number): number {
  return frozenUnits / tunedFor;
}
