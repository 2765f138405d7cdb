import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../database/database.ts';
import { ownedName, sweepAbandoned } from '../../files/owned-name.ts';
import type { World } from '../world.ts';

/** A killed evaluation leaves such a folder, which the next one in the same place removes. */
const spillPrefix = 'tmp-';

/**
 * Runs work on an empty database that spills into a folder of its own, which is gone afterwards. An interruption stops
 * the query that runs.
 */
export async function withDatabase<T>(
  world: World,
  workFolder: string,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  await sweepAbandoned(workFolder, spillPrefix);
  const tempFolder = join(workFolder, ownedName(spillPrefix));
  await mkdir(tempFolder, { mode: 0o700 });
  const db = await openDatabase({ tempFolder });
  const interrupt = () => db.interrupt();
  world.signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await work(db);
  } finally {
    world.signal.removeEventListener('abort', interrupt);
    world.progress.finish();
    db.close();
    await rm(tempFolder, { recursive: true, force: true });
  }
}
