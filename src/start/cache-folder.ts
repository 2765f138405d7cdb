import { existsSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';

/** What of the process says where a user's cache is. */
export type CacheOwner = Pick<NodeJS.Process, 'env' | 'platform' | 'getuid'>;

/** Write permission for the group or for others. */
const writableByOthers = 0o022;
const openToOthers = 0o077;

/**
 * The folder of the user's own in which canary may keep code that V8 has compiled; undefined where there is none that
 * nobody else can write, because what lies in it is run.
 *
 * `$XDG_CACHE_HOME/canary`, else `Library/Caches/canary` (macOS) or `.cache/canary` in the home folder; made with mode
 * 0700 where it is missing. Every folder above belongs to the user or to root and is writable by nobody else, which
 * rules out the shared temporary folder; none is a checkout. On Windows, where modes say nothing of who may write, there
 * is none. Nor is there for root in the home folder of somebody else, as under `sudo`.
 */
export function cacheFolder(owner: CacheOwner): string | undefined {
  const user = owner.getuid?.();
  if (user === undefined) return undefined;
  try {
    const parent = parentOf(owner);
    if (parent === undefined) return undefined;
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    const folder = join(realpathSync(parent), 'canary');
    if (!isOnlyOurs(dirname(folder), user)) return undefined;
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    const found = lstatSync(folder);
    const isPrivate = found.isDirectory() && found.uid === user && (found.mode & openToOthers) === 0;
    return isPrivate ? folder : undefined;
  } catch {
    // A home that is missing, read-only or full: the program runs as well without.
    return undefined;
  }
}

function parentOf({ env, platform }: CacheOwner): string | undefined {
  const configured = env['XDG_CACHE_HOME'];
  if (configured !== undefined && isAbsolute(configured)) return configured;
  const home = homedir();
  // Made inside a home, never the home itself.
  if (!existsSync(home)) return undefined;
  return platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
}

/** Whether a folder belongs to the user and nobody else may change it, nor what leads to it; a checkout is everybody's. */
function isOnlyOurs(folder: string, user: number): boolean {
  if (lstatSync(folder).uid !== user) return false;
  for (let each = folder; ; each = dirname(each)) {
    const { uid, mode } = lstatSync(each);
    if ((uid !== user && uid !== 0) || (mode & writableByOthers) !== 0) return false;
    if (existsSync(join(each, '.git'))) return false;
    if (each === dirname(each)) return true;
  }
}
