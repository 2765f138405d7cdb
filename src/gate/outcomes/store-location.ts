import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { isObjectSource } from '../../domain/remote/storage.ts';
import { bucketStore } from '../../remote/storage/bucket-store.ts';
import type { StoreLocation } from '../../replay/store/store-place.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { requireOwn, workFolder } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';

/** Where outcomes are stored beside a plan. */
export function outcomeStoreFolder(work: string): string {
  return join(work, 'outcomes');
}

/**
 * Where a rollout's outcomes are kept. What is fetched from a bucket is kept beside the plan.
 * @param chosen by the user: a folder, or a URL such as `s3://outcomes/intent`
 * @throws UserError (exit 2) for a URL that is not a bucket, (exit 5) where git tracks a file of a folder
 */
export function storeOf(
  world: World,
  { folder, plan }: Pick<Rollout, 'folder' | 'plan'>,
  chosen: string | undefined,
): StoreLocation {
  const work = workFolder(world, folder);
  if (chosen === undefined) return { folder: outcomeStoreFolder(work) };
  if (!isObjectSource(chosen)) {
    const store = resolve(world.cwd, chosen);
    requireOwn(store);
    return { folder: store };
  }
  const objects = bucketStore(world.permissions, chosen, plan.requests.storage ?? {}, world.signal);
  const identity = createHash('sha256').update(objects.name).digest('hex').slice(0, 16);
  return { folder: join(work, 'stores', identity), objects };
}
