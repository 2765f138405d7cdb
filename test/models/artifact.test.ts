import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { artifactSha256, digestCommand, resolveArtifact, verifyArtifact } from '../../src/models/artifact.ts';
import { temporaryFolder, writeFiles } from './fixtures/tiny-model.ts';

const files = {
  'model.json': '{}',
  'weights/b.bin': 'b',
  'weights/a.bin': 'a',
  'Z.txt': '',
  'weights.txt': 'x',
  'ä b.txt': 'é',
};

test('the digest is the one that the shell command prints', async () => {
  const folder = writeFiles(temporaryFolder(), files);
  const printed = execFileSync('sh', ['-c', digestCommand], { cwd: folder, encoding: 'utf8' });
  expect(`${await artifactSha256(folder)}  -\n`).toBe(printed);
});

test('an altered byte is refused with both digests', async () => {
  const folder = writeFiles(temporaryFolder(), files);
  const expected = await artifactSha256(folder);
  await verifyArtifact(folder, expected);
  appendFileSync(join(folder, 'weights/a.bin'), '!');
  const found = await artifactSha256(folder);
  await expect(verifyArtifact(folder, expected)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(new RegExp(`${expected}.*${found}`, 'u')),
  });
});

test('a renamed file changes the digest', async () => {
  const one = await artifactSha256(writeFiles(temporaryFolder(), { a: 'x' }));
  const other = await artifactSha256(writeFiles(temporaryFolder(), { b: 'x' }));
  expect(one).not.toBe(other);
});

test.each(['line\nbreak', 'back\\slash'])('a name that sha256sum escapes is refused: %j', async (name) => {
  const folder = writeFiles(temporaryFolder(), { [name]: 'x' });
  await expect(artifactSha256(folder)).rejects.toMatchObject({ exitCode: 5 });
});

test('a link inside an artifact is refused', async () => {
  const folder = writeFiles(temporaryFolder(), files);
  symlinkSync('/etc/hostname', join(folder, 'link'));
  await expect(artifactSha256(folder)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('./link'),
  });
});

test('an artifact that is larger than allowed is refused before it is read', async () => {
  const folder = writeFiles(temporaryFolder(), files);
  // Sparse: what is read of it would be a terabyte of zeros.
  truncateSync(join(folder, 'weights/a.bin'), 1e12);
  await expect(artifactSha256(folder)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(/has 1,000,000,000,00\d bytes, more than the 20,000,000,000 that canary reads/u),
    hint: expect.stringContaining('--max-artifact'),
  });
  const small = writeFiles(temporaryFolder(), files);
  const sha256 = await artifactSha256(small, 7);
  await expect(verifyArtifact(small, sha256, 7)).resolves.toBeUndefined();
  await expect(verifyArtifact(small, sha256, 6)).rejects.toMatchObject({ exitCode: 5 });
});

test('a missing or empty folder is refused', async () => {
  const folder = temporaryFolder();
  await expect(artifactSha256(folder)).rejects.toMatchObject({ exitCode: 5 });
  await expect(artifactSha256(join(folder, 'missing'))).rejects.toMatchObject({ exitCode: 5 });
});

test('an artifact inside the registry folder is found', async () => {
  const registry = writeFiles(temporaryFolder(), { 'models/m/1.0.0/model.json': '{}' });
  await expect(resolveArtifact(registry, 'models/m/1.0.0')).resolves.toMatch(/models\/m\/1\.0\.0$/u);
});

test.each(['..', '../other', 'models/../../other', '/etc', 'linked', 'linked/deeper', 'absent'])(
  'the artifact path %s is refused',
  async (path) => {
    const parent = writeFiles(temporaryFolder(), { 'other/deeper/model.json': '{}' });
    const registry = join(parent, 'registry');
    mkdirSync(join(registry, 'models'), { recursive: true });
    symlinkSync('../other', join(registry, 'linked'));
    await expect(resolveArtifact(registry, path)).rejects.toMatchObject({ exitCode: 5 });
  },
);

test('a file that changes while it is hashed is refused', async () => {
  const folder = writeFiles(temporaryFolder(), files);
  const weights = join(folder, 'weights/a.bin');
  // Sparse, so that it costs no disk; hashing takes many times longer than a change.
  truncateSync(weights, 200_000_000);
  const changes = setInterval(() => appendFileSync(weights, '!'), 5);
  try {
    await expect(artifactSha256(folder)).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('changed while it was hashed'),
    });
  } finally {
    clearInterval(changes);
  }
});
