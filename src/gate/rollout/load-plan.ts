import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { type Diagnostic, invalidInput, messageOf, systemErrorCode } from '../../domain/errors.ts';
import { readTextFileSync } from '../../files/read-file.ts';
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
  /** The same without what says when a log ends. */
  readonly seriesSha256: string;
  readonly parsed: ParsedPlan;
}

/** Reads a plan. @throws UserError (exit 2) with every finding, located. */
export async function loadPlan(cwd: string, file: string): Promise<LoadedPlan> {
  const path = resolve(cwd, file);
  const folder = dirname(path);
  const text = readText(path, file);
  const parsed = parsePlan({ path: file, text, readBase: (base) => readText(resolve(folder, base), base) });
  if (!parsed.ok) throw invalidPlan(file, parsed.diagnostics);
  const [sha256, seriesSha256] = [digestOf(parsed.digestInput), digestOf(parsed.seriesInput)];
  return { file, folder, plan: parsed.plan, sha256, seriesSha256, parsed };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The error for a plan with findings: they are all told, and nothing is done. */
export function invalidPlan(file: string, diagnostics: readonly Diagnostic[]): Error {
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  return invalidInput(`${file} is not a valid rollout plan: ${errors} ${errors === 1 ? 'error' : 'errors'}`, {
    diagnostics,
  });
}

function readText(path: string, file: string): string {
  try {
    return readTextFileSync(path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') {
      throw invalidInput(`${file} does not exist`, {
        hint: 'canary init DIR writes a plan to start from.',
        cause: error,
      });
    }
    throw invalidInput(`${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
