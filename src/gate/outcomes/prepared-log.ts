import { createHash } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { UserError } from '../../domain/errors.ts';
import { isObjectSource } from '../../domain/remote/storage.ts';
import { type PreparedFile, PreparedRequests } from '../../replay/store/prepared-requests.ts';
import type { StoreLocation } from '../../replay/store/store-place.ts';
import { resolveRequestFiles } from '../../requests/files/request-files.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { readOptionsOf, readStageRequests } from '../rollout/stage-requests.ts';
import { withObjects } from '../sources/objects.ts';
import type { World } from '../world.ts';
import { strataOf } from './obtain-outcomes.ts';
import type { OutcomeSources } from './outcome-sources.ts';

/**
 * Reads the log into the table `requests` and keeps its windows in the store, for processes that have no log.
 * @param staged the rollout as one stage sees it
 * @throws UserError (exit 5) where the log cannot be read or the store not be written
 */
export async function prepareLog(
  world: World,
  staged: Rollout,
  sources: OutcomeSources,
  db: Database,
  location: StoreLocation,
): Promise<PreparedRequests> {
  const { files } = await readLog(world, staged, sources, db);
  const strata = await strataOf(staged, location);
  const prepared = await PreparedRequests.prepare(
    db,
    { table: 'requests', strata },
    {
      location,
      name: jobName(staged, sources),
      // Whoever turns out to depend on its batch is asked one by one.
      batches: [staged.plan.replay.batch, 1],
      files: files.map(({ path, bytes }) => ({ path, bytes })),
      onProgress: (done, total) => world.progress.report('storing requests', done, total),
    },
  );
  world.progress.finish();
  return prepared;
}

/** Reads the log of a stage, also where it is in a bucket. */
export async function readLog(world: World, staged: Rollout, sources: OutcomeSources, db: Database) {
  const { rollout } = await withObjects(world, staged);
  return await readStageRequests(db, rollout, sources);
}

/**
 * The windows that somebody prepared of the plan's log, where it is not here or has not changed since.
 * @returns undefined where there are none, or other files are here now
 */
export async function findPrepared(
  world: World,
  staged: Rollout,
  sources: OutcomeSources,
  location: StoreLocation,
): Promise<PreparedRequests | undefined> {
  const prepared = await PreparedRequests.find(location, jobName(staged, sources));
  if (prepared === undefined || (await isUnchanged(staged, prepared.files))) return prepared;
  world.note('The log has changed since it was prepared, so it is read here.');
  return undefined;
}

/** Whether the log is what it was, as far as it is on this machine. */
async function isUnchanged({ plan, folder }: Rollout, files: readonly PreparedFile[]): Promise<boolean> {
  const { source } = plan.requests;
  if (source.some(isObjectSource)) return true;
  try {
    const found = await resolveRequestFiles(folder, source);
    const sizes = new Map(files.map(({ path, bytes }) => [path, bytes]));
    return found.length === files.length && found.every(({ path, bytes }) => sizes.get(path) === bytes);
  } catch (error) {
    if (error instanceof UserError) return true;
    throw error;
  }
}

/** Tells which requests a plan's stage reads, and how: what two machines with the same plan agree on without a log. */
function jobName(staged: Rollout, sources: OutcomeSources): string {
  const { folder: _place, ...options } = readOptionsOf(staged, sources);
  const text = canonicalJson(JSON.parse(JSON.stringify([options, staged.plan.replay.batch])));
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
