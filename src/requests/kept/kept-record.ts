import { parsedJson } from '../../files/parsed-json.ts';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What is known of kept rows before their record is read, which its name says. */
export interface RecordName {
  /** Tells how the rows were read: hex. */
  readonly key: string;
  /** The rows are those of a file's first bytes, of so many. */
  readonly bytes: number;
  /** Hex sha256 of those bytes. */
  readonly sha256: string;
}

/** Rows of the beginning of a file, or of all of it. */
export interface KeptRecord extends RecordName {
  /** Whether the bytes end with a line of their own, so that what was appended since begins one. */
  readonly endsLine: boolean;
  /** Unreadable records that are in no row; see `RecordScan`. */
  readonly furtherUnreadable: number;
  /** Hex sha256 of each Parquet file that holds some of the rows. */
  readonly parts: readonly string[];
}

/** What a seal is of beside the record: rows of another canary or of another database may mean something else. */
export interface SealedBy {
  readonly secret: Buffer;
  /** Versions of canary and of the database. */
  readonly version: string;
}

const namePattern = /^([\da-f]{32})-(\d{1,15})-([\da-f]{64})[.]json$/u;
const digest = /^[\da-f]{64}$/u;

export function fileNameOf({ key, bytes, sha256 }: RecordName): string {
  return `${key}-${bytes}-${sha256}.json`;
}

export function recordNameOf(fileName: string): RecordName | undefined {
  const [, key, bytes, sha256] = namePattern.exec(fileName) ?? [];
  return key === undefined || sha256 === undefined ? undefined : { key, bytes: Number(bytes), sha256 };
}

/** Tells ways of reading apart. @param sql of the rows, without the name of the file */
export function keyOf(sql: string): string {
  return createHash('sha256').update(sql).digest('hex').slice(0, 32);
}

/** The record as a text with the seal of whoever made it. */
export function sealed(record: KeptRecord, by: SealedBy): string {
  return `${JSON.stringify({ ...record, version: by.version, seal: sealOf(record, by) })}\n`;
}

/**
 * The record that a text holds.
 * @param name of the file that it is in; a record in another file's place is none
 * @returns why it is not to be believed where it is not
 */
export function unsealed(text: string, name: RecordName, by: SealedBy): KeptRecord | { readonly why: string } {
  const written = parsed(text);
  if (written === undefined) return { why: 'it is cut or damaged' };
  const { version, seal, ...record } = written;
  if (version !== by.version) return { why: `it is of ${version}, and this is ${by.version}` };
  const own = Buffer.from(sealOf(record, by), 'hex');
  const theirs = Buffer.from(seal, 'hex');
  if (own.length !== theirs.length || !timingSafeEqual(own, theirs))
    return { why: 'it was not written by this user on this machine' };
  const isOfFile = record.key === name.key && record.bytes === name.bytes && record.sha256 === name.sha256;
  return isOfFile ? record : { why: 'it is of another log' };
}

function sealOf(record: KeptRecord, { secret, version }: SealedBy): string {
  const { key, bytes, sha256, endsLine, furtherUnreadable, parts } = record;
  const content = JSON.stringify([version, key, bytes, sha256, endsLine, furtherUnreadable, parts]);
  return createHmac('sha256', secret).update(content).digest('hex');
}

/** A record as it is written, with its seal. */
interface WrittenRecord extends KeptRecord {
  readonly version: string;
  readonly seal: string;
}

function parsed(text: string): WrittenRecord | undefined {
  const value = parsedJson(text);
  return isWritten(value) ? value : undefined;
}

function isWritten(value: unknown): value is WrittenRecord {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const parts = fields.get('parts');
  return (
    ['key', 'sha256', 'version', 'seal'].every((name) => typeof fields.get(name) === 'string') &&
    ['bytes', 'furtherUnreadable'].every((name) => typeof fields.get(name) === 'number') &&
    typeof fields.get('endsLine') === 'boolean' &&
    Array.isArray(parts) &&
    parts.every((part) => typeof part === 'string' && digest.test(part))
  );
}
