import { createHash } from 'node:crypto';
import { hashes32 } from '../hashes/murmur3.ts';
import { type Scheme, salted } from '../scheme.ts';

/** The first 32 bits of the MD5 of `salt:unit` over 2^32, which every database can compute. */
export const md5: Scheme = {
  ...salted,
  steps: () => undefined,
  bucketer:
    ({ salt }) =>
    (unit) =>
      createHash('md5').update(`${salt}:${unit}`).digest().readUInt32BE(0) / hashes32,
};
