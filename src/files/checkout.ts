import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The git work tree that a folder lies in; undefined where it lies in none. */
export function checkoutOf(folder: string): string | undefined {
  for (let each = folder; ; each = dirname(each)) {
    if (existsSync(join(each, '.git'))) return each;
    if (each === dirname(each)) return undefined;
  }
}
