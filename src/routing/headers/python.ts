import type { HeaderCode } from './header-code.ts';

export function pythonHeader({ salt, steps, vectors }: HeaderCode): string {
  return `def canary_bucket(user):
    """The value of the header x-canary-bucket for a user: MurmurHash3 of salt, colon and user, from 0 to ${steps - 1}."""
    data = (${salt} + ":" + user).encode("utf-8")
    mask = 0xFFFFFFFF

    def scrambled(block):
        block = block * 0xCC9E2D51 & mask
        return (block << 15 | block >> 17) * 0x1B873593 & mask

    value = 0
    whole = len(data) - len(data) % 4
    for at in range(0, whole, 4):
        value ^= scrambled(int.from_bytes(data[at : at + 4], "little"))
        value = ((value << 13 | value >> 19) * 5 + 0xE6546B64) & mask
    value ^= scrambled(int.from_bytes(data[whole:], "little")) ^ len(data)
    value = (value ^ value >> 16) * 0x85EBCA6B & mask
    value = (value ^ value >> 13) * 0xC2B2AE35 & mask
    return (value ^ value >> 16) * ${steps} >> 32


for user, bucket in [${vectors.map(([user, bucket]) => `(${user}, ${bucket})`).join(', ')}]:
    assert canary_bucket(user) == bucket, (user, canary_bucket(user), bucket)
`;
}
