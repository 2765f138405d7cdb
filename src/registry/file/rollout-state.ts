import type { HistoryEntry, ModelRegistry, RolloutRecord } from '../../domain/registry.ts';
import type { Stage } from '../../domain/plan.ts';

/** A rollout by its plan's name, under which the registry remembers it, and its versions (no aliases). */
export interface RolloutVersions {
  readonly name: string;
  readonly baseline: string;
  readonly candidate: string;
}

/** `waiting` has entered no stage; `underway` has a candidate that may take traffic; the other two have ended. */
export type RolloutState = 'waiting' | 'underway' | 'complete' | 'rolled-back';

const stateAfter: Readonly<Partial<Record<HistoryEntry['action'], RolloutState>>> = {
  enter: 'underway',
  'step-down': 'underway',
  complete: 'complete',
  rollback: 'rolled-back',
};

/** Whether a history entry moved its rollout; looks and rehearsals leave it where it is. */
export function isMove({ action }: HistoryEntry): boolean {
  return stateAfter[action] !== undefined;
}

/**
 * The revision of what last moved a rollout, or brought its move to the router: what was proven before that was proven of another
 * situation. 0 before the first.
 */
export function lastMoveOf({ history }: Pick<ModelRegistry, 'history'>, name: string): number {
  return (
    history.findLast((entry) => entry.rollout === name && (isMove(entry) || entry.action === 'apply'))?.revision ?? 0
  );
}

/** The weight with which a rollout last entered a stage, in [0, 1]; undefined where it has not, or only earlier versions wrote of it. */
export function enteredWeight(
  { history }: Pick<ModelRegistry, 'history'>,
  name: string,
  stage: string,
): number | undefined {
  return history.findLast((entry) => entry.rollout === name && entry.stage === stage && entry.weight !== undefined)
    ?.weight;
}

/** Where a rollout stands, told from the last history entry that moved it. */
export function rolloutState({ history }: Pick<ModelRegistry, 'history'>, name: string | undefined): RolloutState {
  const last = history.findLast((entry) => entry.rollout === name && isMove(entry));
  return (last === undefined ? undefined : stateAfter[last.action]) ?? 'waiting';
}

/** The rollout of the model that is under way, of which there is one at most. */
export function rolloutUnderway(registry: ModelRegistry): string | undefined {
  return Object.keys(registry.rollouts).find((name) => rolloutState(registry, name) === 'underway');
}

/** What the registry remembers of the rollout of a name; undefined where it has not heard of it. */
export function rolloutRecord(
  { rollouts }: Pick<ModelRegistry, 'rollouts'>,
  name: string | undefined,
): RolloutRecord | undefined {
  // A plan may be called `constructor`, which every object answers to.
  return name !== undefined && Object.hasOwn(rollouts, name) ? rollouts[name] : undefined;
}

/** Who took a rollout's candidate out of traffic, and when: `1.5.0 was rolled back by ana at 2026-11-05T08:00:00.000Z: timeouts`. */
export function rolledBackText({ history }: Pick<ModelRegistry, 'history'>, name: string): string {
  const entry = history.findLast(({ rollout, action }) => rollout === name && action === 'rollback');
  const who = entry?.by === undefined ? '' : ` by ${entry.by}`;
  const why = entry?.reason === undefined ? '' : `: ${entry.reason}`;
  return `${entry?.version ?? 'the candidate'} was rolled back${who} at ${entry?.at ?? 'an unknown time'}${why}`;
}

/** Whether a person decided on a change, instead of evidence or without any. */
export function wasPersonal(registry: Pick<ModelRegistry, 'rollouts'>, entry: HistoryEntry): boolean {
  if (entry.override !== undefined || entry.action === 'step-down' || entry.action === 'approve') return true;
  const looks = rolloutRecord(registry, entry.rollout)?.looks ?? [];
  return entry.action === 'rollback' && !looks.some(({ at, stage }) => at === entry.at && stage === entry.stage);
}

/** What the registry remembers of a rollout; an empty record of one that it has not heard of. */
export function recordOf(registry: ModelRegistry, { name, baseline, candidate }: RolloutVersions): RolloutRecord {
  return rolloutRecord(registry, name) ?? { baseline, candidate, entered: [], looks: [] };
}

/**
 * The stage that may begin next: the one after the furthest that was entered. A stage that was put into the plan before
 * that one is passed over, since weights never fall.
 * @param stages of the plan, in order.
 * @param entered names of the stages entered so far, in order.
 * @returns undefined when the last stage was entered.
 */
export function nextStage<S extends Pick<Stage, 'name'>>(
  stages: readonly S[],
  entered: readonly string[],
): S | undefined {
  return stages[stages.findLastIndex(({ name }) => entered.includes(name)) + 1];
}
