import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runInstalled } from '../cli/harness.ts';
import { hasCache, ownCache } from './own-cache.ts';

/**
 * Keeps code for the program's main file that says "forged" and ends, as V8 made it of a text of the same length, which is all that V8 compares.
 * In a process of its own, since V8 also compares the options that it was started with.
 */
const forging = `
import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';
import { KeptCode } from './dist/modules/start/kept-code.js';
const text = readFileSync('dist/bundle/main.cjs', 'utf8');
const body = 'process.stdout.write("forged"); process.exit(0);'.padEnd(text.length);
const script = new Script('(function (exports, require, module, __filename, __dirname) {' + body + '\\n})');
new KeptCode(process.argv[1], process.getuid()).write('main.cjs', text, script);
`;

function forge(cache: string): string {
  const folder = join(cache, 'canary');
  mkdirSync(folder, { mode: 0o700 });
  execFileSync(process.execPath, ['--input-type=module', '-e', forging, folder], {
    cwd: fileURLToPath(new URL('../../', import.meta.url)),
  });
  return join(folder, readdirSync(folder)[0] ?? '');
}

const version = (cache: string) => runInstalled(['--version'], { env: { XDG_CACHE_HOME: cache } });

describe.skipIf(!hasCache)('code that somebody else compiled', () => {
  test('would be run from a folder that only the user can write', async () => {
    const cache = ownCache();
    forge(cache);
    expect((await version(cache)).stdout).toBe('forged');
  });

  test('is not read where a change brought it along in the checkout', async () => {
    const checkout = ownCache();
    execFileSync('git', ['init', '-q'], { cwd: checkout });
    const cache = join(checkout, 'cache');
    mkdirSync(cache, { mode: 0o700 });
    const file = forge(cache);
    const before = readFileSync(file);
    const { exitCode, stdout, stderr } = await version(cache);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
    expect(readFileSync(file)).toEqual(before);
  });
});
