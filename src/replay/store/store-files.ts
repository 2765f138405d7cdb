/**
 * The files of a store that several machines may share, whether they lie in a folder or in a bucket, by paths of names joined by `/`. What is written is
 * there whole or not at all. Everything throws UserError (exit 5) where the store refuses.
 */
export interface StoreFiles {
  /** Where it lies, for messages. */
  readonly name: string;
  /** Tells this store from every other, wherever it is mounted; the first that asks makes it up. */
  identity(): Promise<string>;
  /** The files below a folder, at any depth, by their paths from there on. */
  list(folder: string): Promise<readonly string[]>;
  /** A small file's bytes; undefined where there is none. */
  get(path: string): Promise<Buffer | undefined>;
  /** Writes a file, whether there is one or not. */
  put(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Writes a file where there is none, so that of two writers the first wins. @returns whether there was none */
  putNew(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
  /** Removes a file, if it is there. */
  remove(path: string): Promise<void>;
  /** Makes a folder ready to be written: it is there, and what killed processes left below it, or beside the store's folders, is gone. */
  ready(folder: string): Promise<void>;
  /**
   * Adds a file that a library writes.
   * @param write makes it at the path that it is given
   * @param nameOf the file's path in the store, by the sha256 of its bytes
   */
  make(folder: string, write: (path: string) => Promise<void>, nameOf: (sha256: string) => string): Promise<MadeFile>;
  /** Where a file is on this machine, which is fetched if it must be; undefined where the store has not these bytes. */
  local(path: string, sha256: string): Promise<string | undefined>;
}

/** A file that was added to a store. */
export interface MadeFile {
  /** On this machine. */
  readonly path: string;
  readonly sha256: string;
}

/** A small file's text; undefined where there is none. @throws UserError (exit 5) when it cannot be read */
export async function textIn(files: StoreFiles, path: string): Promise<string | undefined> {
  return (await files.get(path))?.toString('utf8');
}

/** A text's bytes in UTF-8. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text));
}
