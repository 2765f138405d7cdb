/** Objects below one prefix of a bucket, by their names from there on. */
export interface ObjectStore {
  /** As a person names it: `s3://outcomes/intent`. */
  readonly name: string;
  /** The names that begin so. @throws UserError (exit 5) */
  list(prefix: string): Promise<readonly string[]>;
  /** An object's bytes; undefined where there is none. @throws UserError (exit 5) */
  get(key: string): Promise<Buffer | undefined>;
  /** Writes an object, whether there is one or not. @throws UserError (exit 5) */
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Writes an object where there is none. @returns whether there was none @throws UserError (exit 5) */
  putNew(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
  /** Removes an object, if it is there. @throws UserError (exit 5) */
  remove(key: string): Promise<void>;
}
