import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { Script } from 'node:vm';
import { secretName } from './own-secret.ts';

/** Bytes of the digest that leads a file of the cache. */
const digestBytes = 32;
/** Files that stay, the newest: those of two builds or more, since a build has 130 of which each command loads some. */
const filesKept = 400;
const openToOthers = 0o077;
const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

/** What V8 compiled, kept for the next start in a folder that only the user can write. */
export class KeptCode {
  readonly #folder: string;
  readonly #user: number;

  constructor(folder: string, user: number) {
    this.#folder = folder;
    this.#user = user;
  }

  /**
   * The code of a script, where it was kept: of this text, by this Node, in a file of the user's own, and whole. V8 itself
   * believes damaged code and crashes.
   */
  read(file: string, text: string): Buffer | undefined {
    let descriptor: number | undefined;
    try {
      descriptor = openSync(this.#nameOf(file, text), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
      const kind = fstatSync(descriptor);
      const { uid, mode } = kind;
      if (!kind.isFile() || uid !== this.#user || (mode & openToOthers) !== 0) return undefined;
      const kept = readFileSync(descriptor);
      const code = kept.subarray(digestBytes);
      return sha256(code).equals(kept.subarray(0, digestBytes)) ? code : undefined;
    } catch {
      return undefined;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  /** Keeps the code of a script as far as it was compiled until now, whole or not at all; a failure costs the next start time. */
  write(file: string, text: string, script: Script): void {
    const name = this.#nameOf(file, text);
    const unfinished = `${name}.${process.pid}`;
    try {
      const code = script.createCachedData();
      writeFileSync(unfinished, Buffer.concat([sha256(code), code]), { mode: 0o600, flag: 'wx' });
      renameSync(unfinished, name);
    } catch {
      rmSync(unfinished, { force: true });
    }
  }

  /** Removes what the oldest builds left. */
  prune(): void {
    try {
      const names = readdirSync(this.#folder).filter((name) => name !== secretName);
      const files = names.map((name) => join(this.#folder, name));
      if (files.length <= filesKept) return;
      const aged = files.map((file) => ({ file, writtenAt: lstatSync(file).mtimeMs }));
      const newestFirst = aged.toSorted((one, other) => other.writtenAt - one.writtenAt);
      for (const { file } of newestFirst.slice(filesKept)) rmSync(file, { recursive: true, force: true });
    } catch {
      // Another process tidies up at the same moment.
    }
  }

  #nameOf(file: string, text: string): string {
    const identity = sha256(`${process.version} ${process.arch}\n${text}`).toString('hex');
    return join(this.#folder, `${basename(file, '.cjs')}-${identity.slice(0, 40)}`);
  }
}

function sha256(content: string | Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
