import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { type Diagnostic, invalidInput, messageOf, systemErrorCode } from '../../domain/errors.ts';
import { readTextFile, readTextFileSync } from '../../files/read-file.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { type ParsedPlan, parsePlan } from '../../plan/parse-plan.ts';

/** A plan that is right in itself, and where it lies. */
export interface LoadedPlan {
  /** As the user wrote it. */
  readonly file: string;
  /** Absolute folder that the plan's paths start from. */
  readonly folder: string;
  readonly plan: RolloutPlan;
  /** sha256 (hex) of everything in the plan that can change a verdict. */
  readonly sha256: string;
  readonly parsed: ParsedPlan;
}

/** Reads a plan. @throws UserError (exit 2) with every finding, located. */
export async function loadPlan(cwd: string, file: string): Promise<LoadedPlan> {
  const path = resolve(cwd, file);
  const folder = dirname(path);
  const text = await readPlanText(path, file);
  const parsed = parsePlan({ path: file, text, readBase: (base) => readBase(resolve(folder, base), base) });
  if (!parsed.ok) throw invalidPlan(file, parsed.diagnostics);
  const sha256 = createHash('sha256').update(parsed.digestInput).digest('hex');
  return { file, folder, plan: parsed.plan, sha256, parsed };
}

/** The error for a plan with findings: they are all told, and nothing is done. */
export function invalidPlan(file: string, diagnostics: readonly Diagnostic[]): Error {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return invalidInput(`${file} is not a valid rollout plan: ${errors} ${errors === 1 ? 'error' : 'errors'}`, {
    diagnostics,
  });
}

async function readPlanText(path: string, file: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function readBase(path: string, file: string): string {
  try {
    return readTextFileSync(path);
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): Error {
  if (systemErrorCode(error) === 'ENOENT') {
    return invalidInput(`${file} does not exist`, {
      hint: 'canary init DIR writes a plan to start from.',
      cause: error,
    });
  }
  return invalidInput(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
}
