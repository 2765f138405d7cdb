import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, treeOf } from './harness.ts';
import { candidate, edit, linesOf, plan, registryFile, starter } from './starter.ts';

const tenUsers = Array.from({ length: 10 }, (_, index) => `user${index + 1}`);

/** Ten users at 20%: murmur3_x86_32 of `intent-classifier-1.1.0:USER`, over 2^32, below 0.2 for user5 alone. */
const tenUsersAtTwentyPercent = tenUsers
  .map((user) => `User ${user} is assigned to model ${user === 'user5' ? '1.1.0' : '1.0.0'}\n`)
  .join('');

async function assign(folder: string, args: readonly string[], stdin = ''): Promise<string> {
  const { exitCode, stdout, stderr } = await run(['assign', plan, ...args], { cwd: folder, stdin });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

function inCanary(stdout: string): string[] {
  return linesOf(stdout).filter((line) => line.endsWith(` ${candidate}`));
}

test('assigns ten users at 20%, each on a line', async () => {
  expect(await assign(await starter(), [...tenUsers, '--weight', '20%'])).toBe(tenUsersAtTwentyPercent);
});

test('is shown in the documents as it is', () => {
  const page = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
  expect(page).toContain(`${tenUsers.join(' ')} --weight 20%\n${tenUsersAtTwentyPercent}`);
});

test.each(['0.2', '20%', '20.0%'])('reads the weight %s as one fifth', async (weight) => {
  expect(await assign(await starter(), [...tenUsers, '--weight', weight])).toBe(tenUsersAtTwentyPercent);
});

test('keeps a user in the canary as the weight grows', async () => {
  const folder = await starter();
  const users = Array.from({ length: 200 }, (_, index) => `u${index}`);
  let before: string[] = [];
  for (const weight of ['5%', '25%', '100%']) {
    const now = inCanary(await assign(folder, [...users, '--weight', weight]));
    expect(now).toEqual(expect.arrayContaining(before));
    expect(now.length).toBeGreaterThan(before.length);
    before = now;
  }
  expect(before.length).toBe(users.length);
});

test('uses the weight that the registry has now', async () => {
  const folder = await starter();
  expect(inCanary(await assign(folder, tenUsers))).toEqual([]);
  edit(folder, registryFile, (text) => text.replace('"1.0.0": 1 }', '"1.0.0": 0.8, "1.1.0": 0.2 }'));
  expect(await assign(folder, tenUsers)).toBe(tenUsersAtTwentyPercent);
});

test('uses the weight of a named stage', async () => {
  const folder = await starter();
  const ofStage = await assign(folder, [...tenUsers, '--stage', 'half']);
  expect(ofStage).toBe(await assign(folder, [...tenUsers, '--weight', '0.5']));
});

test('reads ids from standard input after those on the command line', async () => {
  const [first = '', ...others] = tenUsers;
  const stdout = await assign(await starter(), [first, '--users', '-', '--weight', '20%'], others.join('\n'));
  expect(stdout).toBe(tenUsersAtTwentyPercent);
});

test('reads ids from a file, one on each line, whatever its line ends', async () => {
  const folder = await starter();
  writeFileSync(join(folder, 'users.txt'), `${tenUsers.join('\r\n')}\r\n\r\n`);
  expect(await assign(folder, ['--users', 'users.txt', '--weight', '20%'])).toBe(tenUsersAtTwentyPercent);
});

test('prints JSON with the bucket', async () => {
  const stdout = await assign(await starter(), ['user1', 'user5', '--weight', '20%', '--format', 'json']);
  const [first, second] = JSON.parse(stdout);
  expect(first).toMatchObject({ unit: 'user1', version: '1.0.0', cohort: 'stable' });
  expect(second).toMatchObject({ unit: 'user5', version: '1.1.0', cohort: 'canary' });
  expect(second.bucket).toBeLessThan(0.2);
  expect(first.bucket).toBeGreaterThanOrEqual(0.2);
});

test('shows the control characters of an id instead of sending them to the terminal', async () => {
  const stdout = await assign(await starter(), ['a\u001B[31mb', '--weight', '0']);
  expect(stdout).not.toContain('\u001B');
});

test('writes nothing', async () => {
  const folder = await starter();
  const before = treeOf(folder);
  await assign(folder, tenUsers);
  expect(treeOf(folder)).toEqual(before);
});

test.each([
  ['no ids', [], 'No user ids were given'],
  ['a weight of 20', ['user1', '--weight', '20'], '20'],
  ['a negative weight', ['user1', '--weight=-0.1'], '-0.1'],
  ['a weight that is not a number', ['user1', '--weight', 'half'], 'half'],
  ['both a stage and a weight', ['user1', '--weight', '0.1', '--stage', 'half'], 'Write one of them'],
  ['an unknown stage', ['user1', '--stage', 'hlaf'], 'Did you mean half?'],
  ['a file that is not there', ['--users', 'absent.txt'], 'absent.txt'],
])('exits 2 for %s', async (_, args, told) => {
  const { exitCode, stdout, stderr } = await run(['assign', plan, ...args], { cwd: await starter() });
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(told);
});
