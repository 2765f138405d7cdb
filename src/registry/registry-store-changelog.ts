import { dirname, join } from 'node:path';
import { UserError } from '../domain/errors.ts';
import type { ModelRegistry } from '../domain/registry.ts';
import { changelogText } from './changelog.ts';
import type { StillHeld } from './registry-lock.ts';
import { replaceFile, writeFailure } from './registry-store-write.ts';

/** What became of the changelog when the registry was changed. */
export interface ChangelogOutcome {
  /** Why the changelog, unlike the registry, could not be written. */
  readonly changelogFailure?: string;
}

/** The changelog of a model, beside its registry file. */
export function changelogPath(folder: string, model: string): string {
  return join(folder, `${model}.CHANGELOG.md`);
}

/** The registry has been changed by now, so that a changelog which cannot follow is told and fails nothing. */
export async function writeChangelog(
  file: string,
  registry: ModelRegistry,
  stillHeld: StillHeld,
): Promise<ChangelogOutcome> {
  const path = changelogPath(dirname(file), registry.model);
  try {
    await replaceFile(path, changelogText(registry), stillHeld);
    return {};
  } catch (error) {
    const failure = error instanceof UserError ? error : writeFailure(error, path);
    if (failure === undefined) throw error;
    return {
      changelogFailure: `The change was made, but ${failure.message}. canary registry changelog writes it later.`,
    };
  }
}
