import type { ReplayWindow } from '../replay-windows.ts';
import type { Parts } from './parts.ts';
import type { RowRange } from './row-range.ts';
import type { StorePlace } from './store-place.ts';

/** A version's outcomes as one backend computes them. */
export interface BackendFolder {
  readonly name: string;
  readonly files: Parts;
}

/** The backends of which a key has outcomes, by name. @throws UserError (exit 5) when the store cannot be read or made */
export async function backendFolders(place: StorePlace, key: string): Promise<readonly BackendFolder[]> {
  const names = await place.folders(key);
  const found: BackendFolder[] = [];
  for (const name of names.toSorted()) {
    found.push({ name: decodeURIComponent(name), files: await place.parts(`${key}/${name}`) });
  }
  return found;
}

/** How a backend's folder is named. */
export function folderName(backend: string): string {
  return encodeURIComponent(backend === '' ? 'unnamed' : backend);
}

/** Removes what is stored of windows, whichever backend computed it. */
export async function forget(folders: readonly BackendFolder[], windows: readonly ReplayWindow[]): Promise<void> {
  for (const { files } of folders) {
    const pieces = piecesByWindow(files.names);
    for (const { digest } of windows) {
      const names = [digest, ...(pieces.get(digest) ?? []).map(({ name }) => name)];
      for (const name of names) if (files.names.has(name)) await files.remove(name);
    }
  }
}

/** How many of the windows are finished. */
export function finishedIn({ names }: Parts, windows: readonly ReplayWindow[]): number {
  return windows.filter(({ digest }) => names.has(digest)).length;
}

/** The name of a window's piece, whose rows are counted from the first of its window, wherever a log has that. */
export function pieceName(digest: string, { from, to }: RowRange, window: RowRange): string {
  return `${digest}.rows-${from - window.from}-${to - window.from}`;
}

/** The pieces among a folder's parts by the digest of their window; their rows are counted as in `pieceName`. */
export function piecesByWindow(
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly (RowRange & { readonly name: string })[]> {
  const found = new Map<string, (RowRange & { readonly name: string })[]>();
  for (const name of names) {
    const [, digest, from, to] = /^([\da-f]{64})\.rows-(\d+)-(\d+)$/u.exec(name) ?? [];
    if (digest === undefined) continue;
    found.set(digest, [...(found.get(digest) ?? []), { name, from: Number(from), to: Number(to) }]);
  }
  return found;
}
