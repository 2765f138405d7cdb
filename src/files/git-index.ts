import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { checkoutOf } from './checkout.ts';

/**
 * A file at or below a path that git tracks, and so may have come with the checkout: of the work trees around the path as it
 * is named and as it is once links are followed.
 *
 * The index is read as https://git-scm.com/docs/index-format has it, versions 2 to 4, since a container that canary runs in
 * often has the checkout and not git.
 *
 * @returns as an absolute path; undefined where git tracks none, or there is no work tree
 * @throws Error where the index cannot be read
 */
export function trackedBelow(path: string): string | undefined {
  const places = existsSync(path) ? [path, realpathSync(path)] : [path];
  for (const place of new Set(places)) {
    const checkout = checkoutOf(dirname(place));
    if (checkout === undefined) continue;
    const inside = relative(checkout, place).split(sep).join('/');
    for (const name of trackedNames(gitFolderOf(checkout))) {
      // A folder of a sparse index stands for all that is in it.
      const covers = name.endsWith('/') && `${inside}/`.startsWith(name);
      if (name === inside || name.startsWith(`${inside}/`) || covers) return join(checkout, name);
    }
  }
  return undefined;
}

/** The folder of git's own files: `.git`, or where a file of that name leads. */
function gitFolderOf(checkout: string): string {
  const git = join(checkout, '.git');
  if (statSync(git).isDirectory()) return git;
  return resolve(
    checkout,
    readFileSync(git, 'utf8')
      .replace(/^gitdir: /u, '')
      .trim(),
  );
}

/** Every name in the index, and in the one that it shares with other work trees. */
function trackedNames(gitFolder: string): readonly string[] {
  const file = join(gitFolder, 'index');
  if (!existsSync(file)) return [];
  const { names, shared } = readIndex(readFileSync(file), file);
  if (shared === undefined) return names;
  const base = join(gitFolder, `sharedindex.${shared}`);
  return [...names, ...readIndex(readFileSync(base), base).names];
}

interface Index {
  readonly names: readonly string[];
  /** Of a split index: the hash that names the shared one. */
  readonly shared?: string;
}

const headerBytes = 12;
/** Of an entry, before the hash of its object: times, device, inode, mode, owner and size, each of 4 bytes. */
const statBytes = 40;

/** A repository names its objects by SHA-1 or by SHA-256, and an index does not say which. */
function readIndex(bytes: Buffer, file: string): Index {
  for (const hashBytes of [20, 32]) {
    const index = readEntries(bytes, hashBytes);
    if (index !== undefined) return index;
  }
  throw new Error(`${join(basename(dirname(file)), basename(file))} is not a git index that canary can read`);
}

function readEntries(bytes: Buffer, hashBytes: number): Index | undefined {
  if (bytes.length < headerBytes + hashBytes || bytes.toString('latin1', 0, 4) !== 'DIRC') return undefined;
  const [version, count] = [bytes.readUInt32BE(4), bytes.readUInt32BE(8)];
  if (version < 2 || version > 4) return undefined;
  const end = bytes.length - hashBytes;
  const names: string[] = [];
  let at = headerBytes;
  let name = '';
  for (let entry = 0; entry < count; entry += 1) {
    const start = at;
    at += statBytes + hashBytes;
    if (at + 2 > end) return undefined;
    at += (bytes.readUInt16BE(at) & 0x4000) === 0 ? 2 : 4;
    if (version === 4) {
      const { value, next } = variableWidth(bytes, at);
      name = name.slice(0, name.length - value);
      at = next;
    } else name = '';
    const nul = bytes.indexOf(0, at);
    if (nul === -1 || nul >= end) return undefined;
    // As bytes, since version 4 counts them.
    name += bytes.toString('latin1', at, nul);
    at = version === 4 ? nul + 1 : start + Math.ceil((nul + 1 - start) / 8) * 8;
    const decoded = Buffer.from(name, 'latin1').toString('utf8');
    // An entry of a split index that replaces one of the shared index has no name of its own.
    if (decoded !== '') names.push(decoded);
  }
  const extensions = extensionsOf(bytes, at, end);
  return extensions === undefined ? undefined : { names, ...sharedIn(extensions, hashBytes) };
}

/** What follows the entries: four letters, a length and as many bytes each. Undefined where the rest is anything else. */
function extensionsOf(bytes: Buffer, from: number, end: number): ReadonlyMap<string, Buffer> | undefined {
  const found = new Map<string, Buffer>();
  let at = from;
  while (at + 8 <= end) {
    const next = at + 8 + bytes.readUInt32BE(at + 4);
    found.set(bytes.toString('latin1', at, at + 4), bytes.subarray(at + 8, next));
    at = next;
  }
  return at === end ? found : undefined;
}

/** The extension of a split index. */
function sharedIn(extensions: ReadonlyMap<string, Buffer>, hashBytes: number): Pick<Index, 'shared'> {
  const hash = extensions.get('link')?.toString('hex', 0, hashBytes);
  return hash === undefined || /^0+$/u.test(hash) ? {} : { shared: hash };
}

/** A number as pack files write an offset: seven bits a byte, the highest first, each further byte adding one. */
function variableWidth(bytes: Buffer, from: number): { readonly value: number; readonly next: number } {
  let at = from;
  let byte = bytes[at] ?? 0;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    at += 1;
    byte = bytes[at] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, next: at + 1 };
}
