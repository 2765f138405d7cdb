import type { Assignment, AssignmentKey, AssignmentRule, WrittenAssignment } from '../domain/exposure/assignment.ts';

/** Gives a unit its bucket in [0, 1): the unit is in the canary at every weight above it. */
export type Bucketer = (unit: string) => number;

/**
 * A way to decide who is in the canary. A system that counts in steps has a bucket in the middle between the last weight that
 * leaves the unit out and the first that takes it in, so that no rounding of a weight can move anybody.
 */
export interface Scheme {
  /** What a plan may write for it. */
  readonly keys: readonly AssignmentKey[];
  /** Ways of giving a share that it knows, the usual one first; none where there is one only. */
  readonly rules?: readonly AssignmentRule[];
  /** True where its SDKs do not agree on units that are not ASCII. */
  readonly encodings?: true;
  /** What the plan has to write and did not. */
  missing(written: WrittenAssignment): readonly AssignmentKey[];
  /** Fills in what the plan left out. @param name the plan's */
  complete(written: WrittenAssignment, name: string): Omit<Assignment, 'scheme' | 'file'>;
  /** Into how many equal steps it divides all weights; undefined where it tells any two weights apart. */
  steps(assignment: Assignment): number | undefined;
  bucketer(assignment: Assignment): Bucketer;
}

/** The middle of the step that a unit falls into. @param step from 0; below `steps` */
export function middleOf(step: number, steps: number): number {
  return (step + 0.5) / steps;
}

/** A salt that is the plan's name unless written: of schemes of which the salt is all that there is to say. */
export const salted: Pick<Scheme, 'keys' | 'missing' | 'complete'> = {
  keys: ['salt'],
  missing: () => [],
  complete: ({ salt }, name) => ({ salt: salt ?? name }),
};
