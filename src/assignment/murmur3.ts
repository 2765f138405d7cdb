import murmurhash from 'murmurhash';

const hashes = 2 ** 32;

/** MurmurHash3_x86_32 with seed 0 of the text's UTF-8 bytes, a whole number below 2^32. Source: smhasher, Austin Appleby. */
export function murmur3Hash(text: string): number {
  return murmurhash.v3(text, 0);
}

/**
 * The hash of `salt:unit` over 2^32: a unit's bucket in [0, 1). A unit keeps its bucket for as long as the salt stays;
 * under another salt it gets an independent one.
 */
export function murmur3Bucket(salt: string, unit: string): number {
  return murmur3Hash(`${salt}:${unit}`) / hashes;
}
