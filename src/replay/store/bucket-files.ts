import { readFile } from 'node:fs/promises';
import type { ObjectStore } from '../../domain/remote/object-store.ts';
import { FolderFiles } from './folder-files.ts';
import type { MadeFile, StoreFiles } from './store-files.ts';

/** A store in a bucket. The database reads files, so that large objects are kept in a folder of this machine too. */
export class BucketFiles implements StoreFiles {
  readonly #objects: ObjectStore;
  readonly #kept: FolderFiles;

  /** @param folder keeps what was fetched or written */
  constructor(objects: ObjectStore, folder: string) {
    this.#objects = objects;
    this.#kept = new FolderFiles(folder);
  }

  get name(): string {
    return this.#objects.name;
  }

  identity(): Promise<string> {
    return Promise.resolve(this.#objects.name);
  }

  async list(folder: string): Promise<readonly string[]> {
    const prefix = `${folder}/`;
    return (await this.#objects.list(prefix)).map((key) => key.slice(prefix.length));
  }

  get(path: string): Promise<Buffer | undefined> {
    return this.#objects.get(path);
  }

  put(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#objects.put(path, bytes);
  }

  putNew(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return this.#objects.putNew(path, bytes);
  }

  async remove(path: string): Promise<void> {
    await this.#objects.remove(path);
    await this.#kept.remove(path);
  }

  ready(folder: string): Promise<void> {
    return this.#kept.ready(folder);
  }

  async make(
    folder: string,
    write: (path: string) => Promise<void>,
    nameOf: (sha256: string) => string,
  ): Promise<MadeFile> {
    const made = await this.#kept.make(folder, write, nameOf);
    await this.#objects.put(nameOf(made.sha256), new Uint8Array(await readFile(made.path)));
    return made;
  }

  async local(path: string, sha256: string): Promise<string | undefined> {
    const kept = await this.#kept.local(path, sha256);
    if (kept !== undefined) return kept;
    const bytes = await this.#objects.get(path);
    if (bytes === undefined) return undefined;
    await this.#kept.put(path, new Uint8Array(bytes));
    return await this.#kept.local(path, sha256);
  }
}
