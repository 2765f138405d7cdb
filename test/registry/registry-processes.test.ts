import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readRegistry, updateRegistry } from '../../src/registry/store/registry-store.ts';
import { act, decidedOn, startingRegistry } from './example-registry.ts';
import { ending, filesOfModel, folderWith, model, startWriter } from './writer.ts';

test('of 12 processes that promote at once one wins, and the others exit 5 and name the new revision', async () => {
  const folder = await folderWith(startingRegistry);
  const endings = await Promise.all(Array.from({ length: 12 }, () => ending(startWriter(folder, 'increase', 0))));
  expect(endings.filter(({ code }) => code === 0)).toHaveLength(1);
  const losers = endings.filter(({ code }) => code !== 0);
  expect(
    losers.map(({ code, said }) => [code, said.includes('is at revision 1 (enter intent-1.5.0 shadow')]),
  ).toStrictEqual(losers.map(() => [5, true]));
  expect((await readRegistry(folder, model)).registry.revision).toBe(1);
});

test('a process that is killed at any moment leaves a valid file, and the next change is made', async () => {
  const folder = await folderWith(startingRegistry);
  for (let kill = 0; kill < 16; kill += 1) {
    const writer = startWriter(folder, 'hold', null);
    if (writer.stdout === null) throw new Error('the writer has no output');
    await once(writer.stdout, 'data');
    await sleep(5 + kill * 3);
    writer.kill('SIGKILL');
    await once(writer, 'close');
    const { registry } = await readRegistry(folder, model);
    const { after } = await updateRegistry(folder, model, decidedOn(registry.revision), (before) =>
      act(before, 'hold', 'shadow'),
    );
    expect(after.revision).toBe(registry.revision + 1);
  }
  expect((await readdir(folder)).toSorted()).toStrictEqual(filesOfModel);
});

test('a process that may not write the whole file leaves the old one, and the next change is made', async () => {
  const folder = await folderWith(startingRegistry);
  const { code } = await ending(startWriter(folder, 'increase', 0, { kilobytes: 1 }));
  expect(code).not.toBe(0);
  expect((await readRegistry(folder, model)).registry).toStrictEqual(startingRegistry);
  await updateRegistry(folder, model, decidedOn(0), (before) => act(before, 'increase', 'shadow'));
  expect((await readdir(folder)).toSorted()).toStrictEqual(filesOfModel);
});
