import { once } from 'node:events';
import { createGunzip } from 'node:zlib';

/** Watches the bytes of a compressed file; what it finds means that records are missing. */
export interface CompressionWatch {
  push(bytes: Uint8Array): Promise<void> | void;
  /** What is wrong with the file, undefined for a whole one. */
  end(): Promise<string | undefined> | string | undefined;
}

/** Decompresses a .gz beside everything else, for its length and checksum; the result is thrown away. */
export function watchGzip(): CompressionWatch {
  const gunzip = createGunzip();
  let damage: string | undefined;
  const ended = new Promise<void>((resolve) => {
    gunzip.on('end', resolve);
    gunzip.on('error', (error) => {
      damage = error.message;
      resolve();
    });
  });
  gunzip.resume();
  return {
    push: async (bytes) => {
      if (damage === undefined && !gunzip.write(bytes)) await Promise.race([once(gunzip, 'drain'), ended]);
    },
    end: async () => {
      if (damage === undefined) gunzip.end();
      await ended;
      return damage;
    },
  };
}
