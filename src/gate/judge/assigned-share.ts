import { resolve } from 'node:path';
import { messageOf, systemErrorCode } from '../../domain/errors.ts';
import type { Stage } from '../../domain/plan.ts';
import { readDefinition } from '../../assignment/definitions.ts';
import { readTextFile } from '../../files/read-file.ts';
import type { AssignedShare } from '../../verdict/checks/assignment.ts';
import type { Rollout } from '../rollout/rollout.ts';

/** What the flag that assigns users says of the candidate's share; undefined where the plan names no definition. */
export async function assignedShare(rollout: Rollout, stage: Stage): Promise<AssignedShare | undefined> {
  const { plan, folder, candidate, registry } = rollout;
  const { file, scheme, flag } = plan.assignment;
  if (file === undefined) return undefined;
  const around = { file, stage, now: registry.traffic[candidate.version] ?? 0, before: [] };
  try {
    const text = await readTextFile(resolve(folder, file));
    const names = ['candidate', candidate.version, plan.candidate];
    return { ...around, ...readDefinition(scheme, text, { flag, names }) };
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return { ...around, problem: `cannot be read: ${messageOf(error)}` };
  }
}
