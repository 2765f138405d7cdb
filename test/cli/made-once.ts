import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * A folder that is costly to make and that no test changes: the first test of the run that needs it makes it, and every
 * other test, in whichever process, copies it. It goes with the run's place for temporary files.
 * @param make fills the folder, which is empty
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const made = join(tmpdir(), `made-once-${name}`);
  const claim = `${made}.claim`;
  while (!existsSync(made)) {
    if (!claimed(claim)) {
      await wait(50);
      continue;
    }
    try {
      // Another process may have finished between the two looks.
      if (existsSync(made)) break;
      const unfinished = join(claim, 'unfinished');
      mkdirSync(unfinished);
      await make(unfinished);
      renameSync(unfinished, made);
    } finally {
      rmSync(claim, { recursive: true, force: true });
    }
  }
  return made;
}

/** Whether this call made the folder: of several at once only one does. */
function claimed(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}
