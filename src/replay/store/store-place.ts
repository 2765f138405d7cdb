import type { ObjectStore } from '../../domain/remote/object-store.ts';
import { BucketFiles } from './bucket-files.ts';
import { FolderFiles } from './folder-files.ts';
import type { StoreFiles } from './store-files.ts';

/** Where a store lies. */
export interface StoreLocation {
  /** A folder, made if it is not there; for objects the folder of this machine that keeps what was fetched. */
  readonly folder: string;
  /** Set where the store is in a bucket. */
  readonly objects?: ObjectStore | undefined;
}

export function filesAt({ folder, objects }: StoreLocation): StoreFiles {
  return objects === undefined ? new FolderFiles(folder) : new BucketFiles(objects, folder);
}
