import { mkdir } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { invalidInput, messageOf, unusableFile } from '../../domain/errors.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { compatJson, compatModule } from '../../report/exports/compat-module.ts';
import type { WrittenCompatibility } from '../../report/commands/compat-text.ts';
import { openRollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

/**
 * Writes a wrapper for callers that still expect the baseline's labels, from the candidate's label map: a module, and beside
 * it the mapping as JSON.
 *
 * @param output the module's path, which ends in `.mjs` or `.js`
 * @throws UserError (exit 2) where there is no label map, (exit 5) where the files cannot be written
 */
export async function exportCompatibility(world: World, file: string, output: string): Promise<WrittenCompatibility> {
  if (!['.mjs', '.js'].includes(extname(output))) {
    throw invalidInput(`${output} is not the name of a module`, { hint: 'Write -o compat.mjs.' });
  }
  const { plan, baseline, candidate } = await openRollout(world, file);
  const signature = candidate.entry.signature.output;
  if (signature.kind !== 'classification' || signature.translation === undefined) {
    throw invalidInput(`${candidate.version} has no label map, so there is nothing to write`, {
      hint: `Add "compat": {"labels": {"NEW": "OLD"}} to version ${candidate.version} in the registry.`,
    });
  }
  const { own, to } = signature.translation;
  const map = {
    model: plan.model,
    from: baseline.version,
    to: candidate.version,
    labels: to,
    unmapped: own.filter((label) => !Object.hasOwn(to, label)),
  };
  const json = output.replace(/\.m?js$/u, '.json');
  try {
    await mkdir(dirname(resolve(world.cwd, output)), { recursive: true });
    await replaceFile(resolve(world.cwd, output), compatModule(map));
    await replaceFile(resolve(world.cwd, json), compatJson(map));
  } catch (error) {
    throw unusableFile(`${output} cannot be written: ${messageOf(error)}`, { cause: error });
  }
  return { map, module: output, json };
}
