import murmurhash from 'murmurhash';

export const hashes32 = 2 ** 32;

/** MurmurHash3_x86_32 of the text's UTF-8 bytes, a whole number below 2^32. Source: smhasher, Austin Appleby. */
export function murmur3Hash(text: string, seed = 0): number {
  return murmurhash.v3(text, seed);
}

/** The same of bytes. */
export function murmur3BytesHash(bytes: Uint8Array, seed = 0): number {
  return murmurhash.v3(bytes, seed);
}
