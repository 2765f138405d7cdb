import { isAbsolute, relative, sep } from 'node:path';

/** A path as a person reads it best: from the working folder where the file lies below that, else in full. */
export function shownPath(cwd: string, path: string): string {
  const below = relative(cwd, path);
  return below.startsWith('..') || isAbsolute(below) ? path : below.split(sep).join('/');
}
