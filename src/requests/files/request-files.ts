import { access, constants, readdir, stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { glob, isDynamicPattern } from 'tinyglobby';
import { systemErrorCode, unusableFile, type UserError } from '../../domain/errors.ts';
import { urlOfObjectPath } from '../../domain/remote/storage.ts';
import { namedContainer } from '../containers/containers.ts';
import { type FileKind, fileKind } from './file-kind.ts';

export interface RequestFile extends FileKind {
  /** As evidence names it: relative to the plan's folder, with forward slashes. */
  readonly path: string;
  readonly absolutePath: string;
  readonly bytes: number;
  /** What the names of its folders say of every record. */
  readonly partitions: Readonly<Record<string, string>>;
}

type FilePlace = Pick<RequestFile, 'path' | 'absolutePath'>;

/** More than one core reads sooner: some 4,000 requests in JSON. */
const smallBytes = 1_000_000;

/** What the column that tells files apart can hold. */
const mostFiles = 65_535;

/**
 * Finds the files of a log: paths and globs relative to a folder, sorted by path, each file once however many patterns
 * name it.
 * @param key of the plan that names them, for messages.
 * @throws UserError (exit 5) for a pattern that matches nothing, a file that is empty, unreadable or of no known format,
 * and a source that is not on this machine.
 */
export async function resolveRequestFiles(
  folder: string,
  patterns: readonly string[],
  key = 'requests.source',
): Promise<RequestFile[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const path of await matchesOf(folder, pattern, key)) found.add(path);
  }
  const files = [...found]
    .map((absolutePath) => ({
      path: urlOfObjectPath(absolutePath) ?? relative(folder, absolutePath).split(sep).join('/'),
      absolutePath,
    }))
    .toSorted((left, right) => (left.path < right.path ? -1 : 1));
  if (files.length > mostFiles) throw tooManyFiles(files.length);
  const read: RequestFile[] = [];
  for (const file of files) read.push(await recognised(file));
  return read;
}

/** Whether files hold so little that one core is enough for them. */
export function areSmall(files: readonly RequestFile[]): boolean {
  return files.reduce((sum, { bytes }) => sum + bytes, 0) <= smallBytes;
}

function tooManyFiles(count: number): UserError {
  return unusableFile(`requests.source: ${count} files are more than the ${mostFiles} that canary reads at once`, {
    hint: 'put small files together, one record per line, for instance with jq -c . *.json > log.jsonl',
  });
}

async function matchesOf(folder: string, pattern: string, key: string): Promise<string[]> {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//iu.exec(pattern)?.[1];
  if (scheme !== undefined) throw remoteSource(scheme, pattern);
  // A name that looks like a glob but is a file means the file.
  if (!isDynamicPattern(pattern) || (await exists(resolve(folder, pattern)))) {
    const path = resolve(folder, pattern);
    if (!(await exists(path))) throw await nothingFound(folder, pattern, key);
    return [path];
  }
  const paths = await glob(pattern, { cwd: folder, absolute: true, onlyFiles: true, expandDirectories: false });
  if (paths.length === 0) throw await nothingFound(folder, pattern, key);
  return paths.map((path) => resolve(path));
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemErrorCode(error) ?? '')) return false;
    throw unusableFile(`${path}: cannot be opened (${systemErrorCode(error) ?? 'unknown error'})`, { cause: error });
  }
}

/** @throws UserError (exit 5) for what is not a file that holds something. */
async function recognised({ path, absolutePath }: FilePlace): Promise<RequestFile> {
  const facts = await stat(absolutePath);
  if (!facts.isFile())
    throw unusableFile(`${path}: is not a file`, { hint: `to read a folder, write ${path}/*.jsonl` });
  if (facts.size === 0) throw unusableFile(`${path}: the log is empty`, { hint: 'name a log that holds requests' });
  try {
    await access(absolutePath, constants.R_OK);
  } catch (error) {
    throw unusableFile(`${path}: the log cannot be read (${systemErrorCode(error) ?? 'unknown error'})`, {
      hint: 'check the permissions of the file',
      cause: error,
    });
  }
  return {
    path,
    absolutePath,
    bytes: facts.size,
    partitions: partitionsOf(absolutePath),
    ...(await fileKind(path, absolutePath)),
  };
}

function remoteSource(scheme: string, source: string): UserError {
  return unusableFile(
    /^(?:s3|gs|az|https?)$/iu.test(scheme)
      ? `${source}: there is no such object here yet`
      : `${source}: canary reads local files, and objects of s3://, gs://, az:// and https://`,
    {
      hint: 'objects are read where requests.source names them; copy other files here and name them, such as requests/*.jsonl',
    },
  );
}

async function nothingFound(folder: string, pattern: string, key: string): Promise<UserError> {
  const searched = folderOf(folder, pattern);
  const names = await namesIn(searched);
  const wanted = pattern.slice(pattern.lastIndexOf('/') + 1);
  const nearest = names
    .map((name) => ({ name, letters: distance(name, wanted) }))
    .toSorted((left, right) => left.letters - right.letters)
    .slice(0, 3)
    .map(({ name }) => name);
  const there =
    names.length === 0 ? 'that folder does not exist or has no logs' : `the nearest names there: ${nearest.join(', ')}`;
  return unusableFile(`${key}: no file matches ${pattern}`, { hint: `looked in ${searched}; ${there}` });
}

/** The part of a pattern's path before its first wildcard, without its last name. */
function folderOf(folder: string, pattern: string): string {
  const parts = pattern.split('/');
  const dynamic = parts.findIndex((part) => isDynamicPattern(part));
  const fixed = parts.slice(0, dynamic === -1 ? -1 : Math.min(dynamic, parts.length - 1)).join('/');
  return isAbsolute(pattern) ? resolve('/', fixed) : resolve(folder, fixed);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => namedContainer(name) !== undefined).toSorted();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(systemErrorCode(error) ?? '')) return [];
    throw error;
  }
}

/** What Hive writes where a record has no value to partition by. */
const noValue = '__HIVE_DEFAULT_PARTITION__';

/**
 * The columns that a file's folders hold, as Hive and Spark write them: `…/locale=de-DE/date=2026-11-01/part-0.parquet`.
 * Characters that no folder may have are written as `%3A`.
 */
function partitionsOf(absolutePath: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const folder of absolutePath.split(/[/\\]/u).slice(0, -1)) {
    const [, name, value] = /^([^=]+)=(.*)$/su.exec(folder) ?? [];
    if (name !== undefined && value !== undefined && value !== '' && value !== noValue)
      found[plain(name)] = plain(value);
  }
  return found;
}

function plain(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch (error) {
    // A name with a percent sign of its own.
    if (error instanceof URIError) return written;
    throw error;
  }
}
