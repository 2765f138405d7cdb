import { join } from 'node:path';
import type { KeptRowsPlace } from '../../domain/log/kept-rows.ts';
import { mebibyte } from '../../files/read-file.ts';
import type { World } from '../world.ts';
import { workFolder } from './work-folder.ts';

/** DuckDB reads fewer lines as soon as what was kept of them. */
const leastBytes = 32 * mebibyte;
/** Some ten times what a log of 50 million requests takes. */
const mostBytes = 2048 * mebibyte;

/** What a command that reads a log says of what it kept of it. */
export interface KeptRowsOptions {
  /** Reads the log again, whatever is kept. */
  readonly fresh?: boolean | undefined;
  /** Tells why something that is kept is not used. */
  readonly verbose?: boolean | undefined;
}

/**
 * Where rows of logs are kept: `.canary/rows`, sealed so that rows which somebody else wrote there are none. Undefined where nothing can be
 * sealed.
 */
export function keptRowsPlace(
  world: World,
  planFolder: string,
  { fresh = false, verbose = false }: KeptRowsOptions = {},
): KeptRowsPlace | undefined {
  const secret = world.ownSecret();
  if (secret === undefined) return undefined;
  return {
    folder: join(workFolder(world, planFolder), 'rows'),
    secret,
    version: world.version,
    fresh,
    say: (line) => (verbose ? world.note(line) : undefined),
    leastBytes,
    mostBytes,
  };
}
