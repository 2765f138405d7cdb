import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ambiguousUnits, isAmbiguous } from '../assignment/encoding.ts';
import { bucketerOf, stepsOf } from '../assignment/schemes.ts';
import { nearestWeights, weightText } from '../assignment/steps.ts';
import type { Assignment } from '../domain/exposure/assignment.ts';
import { cohortOf } from '../assignment/cohort.ts';
import { nodeAt } from '../documents/tree.ts';
import { basisOf } from '../domain/judged.ts';
import { invalidInput, messageOf } from '../domain/errors.ts';
import { assignmentChanges, changesText } from './rollout/assignment-in-force.ts';
import { openRollout, type Rollout, stageOf } from './rollout/rollout.ts';
import { weightWritten } from './rollout/weight-option.ts';
import type { World } from './world.ts';

export interface AssignOptions {
  /** File with one id per line; `-` for standard input. */
  readonly users?: string;
  readonly stage?: string;
  /** As written: `0.2` or `20%`. */
  readonly weight?: string;
}

/** Which version a unit gets. */
export interface AssignedUnit {
  readonly unit: string;
  readonly version: string;
  readonly cohort: 'canary' | 'stable';
  /** In [0, 1); the unit is in the canary while it is below the weight. */
  readonly bucket: number;
}

/** Assigns each id at a stage's weight, at a given weight, or at the weight that the registry has now. */
export async function assign(
  world: World,
  file: string,
  ids: readonly string[],
  options: AssignOptions,
): Promise<readonly AssignedUnit[]> {
  const rollout = await openRollout(world, file);
  const weight = weightOf(rollout, options);
  const units = options.users === undefined ? ids : [...ids, ...(await readIds(world, options.users))];
  if (units.length === 0)
    throw invalidInput('No user ids were given', { hint: 'canary assign PLAN user1 user2, or --users FILE' });
  const { baseline, candidate, plan, record } = rollout;
  const changes = assignmentChanges(rollout);
  if (changes.length > 0) world.note(`As the registry assigns users, not the plan: ${changesText(changes)}.`);
  const assignment = changes.length > 0 && record?.assignment !== undefined ? record.assignment : plan.assignment;
  if (isRouted(rollout, options))
    world.note(
      'The router decides who gets which version: the plan has no assignment, and these are what canary would do.',
    );
  requireOneBucket(assignment, units);
  const bucketOf = bucketerOf(assignment);
  return units.map((unit) => {
    const bucket = bucketOf(unit);
    const cohort = cohortOf(bucket, weight);
    return { unit, version: cohort === 'canary' ? candidate.version : baseline.version, cohort, bucket };
  });
}

/** Whether who served a user decides, and nobody said that canary knows how. */
function isRouted(rollout: Rollout, { stage }: AssignOptions): boolean {
  const isTold = nodeAt(rollout.parsed.positions, ['assignment']) !== undefined;
  return !isTold && basisOf(rollout.plan, stageOf(rollout, stage)) === 'live';
}

function weightOf(rollout: Rollout, { stage, weight }: AssignOptions): number {
  if (stage !== undefined && weight !== undefined) {
    throw invalidInput('--stage and --weight both name a weight', { hint: 'Write one of them.' });
  }
  if (stage !== undefined) return stageOf(rollout, stage).weight;
  if (weight === undefined) return rollout.registry.traffic[rollout.candidate.version] ?? 0;
  return expressible(weightWritten(weight), rollout.plan.assignment);
}

/** @throws UserError (exit 2) for a weight that the system that assigns cannot express */
function expressible(weight: number, assignment: Assignment): number {
  const steps = stepsOf(assignment);
  const nearest = steps === undefined ? undefined : nearestWeights(weight, steps);
  if (nearest === undefined) return weight;
  const hint = `Write ${weightText(nearest.below)} or ${weightText(nearest.above)}.`;
  throw invalidInput(`--weight ${weightText(weight)} cannot be expressed by ${assignment.scheme}`, { hint });
}

function requireOneBucket(assignment: Assignment, units: readonly string[]): void {
  const unclear = units.filter((unit) => isAmbiguous(assignment, unit));
  if (unclear.length === 0) return;
  const { message, hint } = ambiguousUnits(assignment, unclear.length, unclear[0] ?? '');
  throw invalidInput(message, { hint });
}

async function readIds(world: World, users: string): Promise<string[]> {
  const input = users === '-' ? world.stdin : createReadStream(resolve(world.cwd, users));
  const ids: string[] = [];
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) if (line !== '') ids.push(line);
  } catch (error) {
    throw invalidInput(`${users} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  return ids;
}
