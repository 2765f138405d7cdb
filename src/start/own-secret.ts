import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CacheOwner, cacheFolder } from './cache-folder.ts';

/** The file's name, which no code that is kept beside it has. */
export const secretName = 'secret';
const secretBytes = 32;
const openToOthers = 0o077;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/**
 * Random bytes that the user has on this machine and nobody else can read or write, made when they are first asked for:
 * whatever is sealed with them, this user's canary wrote here. Undefined where there is no folder for them.
 */
export function ownSecret(owner: CacheOwner): Buffer | undefined {
  const folder = cacheFolder(owner);
  const user = owner.getuid?.();
  if (folder === undefined || user === undefined) return undefined;
  const file = join(folder, secretName);
  try {
    writeFileSync(file, randomBytes(secretBytes), { mode: 0o600, flag: 'wx' });
  } catch {
    // There is one already, or the folder cannot be written: then there is none to be read either.
  }
  return readSecret(file, user);
}

function readSecret(file: string, user: number): Buffer | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const kind = fstatSync(descriptor);
    if (!kind.isFile() || kind.uid !== user || (kind.mode & openToOthers) !== 0) return undefined;
    const secret = readFileSync(descriptor);
    return secret.length === secretBytes ? secret : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
