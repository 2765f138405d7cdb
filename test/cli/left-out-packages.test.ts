import { cpSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runInstalled, temporaryFolder, treeOf } from './harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What npm installs without optional packages: canary and its dependencies, of which DuckDB lacks its library. */
function installedWithoutOptional(): string {
  const folder = join(temporaryFolder(), 'node_modules', 'model-canary');
  for (const part of ['bin', 'dist/bundle', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  for (const name of ['@duckdb/node-bindings', 'cli-progress']) {
    const target = join(folder, '..', name);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, 'node_modules', name), target, { recursive: true });
  }
  return join(folder, 'bin/canary.js');
}

test('without the library of DuckDB one sentence says how to get it, and nothing is left behind', async () => {
  const program = installedWithoutOptional();
  const folder = temporaryFolder();
  expect(await runInstalled(['init', '.'], { program, cwd: folder })).toMatchObject({ exitCode: 0 });
  const before = { ...treeOf(folder), '.canary': 'folder' };
  const result = await runInstalled(['evaluate', 'rollout.yaml'], { program, cwd: folder });
  expect(result).toMatchObject({ exitCode: 5, stdout: '' });
  expect(result.stderr).toMatch(
    /^error DuckDB, which reads the logs, is not installed for \S+: npm did not install its library\.\n/u,
  );
  expect(result.stderr).toContain('npm install --include=optional');
  expect(treeOf(folder)).toEqual(before);
});
