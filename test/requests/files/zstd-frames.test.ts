import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasZstd } from '../log-folder.ts';
import { ZstdFrames } from '../../../src/requests/files/zstd-frames.ts';

/** Compressed text of many blocks, of which some repeat one byte and some are stored as they are. */
const content = Buffer.concat([
  Buffer.alloc(500_000, 'a'),
  Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919) % 251)),
]);
const compress = (...options: string[]): Buffer =>
  hasZstd ? execFileSync('zstd', ['-q', '-c', ...options], { input: content, maxBuffer: 1e8 }) : Buffer.alloc(2);

function damageOf(file: Uint8Array, cuts: readonly number[]): string | undefined {
  const frames = new ZstdFrames();
  const sorted = [
    0,
    ...cuts.map((cut) => cut % (file.length + 1)).toSorted((left, right) => left - right),
    file.length,
  ];
  for (const [index, start] of sorted.slice(0, -1).entries()) frames.push(file.subarray(start, sorted[index + 1]));
  return frames.end();
}

const whole = [
  compress(),
  compress('--no-check', '-1'),
  Buffer.concat([compress('-19'), Buffer.from([0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9]), compress()]),
];
const cuts = fc.array(fc.nat(), { maxLength: 20 });

describe.skipIf(!hasZstd)('the frames of a .zst (made by the zstd command)', () => {
  test('end where a whole file ends, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.constantFrom(...whole), cuts, (file, pieces) => {
        expect(damageOf(file, pieces)).toBeUndefined();
      }),
    );
  });

  test('do not end where a file was cut', () => {
    const property = fc.property(compressedAndLength, cuts, ([file, length], pieces) => {
      expect(damageOf(file.subarray(0, length), pieces)).toBe('unexpected end of file');
    });
    fc.assert(property, { numRuns: 300 });
  });

  test('are not followed by anything else', () => {
    expect(damageOf(Buffer.concat([compress(), Buffer.from('{"a":1}\n')]), [])).toContain('not a zstd frame');
    expect(damageOf(Buffer.concat([compress(), Buffer.from([1, 2, 3])]), [])).toBe('unexpected end of file');
  });
});

const single = whole[0] ?? Buffer.alloc(0);
const compressedAndLength = fc.integer({ min: 1, max: single.length - 1 }).map((length) => [single, length] as const);
