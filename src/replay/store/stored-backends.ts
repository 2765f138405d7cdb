import type { ReplayWindow } from '../replay-windows.ts';
import { namesOfRecords, Parts } from './parts.ts';
import type { RowRange } from './row-range.ts';
import type { StoreFiles } from './store-files.ts';

/** What one backend computed of a version: a part for each window that is finished, named by its digest, and pieces of others. */
export interface StoredBackend {
  readonly name: string;
  readonly parts: Parts;
  /** The parts' names as they were when the store was looked through. */
  readonly names: ReadonlySet<string>;
}

/** The backends of which a key has outcomes, in order of their names. @throws UserError (exit 5) when the store cannot be read or made */
export async function storedBackends(files: StoreFiles, key: string): Promise<readonly StoredBackend[]> {
  const folders = new Map<string, string[]>();
  for (const path of await files.list(key)) {
    const [folder = '', ...rest] = path.split('/');
    if (rest.length === 0) continue;
    const names = folders.get(folder) ?? [];
    names.push(rest.join('/'));
    folders.set(folder, names);
  }
  return [...folders]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([folder, names]) => {
      const name = decodeURIComponent(folder);
      return { name, parts: new Parts(files, backendFolder(key, name)), names: namesOfRecords(names) };
    });
}

/** Where a backend's parts are. */
export function backendFolder(key: string, backend: string): string {
  return `${key}/${encodeURIComponent(backend === '' ? 'unnamed' : backend)}`;
}

/** Removes what is stored of windows, whichever backend computed it. */
export async function forget(backends: readonly StoredBackend[], windows: readonly ReplayWindow[]): Promise<void> {
  for (const { parts, names } of backends) {
    const pieces = piecesByWindow(names);
    for (const { digest } of windows) {
      const own = [digest, ...(pieces.get(digest) ?? []).map(({ name }) => name)];
      for (const name of own) if (names.has(name)) await parts.remove(name);
    }
  }
}

/** How many of the windows are finished. */
export function finishedIn({ names }: StoredBackend, windows: readonly ReplayWindow[]): number {
  return windows.filter(({ digest }) => names.has(digest)).length;
}

/** The folder of pieces among a backend's parts. There are few at a time, so that whoever needs one window's lists no other windows. */
export const piecesFolder = 'pieces';

/** The name of a window's piece, whose rows are counted from the first of its window, wherever a log has that. */
export function pieceName(digest: string, { from, to }: RowRange, window: RowRange): string {
  return `${piecesFolder}/${digest}.rows-${from - window.from}-${to - window.from}`;
}

/** A piece by its name, with its rows counted as in `pieceName`. */
export interface NamedPiece extends RowRange {
  readonly name: string;
}

/** The pieces among a backend's parts by the digest of their window. */
export function piecesByWindow(names: ReadonlySet<string>): ReadonlyMap<string, readonly NamedPiece[]> {
  const found = new Map<string, NamedPiece[]>();
  for (const name of names) {
    const [, digest, from, to] = /^pieces\/([\da-f]{64})\.rows-(\d+)-(\d+)$/u.exec(name) ?? [];
    if (digest === undefined) continue;
    found.set(digest, [...(found.get(digest) ?? []), { name, from: Number(from), to: Number(to) }]);
  }
  return found;
}
