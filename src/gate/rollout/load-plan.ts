import { createHash } from 'node:crypto';
import { dirname, join, relative, resolve } from 'node:path';
import { type Diagnostic, invalidInput, messageOf, systemErrorCode } from '../../domain/errors.ts';
import { checkoutOf } from '../../files/checkout.ts';
import { readTextFileSync } from '../../files/read-file.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { type ParsedPlan, parsePlan, planDigestInput, seriesDigestInput } from '../../plan/parse-plan.ts';
import type { World } from '../world.ts';
import { type Reach, reachOf } from './reach.ts';

/** A plan that is right in itself, and where it lies. */
export interface LoadedPlan {
  /** As the user wrote it. */
  readonly file: string;
  /** Absolute folder that the plan's paths start from. */
  readonly folder: string;
  /** Absolute folder that its text was read from: the same, or that of the trusted checkout. */
  readonly toldFolder: string;
  /** Absolute folder of the registry's files. */
  readonly registryFolder: string;
  readonly plan: RolloutPlan;
  readonly digests: PlanDigests;
  readonly parsed: ParsedPlan;
}

/** By what a plan is known. Computed when somebody asks, since those of hundreds of plans take a while. */
export interface PlanDigests {
  /** sha256 (hex) of everything in the plan that can change a verdict. */
  readonly sha256: string;
  /** The same without what says when a log ends. */
  readonly seriesSha256: string;
}

/**
 * Reads a plan. Where a trusted checkout is named, the plan, what it extends and its registry are those of that checkout, at
 * the same paths; its logs are the ones here.
 * @throws UserError (exit 2) with every finding, located; (exit 5) for a file that may not be read.
 */
export async function loadPlan(
  world: Pick<World, 'cwd' | 'permissions' | 'trusted'>,
  file: string,
): Promise<LoadedPlan> {
  const path = resolve(world.cwd, file);
  const folder = dirname(path);
  const told = world.trusted === undefined ? path : inTrusted(world.trusted, path);
  const toldFolder = dirname(told);
  const reach = reachOf(world, toldFolder);
  const readBase = (base: string): string => {
    reach.require(resolve(toldFolder, base), 'extends');
    return readText(resolve(toldFolder, base), base);
  };
  const parsed = parsePlan({ path: file, text: readText(told, file), readBase });
  if (!parsed.ok)
    throw invalidPlan(
      file,
      parsed.diagnostics.map((found) => withoutForeignText(world.cwd, reach, found)),
    );
  const registryFolder = resolve(toldFolder, parsed.plan.registry);
  reach.require(registryFolder, 'registry');
  const { plan } = parsed;
  return { file, folder, toldFolder, registryFolder, plan, digests: new DigestsOf(plan), parsed };
}

/** The place in a trusted checkout of a file of this one. @throws UserError (exit 2) for a file that is in no checkout */
function inTrusted(trusted: string, path: string): string {
  const checkout = checkoutOf(dirname(path));
  if (checkout !== undefined) return join(trusted, relative(checkout, path));
  throw invalidInput(`--trusted needs ${path} to lie in a git work tree, whose paths the trusted one shares`);
}

/** A finding without what it quotes of a file that is not the plan's to show, such as one that extends: names elsewhere. */
function withoutForeignText(cwd: string, reach: Reach, found: Diagnostic): Diagnostic {
  if (reach.holds(resolve(cwd, found.file))) return found;
  const { severity, rule, file, line, column } = found;
  const place = { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
  const message = `${rule}: what is written there is not shown, since the file lies outside the checkout`;
  return { severity, rule, file, ...place, message };
}

class DigestsOf implements PlanDigests {
  readonly #plan: RolloutPlan;
  #sha256: string | undefined;
  #seriesSha256: string | undefined;

  constructor(plan: RolloutPlan) {
    this.#plan = plan;
  }

  get sha256(): string {
    return (this.#sha256 ??= digestOf(planDigestInput(this.#plan)));
  }

  get seriesSha256(): string {
    return (this.#seriesSha256 ??= digestOf(seriesDigestInput(this.#plan)));
  }
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
