import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, temporaryFolder, treeOf } from './harness.ts';
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

test('no artifact is read that is larger than whoever runs canary allows', async () => {
  const registry = ['registry', 'verify', 'fixtures/registry'];
  const evaluate = ['evaluate', 'rollouts/intent-1.5.0.yaml', '--work', temporaryFolder()];
  const told =
    /models\/intent-classifier\/1\.[45]\.\d has [\d,]+ bytes, more than the 1,000 that canary reads for one artifact/u;
  for (const args of [registry, evaluate]) {
    const { exitCode, stdout, stderr } = await run([...args, '--max-artifact', '0.001MB']);
    expect([exitCode, stdout + stderr]).toEqual([5, expect.stringMatching(told)]);
  }
  expect((await run(registry, { env: { CANARY_MAX_ARTIFACT: '0.001MB' } })).exitCode).toBe(5);
  expect(
    (await run([...registry, '--max-artifact', '1MB'], { env: { CANARY_MAX_ARTIFACT: '0.001MB' } })).exitCode,
  ).toBe(0);
  expect(await run([...registry, '--max-artifact', '20 apples'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--max-artifact 20 apples is not a size'),
  });
});
