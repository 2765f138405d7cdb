import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, treeOf } from './harness.ts';
import { candidate, promote, registryFile, registryOf, starter } from './starter.ts';

test('promote refuses evidence of another artifact than the registry has now, and changes nothing', async () => {
  const folder = await starter('evaluated');
  const registry = JSON.parse(readFileSync(join(folder, registryFile), 'utf8'));
  registry.versions[candidate].artifact.sha256 = 'a'.repeat(64);
  writeFileSync(join(folder, registryFile), JSON.stringify(registry));
  const before = treeOf(folder);
  const { exitCode, stderr } = await promote(folder);
  expect(exitCode).toBe(5);
  expect(stderr).toContain(`version ${candidate} has another artifact in the registry now`);
  expect(treeOf(folder)).toEqual(before);
});

test('that another version of the model was added meanwhile does not matter', async () => {
  const folder = await starter('evaluated');
  const signature = JSON.stringify(registryOf(folder).versions[candidate]?.signature);
  const added = await run(['registry', 'add', 'registry', 'intent-classifier', '--signature', signature], {
    cwd: folder,
  });
  expect(added.exitCode).toBe(0);
  expect(await promote(folder)).toMatchObject({ exitCode: 0, stderr: '' });
  expect(registryOf(folder)).toMatchObject({ revision: 2, history: [{ action: 'add' }, { action: 'enter' }] });
});
