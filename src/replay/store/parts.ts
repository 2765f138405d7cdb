import { messageOf, systemErrorCode, unusableFile, UserError } from '../../domain/errors.ts';
import { ExitCode } from '../../domain/exit-code.ts';
import { fileSha256 } from '../../models/artifact.ts';

/** How the names of files begin that are being written. */
export const unfinishedPrefix = '.unfinished-';
/** How the names of records end. */
export const recordEnd = '.json';
/** Whoever loses to a damaged record tries again so often before it gives up. */
export const mostTries = 3;

/** What is known of a part beside its rows. */
export interface PartFacts {
  readonly rows: number;
  /** Most memory in bytes that the process had resident which made it; null where it could not tell. */
  readonly peakMemory: number | null;
}

export interface StoredPart extends PartFacts {
  /** Its Parquet file. */
  readonly path: string;
}

/** What the record of a part says: it is there when its record is. */
export interface PartRecord extends PartFacts {
  readonly sha256: string;
}

/**
 * Immutable Parquet files by name, wherever they lie, that many processes, also of several machines, may write at once. A part is there when
 * its record is, of which the first stands. The record holds the digest of the Parquet file, so what was cut or altered counts as missing.
 */
export interface Parts {
  /** The parts that were there when this was opened, and those of this process; they may be damaged. */
  readonly names: ReadonlySet<string>;
  /** A part as it stands now; undefined where there is none, or it is not what was written: that one goes. */
  read(name: string): Promise<StoredPart | undefined>;
  /**
   * Adds a part.
   * @param write makes the Parquet file at the path that it is given
   * @returns the part that stands: another one where somebody was first
   * @throws UserError (exit 5) when it cannot be written
   */
  add(name: string, facts: PartFacts, write: (path: string) => Promise<void>): Promise<StoredPart>;
  /** Forgets a part. */
  remove(name: string): Promise<void>;
}

/** The file of a part's rows, whose name says which rows they are. */
export function rowsName(name: string, sha256: string): string {
  return `${name}.${sha256.slice(0, 16)}.parquet`;
}

/** The names of parts among those of files. */
export function namesOfRecords(files: readonly string[]): Set<string> {
  const records = files.filter((file) => file.endsWith(recordEnd) && !file.startsWith(unfinishedPrefix));
  return new Set(records.map((file) => file.slice(0, -recordEnd.length)));
}

export function recordText(record: PartRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** What a record says; undefined for a text that is none. */
export function parseRecord(text: string): PartRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isRecord(value: unknown): value is PartRecord {
  if (typeof value !== 'object' || value === null) return false;
  if (!('sha256' in value) || !('rows' in value) || !('peakMemory' in value)) return false;
  if (typeof value.sha256 !== 'string' || !/^[\da-f]{64}$/u.test(value.sha256)) return false;
  return Number.isSafeInteger(value.rows) && (value.peakMemory === null || typeof value.peakMemory === 'number');
}

/** A file's digest; null where it cannot be read. */
export async function digestOf(path: string): Promise<string | null> {
  try {
    return await fileSha256(path);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  }
}

/** What to say where the store refuses to be written. */
export function unwritable(folder: string, cause: unknown): Error {
  return new UnwritableStore(ExitCode.noVerdict, `The outcome store ${folder} cannot be written: ${messageOf(cause)}`, {
    hint: 'Make the folder writable or free some space; what is finished is kept.',
    cause,
  });
}

/** That this machine cannot write the store, whatever it would write. */
export class UnwritableStore extends UserError {}

/** The same for whatever a write threw: what the system or the database refuses is told, and all else is passed on. */
export function writingError(folder: string, error: unknown): unknown {
  const refused = systemErrorCode(error) !== undefined || messageOf(error).startsWith('IO Error');
  return refused ? unwritable(folder, error) : error;
}

/** What to say of a record that is neither good nor goes away. */
export function stuckRecord(store: string, name: string): Error {
  return unusableFile(`The outcome store ${store} holds a record that cannot be replaced: ${name}${recordEnd}`);
}
