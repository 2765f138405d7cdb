import type { HeaderCode } from './header-code.ts';

export function javascriptHeader({ salt, steps, vectors }: HeaderCode): string {
  return `/** The value of the header x-canary-bucket for a user: MurmurHash3 of salt, colon and user, from 0 to ${steps - 1}. */
export function canaryBucket(user) {
  const bytes = new TextEncoder().encode(${salt} + ':' + user);
  const scrambled = (block) => {
    const mixed = Math.imul(block, 0xcc9e2d51);
    return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
  };
  let hash = 0;
  const whole = bytes.length - (bytes.length % 4);
  for (let at = 0; at < whole; at += 4) {
    hash ^= scrambled(bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= whole; at -= 1) tail = (tail << 8) | bytes[at];
  hash ^= scrambled(tail) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  hash = (hash ^ (hash >>> 16)) >>> 0;
  return Math.floor((hash * ${steps}) / 2 ** 32);
}

for (const [user, bucket] of [${vectors.map(([user, bucket]) => `[${user}, ${bucket}]`).join(', ')}]) {
  if (canaryBucket(user) !== bucket) throw new Error('canaryBucket of ' + user + ' is ' + canaryBucket(user) + ', not ' + bucket);
}
`;
}
