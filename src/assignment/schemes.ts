import type { Assignment } from '../domain/plan.ts';
import { murmur3Bucket } from './murmur3.ts';

/** Gives a unit its bucket in [0, 1) under a salt; the same on every machine and in every version of canary. */
export type Scheme = (salt: string, unit: string) => number;

/** Every scheme that a plan may name. */
export const schemes: Readonly<Record<Assignment['scheme'], Scheme>> = {
  murmur3: murmur3Bucket,
};

/** The bucket of a unit under a plan's assignment, in [0, 1). */
export function bucketOf({ scheme, salt }: Assignment, unit: string): number {
  return schemes[scheme](salt, unit);
}
