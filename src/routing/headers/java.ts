import type { HeaderCode } from './header-code.ts';

export function javaHeader({ salt, steps, vectors }: HeaderCode): string {
  return `import java.nio.charset.StandardCharsets;

public final class CanaryBucket {
    /** The value of the header x-canary-bucket for a user: MurmurHash3 of salt, colon and user, from 0 to ${steps - 1}. */
    public static long of(String user) {
        byte[] data = (${salt} + ":" + user).getBytes(StandardCharsets.UTF_8);
        int hash = 0;
        int whole = data.length - data.length % 4;
        for (int at = 0; at < whole; at += 4) {
            hash ^= scrambled(data[at] & 255 | (data[at + 1] & 255) << 8 | (data[at + 2] & 255) << 16 | data[at + 3] << 24);
            hash = Integer.rotateLeft(hash, 13) * 5 + 0xe6546b64;
        }
        int tail = 0;
        for (int at = data.length - 1; at >= whole; at--) {
            tail = tail << 8 | data[at] & 255;
        }
        hash ^= scrambled(tail) ^ data.length;
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return ((hash ^ hash >>> 16) & 0xffffffffL) * ${steps} >>> 32;
    }

    private static int scrambled(int block) {
        return Integer.rotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
    }

    public static void main(String[] arguments) {
        Object[][] vectors = {${vectors.map(([user, bucket]) => `{${user}, ${bucket}L}`).join(', ')}};
        for (Object[] vector : vectors) {
            if (of((String) vector[0]) != (Long) vector[1]) {
                throw new AssertionError(vector[0] + " " + of((String) vector[0]) + ", not " + vector[1]);
            }
        }
    }
}
`;
}
