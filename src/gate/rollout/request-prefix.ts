import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { digestOfFile } from '../../files/digest-of-file.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import { systemErrorCode } from '../../domain/errors.ts';

/** What became of a request file since it was read: the `same`, `grown` at its end, `changed`, or `absent`. */
export type FileChange = 'same' | 'grown' | 'changed' | 'absent';

/** Compares a request file with what an evaluation recorded of it; a file that only grew still begins with the same bytes. */
export async function changeOf(folder: string, { path, bytes, sha256 }: RequestFileFacts): Promise<FileChange> {
  const file = resolve(folder, path);
  let size: number;
  try {
    size = (await stat(file)).size;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return 'absent';
    throw error;
  }
  if (size < bytes) return 'changed';
  if ((await digestOfFile(file, bytes)) !== sha256) return 'changed';
  return size === bytes ? 'same' : 'grown';
}

/** Files that no longer begin with what was read of them. */
export interface MovedFile {
  readonly facts: RequestFileFacts;
  readonly change: 'grown' | 'changed' | 'absent';
}

interface MovedOptions {
  readonly fixed?: boolean;
  /** How what became of one is found out, where not every one is a file of this machine. */
  readonly change?: (facts: RequestFileFacts) => Promise<FileChange>;
}

/** The files that are neither the same nor grown; `fixed` files may not even grow. */
export async function movedFiles(
  folder: string,
  files: readonly RequestFileFacts[],
  { fixed = false, change: look = (facts) => changeOf(folder, facts) }: MovedOptions = {},
): Promise<readonly MovedFile[]> {
  const moved: MovedFile[] = [];
  for (const facts of files) {
    const change = await look(facts);
    if (change !== 'same' && (change !== 'grown' || fixed)) moved.push({ facts, change });
  }
  return moved;
}

/** Says of the first of them that it is not what it was; undefined where there is none. */
export function movedText([first]: readonly MovedFile[]): string | undefined {
  if (first === undefined) return undefined;
  const { path } = first.facts;
  return first.change === 'absent' ? `${path} is gone` : `${path} no longer contains what it held at the last look`;
}
