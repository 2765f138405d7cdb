import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRegularFile, readTextFile, readTextFileSync } from '../../src/files/read-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'canary-read-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function written(bytes: number): string {
  const path = join(folder, `${bytes}.txt`);
  writeFileSync(path, 'é'.repeat(bytes / 2));
  return path;
}

describe('a file is read whole', () => {
  test.each([0, 2, 4096, 1_048_576, 3_000_000])('of %i bytes', async (bytes) => {
    const path = written(bytes);
    expect(readTextFileSync(path)).toBe(readFileSync(path, 'utf8'));
    expect(await readTextFile(path)).toBe(readFileSync(path, 'utf8'));
  });

  test('where the file system does not tell its size', async ({ skip }) => {
    const path = '/proc/cpuinfo';
    skip(process.platform !== 'linux', 'there is no /proc');
    expect(readTextFileSync(path)).toMatch(/processor[\s\S]*\n$/u);
    expect(await readTextFile(path)).toMatch(/processor[\s\S]*\n$/u);
  });

  test('up to the most bytes that are allowed, and refused beyond', async () => {
    const path = written(4096);
    expect((await readRegularFile(path, 4096)).length).toBe(4096);
    await expect(readRegularFile(path, 4095)).rejects.toThrow('it has more than');
  });
});
