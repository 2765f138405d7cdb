import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trackedBelow } from '../../src/files/git-index.ts';
import { temporaryFolder } from '../cli/harness.ts';

const identity = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };

function git(folder: string, ...args: readonly string[]): void {
  execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], {
    cwd: folder,
    stdio: 'pipe',
    env: { PATH: process.env['PATH'], HOME: folder, ...identity },
  });
}

/** A work tree with a tracked and an untracked folder, and many files whose names share beginnings. */
function checkout(init: readonly string[] = []): string {
  const folder = temporaryFolder();
  git(folder, 'init', ...init);
  for (const [name, text] of Object.entries({
    'a/forged/part-0.parquet': 'x',
    'a/forgedness.txt': 'x',
    'a/ümläut/é.txt': 'x',
    [`${'long/'.repeat(40)}name.txt`]: 'x',
    'own/part-0.parquet': 'x',
    'z.txt': 'x',
  })) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  git(folder, 'add', 'a', 'long', 'z.txt');
  return folder;
}

const kinds: Readonly<Record<string, (folder: string) => void>> = {
  'version 2': () => undefined,
  'version 3, with files that are meant to be added': (folder) =>
    git(folder, 'add', '--intent-to-add', 'own/../z.txt', 'a'),
  'version 4': (folder) => git(folder, 'update-index', '--index-version', '4'),
  split: (folder) => git(folder, 'update-index', '--split-index'),
};

test.each(Object.keys(kinds))('what git tracks is known from its index: %s', (kind) => {
  const folder = checkout();
  kinds[kind]?.(folder);
  expect(trackedBelow(join(folder, 'a/forged'))).toBe(join(folder, 'a/forged/part-0.parquet'));
  expect(trackedBelow(join(folder, 'a/ümläut'))).toBe(join(folder, 'a/ümläut/é.txt'));
  expect(trackedBelow(join(folder, 'z.txt'))).toBe(join(folder, 'z.txt'));
  expect(trackedBelow(join(folder, 'own'))).toBeUndefined();
  expect(trackedBelow(join(folder, 'a/forge'))).toBeUndefined();
});

test('a repository that names its objects by SHA-256 is read too', () => {
  const folder = checkout(['--object-format=sha256']);
  expect(trackedBelow(join(folder, 'a/forged'))).toBe(join(folder, 'a/forged/part-0.parquet'));
  expect(trackedBelow(join(folder, 'own'))).toBeUndefined();
});

test('a folder that is a link is what it leads to, and tracked where the link is', () => {
  const folder = checkout();
  symlinkSync('a/forged', join(folder, 'linked'));
  expect(trackedBelow(join(folder, 'linked'))).toBe(join(folder, 'a/forged/part-0.parquet'));
  symlinkSync('own', join(folder, 'link'));
  git(folder, 'add', 'link');
  expect(trackedBelow(join(folder, 'link'))).toBe(join(folder, 'link'));
});

test('a further work tree has an index of its own', () => {
  const folder = checkout();
  git(folder, 'commit', '-m', 'a');
  git(folder, 'worktree', 'add', 'other');
  expect(trackedBelow(join(folder, 'other/a/forged'))).toBe(join(folder, 'other/a/forged/part-0.parquet'));
});

test('an index that cannot be read is an error, not a folder without tracked files', () => {
  const folder = checkout();
  writeFileSync(join(folder, '.git/index'), 'DIRC damaged');
  expect(() => trackedBelow(join(folder, 'own'))).toThrow('is not a git index that canary can read');
});

test('where there is no work tree nothing is tracked', () => {
  expect(trackedBelow(join(temporaryFolder(), 'own'))).toBeUndefined();
});
