import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../database/database.ts';
import type { World } from '../world.ts';

/**
 * Runs work on an empty database that spills into a folder of its own, which is gone afterwards. An interruption stops
 * the query that runs.
 */
export async function withDatabase<T>(
  world: World,
  workFolder: string,
  work: (db: Database) => Promise<T>,
): Promise<T> {
  const tempFolder = await mkdtemp(join(workFolder, 'tmp-'));
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
